import type { Kysely } from 'kysely'
import type { Identity, UserId } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Schema, UserRecordsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag } from './columns.ts'
import type { EventRow } from './events.ts'
import { bringAccount, conflictOf } from './imported-accounts.ts'
import { addAll, freshAmong, isHere, knownOf } from './imported-crowd.ts'
import { type ForeignPerson, filledUp, userRow } from './imported-rows.ts'
import { makeRecord } from './record-making.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly randomness: Randomness
}

/** What became of them: `same` when everything was here already. A conflict leaves everything as it was. */
export type Brought = 'added' | 'completed' | 'same' | { readonly conflict: string }

const USER_ID_BYTES = 16

type Db = Kysely<Schema>

/** People who come from elsewhere with their ids, metadata and accounts. Nothing that is here is ever overwritten. */
export const importedPeople = ({ storage, eventRow, randomness }: Parts) => ({
  /** A few hundred at a time, all in one unit. */
  bring: async (people: readonly ForeignPerson[], how: { readonly at: number; readonly by: string }): Promise<readonly Brought[]> => {
    const ids = people.map(() => randomness.bytes(USER_ID_BYTES).toString('hex'))
    if (people.length === 0) return []
    return storage.write(async (tx) => {
      const all = await bringAll(tx, people, { ...how, ids, eventRow })
      await audit(tx, { ...how, eventRow, count: all.filter((one) => one === 'added' || one === 'completed').length })
      return all
    })
  },
})

interface Crowd {
  readonly at: number
  readonly by: string
  /** New ids, one for each. */
  readonly ids: readonly UserId[]
  readonly eventRow: EventRow
}

/** Those of whom nothing is here a table at a time, the others one by one. */
const bringAll = async (tx: Db, people: readonly ForeignPerson[], { at, by, ids, eventRow }: Crowd): Promise<readonly Brought[]> => {
  const known = await knownOf(tx, people)
  const fresh = freshAmong(people, known)
  const arriving = people.flatMap((person, index) => (fresh.has(person) ? [{ person, id: ids[index] ?? '' }] : []))
  await addAll(tx, arriving, { at, by })
  const all: Brought[] = []
  for (const [index, person] of people.entries()) {
    const quick = fresh.has(person) ? 'added' : isHere(person, known) ? 'same' : undefined
    all.push(quick ?? (await bringOne(tx, person, { at, by, eventRow, id: ids[index] ?? '' })))
  }
  return all
}

interface Audit {
  readonly at: number
  readonly by: string
  readonly eventRow: EventRow
  readonly count: number
}

/** One event for a crowd: who they are is in their rows. A further way in has one of its own. */
const audit = async (tx: Db, { at, by, eventRow, count }: Audit): Promise<void> => {
  if (count === 0) return
  const event = eventRow({ type: 'user_imported', at, reference: by, facts: { by, count } })
  await tx.insertInto('events').values(event).execute()
}

interface Way {
  readonly id: UserId
  readonly at: number
  readonly by: string
  readonly eventRow: EventRow
}

const bringOne = async (tx: Db, person: ForeignPerson, way: Way): Promise<Brought> => {
  const known = await userOf(tx, person.identity)
  const conflict = await clash(tx, person, known)
  if (conflict !== undefined) return { conflict }
  const userId = known ?? way.id
  if (known === undefined) await tx.insertInto('users').values(userRow(person, userId)).execute()
  const isCompleted = await fillRecord(tx, person, { ...way, id: userId })
  const isLinked = await addLinked(tx, person, { ...way, id: userId })
  const hasAccount = person.account !== undefined && (await bringAccount(tx, person.account, { ...way, userId }))
  if (known !== undefined && !isCompleted && !isLinked && !hasAccount) return 'same'
  return known === undefined ? 'added' : 'completed'
}

const userOf = async (tx: Db, { connection, issuer, subject }: Identity): Promise<UserId | undefined> => {
  const row = await tx
    .selectFrom('users')
    .select('id')
    .where('connection', '=', connection)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.id
}

/** Why they cannot be brought, found before anything is written. */
const clash = async (tx: Db, person: ForeignPerson, known: UserId | undefined): Promise<string | undefined> => {
  const { identity, publicId, account } = person
  const linked = await tx
    .selectFrom('linked_identities')
    .select('user_id')
    .where('connection', '=', identity.connection)
    .where('issuer', '=', identity.issuer)
    .where('subject', '=', identity.subject)
    .executeTakeFirst()
  if (linked !== undefined) return 'they are an identity of somebody else here'
  const holder = await tx.selectFrom('user_records').select('user_id').where('public_id', '=', publicId).executeTakeFirst()
  if (holder !== undefined && holder.user_id !== known) return 'somebody else here has this user_id'
  return account && conflictOf(tx, account, known)
}

/** The record, made or filled up: what somebody has here already goes before what they bring. True when that changed it. */
const fillRecord = async (tx: Db, person: ForeignPerson, { id, at }: Way): Promise<boolean> => {
  const before = await tx.selectFrom('user_records').selectAll().where('user_id', '=', id).executeTakeFirst()
  const { connection, root, identity } = person
  const row = before ?? (await makeRecord(tx, { id, subject: identity.subject }, { connection, root, at }))
  const filled = { ...filledUp(row, person), ...(before === undefined && whatCame(person)) }
  const isChanged = Object.entries(filled).some(([column, value]) => Reflect.get(row, column) !== value)
  if (isChanged)
    await tx
      .updateTable('user_records')
      .set({ ...filled, updated_at: at })
      .where('user_id', '=', id)
      .execute()
  return isChanged || before === undefined
}

const whatCame = (person: ForeignPerson): Partial<UserRecordsTable> => ({
  public_id: person.publicId,
  provider_user_id: person.publicId.slice(person.publicId.indexOf('|') + 1),
  logins_count: person.loginsCount,
  last_login_at: person.lastLoginAt ?? null,
  last_ip: person.lastIp ?? null,
})

/** Identities that are nobody's yet. */
const addLinked = async (tx: Db, { linked }: ForeignPerson, { id, at, by, eventRow }: Way): Promise<boolean> => {
  let isChanged = false
  for (const one of linked) {
    if ((await userOf(tx, one.identity)) !== undefined) continue
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('linked_identities')
      .values({
        ...one.identity,
        user_id: id,
        profile_json: JSON.stringify(one.profileData ?? {}),
        connection_name: one.connectionName,
        provider: one.provider,
        provider_user_id: one.providerUserId,
        is_social: flag(one.isSocial),
        linked_at: at,
      })
      .onConflict((conflict) => conflict.columns(['connection', 'issuer', 'subject']).doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows !== 1n) continue
    isChanged = true
    const facts = { by, how: 'linked', secondary: `${one.provider}|${one.providerUserId}` }
    await tx
      .insertInto('events')
      .values(eventRow({ type: 'user_linked', at, reference: by, user: id, facts }))
      .execute()
  }
  return isChanged
}
