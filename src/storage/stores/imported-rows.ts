import type { JsonObject } from '#kernel/json.ts'
import type { DirectorySubject, Identity, LinkedIdentity, Names, UserId } from '#kernel/person.ts'
import type { UserRecordsTable, UsersTable } from '../schema.ts'
import { flag, keyOf, nameColumns } from './columns.ts'
import type { ForeignAccount } from './imported-accounts.ts'
import type { NamedConnection } from './record-making.ts'

/** A person as another identity provider knew them. */
export interface ForeignPerson {
  readonly identity: Identity
  readonly connection: NamedConnection
  /** Kept for good. */
  readonly publicId: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly blocked: boolean
  readonly root: JsonObject
  readonly appMetadata: JsonObject
  readonly userMetadata: JsonObject
  readonly createdAt: number
  readonly lastLoginAt?: number
  readonly lastIp?: string
  readonly loginsCount: number
  readonly account?: DirectorySubject & ForeignAccount
  readonly linked: readonly LinkedIdentity[]
}

export const userRow = ({ identity, names, email, emailVerified, blocked, createdAt }: ForeignPerson, id: UserId): UsersTable => ({
  ...nameColumns(names),
  ...identity,
  id,
  email: email ?? null,
  email_key: email === undefined ? null : keyOf(email),
  email_verified: flag(emailVerified),
  blocked: flag(blocked),
  created_at: createdAt,
})

type Metadata = Pick<UserRecordsTable, 'app_metadata_json' | 'user_metadata_json'>

/** Metadata filled up with what somebody brings: what they have here already goes before it. */
export const filledUp = (row: Metadata, { appMetadata, userMetadata }: ForeignPerson): Metadata => ({
  app_metadata_json: under(row.app_metadata_json, appMetadata),
  user_metadata_json: under(row.user_metadata_json, userMetadata),
})

/** Whether there is nothing to fill up. */
export const isRemembered = (row: Metadata, person: ForeignPerson): boolean => {
  const filled = filledUp(row, person)
  return filled.app_metadata_json === row.app_metadata_json && filled.user_metadata_json === row.user_metadata_json
}

const under = (json: string, brought: JsonObject): string => {
  const kept: JsonObject = JSON.parse(json)
  return Object.keys(brought).every((key) => Object.hasOwn(kept, key)) ? json : JSON.stringify({ ...brought, ...kept })
}
