import type { Kysely } from 'kysely'
import type { Subject } from '#kernel/account.ts'
import { UsherError } from '#kernel/errors.ts'
import type { DirectorySubject, UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { ofKey } from './account-intent.ts'
import { overrule } from './alias-holders.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { claimName } from './principal-names.ts'
import { subjectOf } from './subject.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface Entry {
  readonly userId: UserId
  readonly target: string
  readonly directory: DirectorySubject
  readonly reference: string
  readonly at: number
}

/** The subjects an organization's directory names for its own people: ready from the start, and never another. */
export const directoryStore = ({ storage, eventRow }: Parts) => ({
  record: async (entry: Entry): Promise<Subject> => {
    const known = await ofKey(storage.read, entry)
    return known ? confirmed(known, entry) : storage.write((tx) => recorded(tx, entry, eventRow))
  },
})

const confirmed = (row: AccountsTable, { directory }: Entry): Subject => {
  const isSame =
    row.origin === 'directory' &&
    row.immutable_id === directory.immutableId &&
    row.principal_name_key === keyOf(directory.userPrincipalName)
  const subject = isSame ? subjectOf(row) : undefined
  if (!subject) throw new UsherError('subject_changed', { detail: { account: row.user_id, origin: row.origin } })
  return subject
}

const recorded = async (tx: Kysely<Schema>, entry: Entry, eventRow: EventRow): Promise<Subject> => {
  const known = await ofKey(tx, entry)
  if (known) return confirmed(known, entry)
  const { userId, target, directory, reference, at } = entry
  const taken = new UsherError('subject_taken', { detail: { account: userId } })
  await overrule(tx, [{ target, ...directory }])
  if (!(await claimName(tx, { userId, target, userPrincipalName: directory.userPrincipalName }))) throw taken
  const row = await tx
    .insertInto('accounts')
    .values(readyRow(entry))
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  const subject = row && subjectOf(row)
  if (!subject) throw taken
  const event = eventRow({ type: 'account_ready', at, reference, user: userId, facts: { origin: 'directory' } })
  await tx.insertInto('events').values(event).execute()
  return subject
}

const readyRow = ({ userId, target, directory, reference, at }: Entry) => ({
  user_id: userId,
  target,
  origin: 'directory' as const,
  stage: 'ready' as const,
  immutable_id: directory.immutableId,
  immutable_id_key: keyOf(directory.immutableId),
  principal_name: directory.userPrincipalName,
  principal_name_key: keyOf(directory.userPrincipalName),
  // Nothing is licensed for these people, so nothing asks where.
  usage_location: '',
  attempts: 0,
  next_attempt_at: at,
  ready_at: at,
  version: 1,
  reference,
  created_at: at,
  lease_fence: 0,
})
