import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { draftRow, ofKey } from './account-intent.ts'
import { type AliasKind, holderOf, isAlias, Taken } from './alias-holders.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { claimName } from './principal-names.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface Named {
  readonly userPrincipalName?: string
  readonly immutableId?: string
}

interface Entry {
  readonly userId: UserId
  readonly target: string
  /** What rules left in the user. */
  readonly named: Named
  /** The organization's people are made by its rules: the first time they name one, it is bound. */
  readonly mayBind: boolean
  readonly reference: string
  readonly at: number
}

type Settled = { readonly subject: Named } | { readonly value: AliasKind | 'both'; readonly reason: string }

// What Entra takes for people it did not get from us.
const IMMUTABLE_ID = /^[A-Za-z0-9+/=.@-]{1,64}$/
const USER_PRINCIPAL_NAME = /^[^\s@'"<>&]{1,64}@[A-Za-z0-9.-]{1,255}$/

/** Holds what rules say about a subject against the account row. */
export const subjectStore = ({ storage, eventRow }: Parts) => ({
  /**
   * What the row says, when what is named is the same (a name whatever its case, an immutable ID exactly) or one of its
   * aliases. With `mayBind`, a person without a row gets one with these very values, which nobody ever makes or
   * licenses an object for. Throws `subject_mismatch` for everything else, and the audit says so.
   */
  settle: async (entry: Entry): Promise<Named> => {
    const row = await ofKey(storage.read, entry)
    const settled = row ? await compared(storage.read, row, entry) : await unknown(storage, entry, eventRow)
    if ('subject' in settled) return settled.subject
    const { userId: user, reference, at } = entry
    const event = eventRow({ type: 'subject_mismatch', at, reference, user, facts: settled })
    await storage.write((tx) => tx.insertInto('events').values(event).execute())
    throw new UsherError('subject_mismatch', { detail: { user, ...settled } })
  },
})

const compared = async (db: Kysely<Schema>, row: AccountsTable, { userId, target, named }: Entry): Promise<Settled> => {
  const { userPrincipalName: name, immutableId: id } = named
  const isName = name === undefined || keyOf(name) === row.principal_name_key
  if (!isName && !(await isAlias(db, { userId, target, kind: 'user_principal_name', value: name })))
    return { value: 'user_principal_name', reason: 'not what the account row says' }
  const isId = id === undefined || id === row.immutable_id
  if (!isId && !(await isAlias(db, { userId, target, kind: 'immutable_id', value: id })))
    return { value: 'immutable_id', reason: 'not what the account row says' }
  return { subject: { userPrincipalName: row.principal_name, immutableId: row.immutable_id } }
}

const unknown = async ({ write }: Storage, entry: Entry, eventRow: EventRow): Promise<Settled> => {
  const { userPrincipalName, immutableId } = entry.named
  if (userPrincipalName === undefined && immutableId === undefined) return { subject: {} }
  if (!entry.mayBind) return { value: 'both', reason: 'there is no account row' }
  if (userPrincipalName === undefined || !USER_PRINCIPAL_NAME.test(userPrincipalName))
    return { value: 'user_principal_name', reason: 'missing or not well formed' }
  if (immutableId === undefined || !IMMUTABLE_ID.test(immutableId)) return { value: 'immutable_id', reason: 'missing or not well formed' }
  try {
    return await write((tx) => bound(tx, { ...entry, named: { userPrincipalName, immutableId } }, eventRow))
  } catch (error) {
    if (error instanceof Taken) return { value: error.kind, reason: 'taken' }
    throw error
  }
}

type Binding = Entry & { readonly named: Required<Named> }

const bound = async (tx: Kysely<Schema>, entry: Binding, eventRow: EventRow): Promise<Settled> => {
  const known = await ofKey(tx, entry)
  if (known) return compared(tx, known, entry)
  const { userId, target, named, reference, at } = entry
  if (!(await claimName(tx, { userId, target, userPrincipalName: named.userPrincipalName }))) throw new Taken('user_principal_name')
  const holder = await holderOf(tx, { target, kind: 'immutable_id', value: named.immutableId })
  if (holder !== undefined && holder !== userId) throw new Taken('immutable_id')
  const draft = { ...named, userId, target, origin: 'rule' as const, usageLocation: '', reference, at }
  const row = await tx
    .insertInto('accounts')
    .values({ ...draftRow(draft), made_elsewhere: 1 })
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst()
  // The name was free, so it is the immutable ID that belongs to somebody else.
  if (!row) throw new Taken('immutable_id')
  await tx
    .insertInto('events')
    .values(eventRow({ type: 'subject_bound', at, reference, user: userId }))
    .execute()
  return { subject: named }
}
