import type { JsonObject } from '#kernel/json.ts'
import type { LinkedIdentity, UserRecord } from '#kernel/person.ts'

const instant = (at: number): string => new Date(at).toISOString()

/** An identity as Auth0 shows it. */
export const identityView = (one: LinkedIdentity): JsonObject => ({
  connection: one.connectionName,
  provider: one.provider,
  user_id: one.providerUserId,
  isSocial: one.isSocial,
  ...(one.profileData && { profileData: one.profileData }),
})

/** What we alone say about a user; a connection that says such a thing is not repeated. */
const OWN = [
  'user_id',
  'identities',
  'app_metadata',
  'user_metadata',
  'created_at',
  'updated_at',
  'last_login',
  'last_ip',
  'logins_count',
  'blocked',
]

/** A user as Auth0 shows them. Metadata nobody wrote is not there. */
export const userView = (record: UserRecord): JsonObject => ({
  ...Object.fromEntries(Object.entries(record.root).filter(([name]) => !OWN.includes(name))),
  user_id: record.publicId,
  identities: record.identities.map(identityView),
  ...(hasAny(record.appMetadata) && { app_metadata: record.appMetadata }),
  ...(hasAny(record.userMetadata) && { user_metadata: record.userMetadata }),
  created_at: instant(record.createdAt),
  updated_at: instant(record.updatedAt),
  ...(record.lastLoginAt !== undefined && { last_login: instant(record.lastLoginAt) }),
  ...(record.lastIp !== undefined && { last_ip: record.lastIp }),
  logins_count: record.loginsCount,
  blocked: record.blocked,
})

const hasAny = (metadata: JsonObject): boolean => Object.keys(metadata).length > 0
