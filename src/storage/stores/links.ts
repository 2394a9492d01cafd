import type { Kysely } from 'kysely'
import type { Randomness } from '#kernel/randomness.ts'
import { UsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Identity, LinkedIdentity, UserId, UserRecord } from '#kernel/person.ts'
import type { LinkedIdentitiesTable, Schema, UserRecordsTable, UsersTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag, keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { recordOf } from './record-rows.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly randomness: Randomness
}

interface Link {
  readonly primary: UserId
  readonly secondary: UserId
  /** Who does it, for the audit. */
  readonly by: string
  readonly reference?: string
  readonly at: number
}

interface Unlink {
  readonly primary: UserId
  /** As the identity is shown: its provider and its id there. */
  readonly provider: string
  readonly providerUserId: string
  readonly by: string
  readonly reference?: string
  readonly at: number
}

const USER_ID_BYTES = 16

/** Several identities of one person. */
export const linkStore = ({ storage: { write }, eventRow, randomness }: Parts) => ({
  /**
   * The secondary user becomes an identity of the primary one: their metadata is gone, their sessions end, and whoever
   * signs in as them is the primary user. Throws `account_conflict` when either is unknown, both are one, or the secondary
   * one has an account in a directory, which nobody could sign in to any more, or is blocked, which must stay so.
   */
  link: ({ primary, secondary, by, at, reference = by }: Link): Promise<UserRecord> =>
    write(async (tx) => {
      await linkUsers(tx, { primary, secondary, by, at, reference }, eventRow)
      return there(await recordOf(tx, primary))
    }),
  /** The identity is a user of its own again, blocked if it was, with nothing else but what its connection said last. Undefined when there is none such. */
  unlink: ({ primary, provider, providerUserId, by, at, reference = by }: Unlink): Promise<UserRecord | undefined> => {
    const id = randomness.bytes(USER_ID_BYTES).toString('hex')
    return write(async (tx) => {
      // Two connections of one kind may know somebody by the same id: of several the one that was linked first.
      const named = await tx
        .selectFrom('linked_identities')
        .select(['connection', 'issuer', 'subject'])
        .where('user_id', '=', primary)
        .where('provider', '=', provider)
        .where('provider_user_id', '=', providerUserId)
        .orderBy('linked_at')
        .executeTakeFirst()
      if (!named) return undefined
      await separate(tx, { primary, identity: named, by, at, reference, id }, eventRow)
      return recordOf(tx, primary)
    })
  },
})

/** Makes the secondary user an identity of the primary one, within a unit. Throws `account_conflict`. */
export const linkUsers = async (tx: Kysely<Schema>, link: Required<Link>, eventRow: EventRow): Promise<void> => {
  const { primary, secondary, by, at, reference } = link
  const second = await linkable(tx, primary, secondary)
  await tx.updateTable('linked_identities').set({ user_id: primary }).where('user_id', '=', secondary).execute()
  await tx
    .insertInto('linked_identities')
    .values(linkedRow(second, primary, at))
    .execute()
  for (const table of ['sessions', 'user_records'] as const) await tx.deleteFrom(table).where('user_id', '=', secondary).execute()
  await tx.deleteFrom('users').where('id', '=', secondary).execute()
  await tx.updateTable('user_records').set({ updated_at: at }).where('user_id', '=', primary).execute()
  const facts = { by, how: 'linked', secondary: second.publicId }
  await tx
    .insertInto('events')
    .values(eventRow({ type: 'user_linked', at, reference, user: primary, facts }))
    .execute()
}

interface Separation {
  readonly primary: UserId
  readonly identity: Identity
  readonly by: string
  readonly reference: string
  readonly at: number
  /** Of the user the identity becomes. */
  readonly id: UserId
}

/** Makes a linked identity a user of its own again, within a unit; false when the primary user has no such one. */
export const separate = async (tx: Kysely<Schema>, separation: Separation, eventRow: EventRow): Promise<boolean> => {
  const { primary, identity, by, reference, at, id } = separation
  const row = await tx
    .deleteFrom('linked_identities')
    .where('user_id', '=', primary)
    .where('connection', '=', identity.connection)
    .where('issuer', '=', identity.issuer)
    .where('subject', '=', identity.subject)
    .returningAll()
    .executeTakeFirst()
  if (!row) return false
  // Whom somebody blocked stays so in all that they were.
  const { blocked } = await tx.selectFrom('users').select('blocked').where('id', '=', primary).executeTakeFirstOrThrow()
  await tx
    .insertInto('users')
    .values({ ...userRow(row, id, at), blocked })
    .execute()
  await tx
    .insertInto('user_records')
    .values(await recordRow(tx, row, { id, at }))
    .execute()
  await endSessions(tx, primary, row)
  const facts = { by, how: 'unlinked', secondary: `${row.provider}|${row.provider_user_id}` }
  await tx
    .insertInto('events')
    .values(eventRow({ type: 'user_linked', at, reference, user: primary, facts }))
    .execute()
  return true
}

/** Those that came by this identity, and those of which nobody wrote down by which one of its connection. */
const endSessions = async (tx: Kysely<Schema>, user: UserId, { connection, issuer, subject }: Identity): Promise<void> => {
  const through = tx.deleteFrom('sessions').where('user_id', '=', user).where('connection', '=', connection)
  await through
    .where((one) => one.or([one('issuer', 'is', null), one.and([one('issuer', '=', issuer), one('subject', '=', subject)])]))
    .execute()
}

/** The secondary user, when nothing speaks against it. */
const linkable = async (tx: Kysely<Schema>, primary: UserId, secondary: UserId): Promise<UserRecord> => {
  const [first, second] = [await recordOf(tx, primary), await recordOf(tx, secondary)]
  if (!first || !second || primary === secondary) throw conflict(primary, 'unknown')
  const account = await tx.selectFrom('accounts').select('target').where('user_id', '=', secondary).limit(1).executeTakeFirst()
  if (account) throw conflict(secondary, 'account')
  if (second.blocked) throw conflict(secondary, 'blocked')
  return second
}

const conflict = (user: UserId, reason: string) => new UsherError('account_conflict', { detail: { user, reason } })

const there = (record: UserRecord | undefined): UserRecord => {
  if (!record) throw new Error('a record is gone that was there')
  return record
}

const linkedRow = ({ identities: [own], root }: UserRecord, userId: UserId, at: number): LinkedIdentitiesTable => ({
  ...own.identity,
  user_id: userId,
  profile_json: JSON.stringify(root),
  ...identityColumns(own),
  linked_at: at,
})

const identityColumns = (one: LinkedIdentity) => ({
  connection_name: one.connectionName,
  provider: one.provider,
  provider_user_id: one.providerUserId,
  is_social: flag(one.isSocial),
})

const userRow = (row: LinkedIdentitiesTable, id: UserId, at: number): Omit<UsersTable, 'blocked'> => {
  const said: JsonObject = JSON.parse(row.profile_json)
  const email = textIn(said, 'email')
  return {
    id,
    connection: row.connection,
    issuer: row.issuer,
    subject: row.subject,
    given_name: textIn(said, 'given_name'),
    family_name: textIn(said, 'family_name'),
    display_name: textIn(said, 'name'),
    email,
    email_key: email === null ? null : keyOf(email),
    email_verified: flag(said['email_verified'] === true),
    created_at: at,
  }
}

const textIn = (said: JsonObject, name: string): string | null => {
  const value = said[name]
  return typeof value === 'string' ? value : null
}

interface Fresh {
  readonly id: UserId
  readonly at: number
}

const recordRow = async (tx: Kysely<Schema>, row: LinkedIdentitiesTable, { id, at }: Fresh): Promise<UserRecordsTable> => {
  const publicId = `${row.provider}|${row.provider_user_id}`
  const held = await tx.selectFrom('user_records').select('user_id').where('public_id', '=', publicId).executeTakeFirst()
  return {
    user_id: id,
    // Somebody else may have come to be called so meanwhile.
    public_id: held ? `${publicId}|${id}` : publicId,
    root_json: row.profile_json,
    app_metadata_json: '{}',
    user_metadata_json: '{}',
    connection_name: row.connection_name,
    provider: row.provider,
    provider_user_id: held ? `${row.provider_user_id}|${id}` : row.provider_user_id,
    is_social: row.is_social,
    logins_count: 0,
    last_login_at: null,
    last_ip: null,
    updated_at: at,
  }
}
