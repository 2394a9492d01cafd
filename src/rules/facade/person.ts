import type { JsonObject } from '#kernel/json.ts'
import type { LinkedIdentity } from '#kernel/person.ts'
import type { RuleOrder } from '../runner.ts'

const instant = (ms: number): string => new Date(ms).toISOString()

/**
 * Auth0's `user` as rules see it before the first of them runs: what the connection said, then everything in
 * `app_metadata` over it (user object in rules).
 */
export const userFor = ({ record, relyingParty }: Pick<RuleOrder, 'record' | 'relyingParty'>): JsonObject => ({
  ...record.root,
  user_id: record.publicId,
  clientID: relyingParty.clientId,
  identities: record.identities.map(identityFor),
  created_at: instant(record.createdAt),
  updated_at: instant(record.updatedAt),
  ...(record.lastLoginAt !== undefined && { last_login: instant(record.lastLoginAt) }),
  ...(record.lastIp !== undefined && { last_ip: record.lastIp }),
  logins_count: record.loginsCount,
  user_metadata: record.userMetadata,
  app_metadata: record.appMetadata,
  ...record.appMetadata,
})

const identityFor = ({ connectionName, provider, providerUserId, isSocial, profileData }: LinkedIdentity): JsonObject => ({
  connection: connectionName,
  provider,
  user_id: providerUserId,
  isSocial,
  ...(profileData && { profileData }),
})
