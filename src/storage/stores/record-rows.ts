import type { Kysely } from 'kysely'
import type { JsonObject } from '#kernel/json.ts'
import type { LinkedIdentity, UserRecord } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'

type Db = Kysely<Schema>

/** Users with what is remembered about them, one row for each linked identity. */
export const recordRows = (db: Db) =>
  db
    .selectFrom('users')
    .leftJoin('user_records', 'user_records.user_id', 'users.id')
    .leftJoin('linked_identities', 'linked_identities.user_id', 'users.id')
    .selectAll('users')
    .select([
      'user_records.public_id',
      'user_records.root_json',
      'user_records.app_metadata_json',
      'user_records.user_metadata_json',
      'user_records.connection_name',
      'user_records.provider',
      'user_records.provider_user_id',
      'user_records.is_social',
      'user_records.logins_count',
      'user_records.last_login_at',
      'user_records.last_ip',
      'user_records.updated_at',
      'linked_identities.connection as linked_connection',
      'linked_identities.issuer as linked_issuer',
      'linked_identities.subject as linked_subject',
      'linked_identities.profile_json as linked_profile_json',
      'linked_identities.connection_name as linked_connection_name',
      'linked_identities.provider as linked_provider',
      'linked_identities.provider_user_id as linked_provider_user_id',
      'linked_identities.is_social as linked_is_social',
    ])

type RecordRow = Awaited<ReturnType<ReturnType<typeof recordRows>['execute']>>[number]

/** A user who has a record: then none of its columns is null. */
type Whole = RecordRow & { readonly [Column in 'public_id' | 'root_json' | 'app_metadata_json' | 'user_metadata_json']: string } & {
  readonly [Column in 'connection_name' | 'provider' | 'provider_user_id']: string
} & { readonly logins_count: number; readonly updated_at: number }

const isWhole = (row: RecordRow): row is Whole => row.public_id !== null

/** The record these rows of one user tell of; undefined for a user who has none yet. */
export const recordIn = (rows: readonly RecordRow[]): UserRecord | undefined => {
  const [row] = rows
  if (!row || !isWhole(row)) return undefined
  return {
    userId: row.id,
    publicId: row.public_id,
    root: jsonIn(row.root_json),
    appMetadata: jsonIn(row.app_metadata_json),
    userMetadata: jsonIn(row.user_metadata_json),
    identities: [ownIdentity(row), ...rows.flatMap(linkedIn)],
    loginsCount: row.logins_count,
    ...(row.last_login_at !== null && { lastLoginAt: row.last_login_at }),
    ...(row.last_ip !== null && { lastIp: row.last_ip }),
    blocked: row.blocked === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

const ownIdentity = (row: Whole): LinkedIdentity => ({
  identity: { connection: row.connection, issuer: row.issuer, subject: row.subject },
  connectionName: row.connection_name,
  provider: row.provider,
  providerUserId: row.provider_user_id,
  isSocial: row.is_social === 1,
})

const linkedIn = (row: RecordRow): readonly LinkedIdentity[] => {
  const { linked_connection, linked_issuer, linked_subject, linked_profile_json } = row
  if (linked_connection === null || linked_issuer === null || linked_subject === null) return []
  return [
    {
      identity: { connection: linked_connection, issuer: linked_issuer, subject: linked_subject },
      connectionName: row.linked_connection_name ?? '',
      provider: row.linked_provider ?? '',
      providerUserId: row.linked_provider_user_id ?? '',
      isSocial: row.linked_is_social === 1,
      profileData: jsonIn(linked_profile_json ?? '{}'),
    },
  ]
}

/** An object of ours, as it was stored. */
export const jsonIn = (text: string): JsonObject => JSON.parse(text)

/** One user's record, inside a unit or outside. */
export const recordOf = async (db: Db, userId: string): Promise<UserRecord | undefined> =>
  recordIn(await recordRows(db).where('users.id', '=', userId).orderBy('linked_identities.linked_at').execute())
