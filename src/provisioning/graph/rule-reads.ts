import * as z from 'zod'
import type { JsonObject } from '#kernel/json.ts'
import type { Errand, GraphClient, Reply } from './graph-client.ts'

/** What a rule may look for people by, by Graph's names. */
export type SearchedProperty = 'onPremisesImmutableId' | 'userPrincipalName' | 'mail'

/** What rules may read of the tenant, as Graph answers it. */
export interface RuleReads {
  readonly user: (key: string, errand: Errand) => Promise<Reply<JsonObject>>
  readonly users: (property: SearchedProperty, value: string, errand: Errand) => Promise<Reply<JsonObject>>
  readonly skus: (errand: Errand) => Promise<Reply<JsonObject>>
}

/** Everything of a person that the retired API showed and Graph still has. */
const SELECT = `id,accountEnabled,ageGroup,assignedLicenses,assignedPlans,businessPhones,city,companyName,country,creationType,
department,displayName,employeeId,givenName,identities,jobTitle,mail,mailNickname,mobilePhone,officeLocation,
onPremisesDistinguishedName,onPremisesImmutableId,onPremisesLastSyncDateTime,onPremisesSyncEnabled,otherMails,passwordPolicies,
postalCode,preferredLanguage,proxyAddresses,showInAddressList,signInSessionsValidFromDateTime,state,streetAddress,surname,
usageLocation,userPrincipalName,userType,externalUserState`.replace(/\s/g, '')

const objectShape = z.record(z.string(), z.json())

const shaped = (reply: Reply<unknown>): Reply<JsonObject> => {
  if (!reply.ok) return reply
  const read = objectShape.safeParse(reply.value)
  return read.success ? { ok: true, value: read.data } : { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } }
}

/** An object id or a user principal name. Behind everything else there may be another place (`..`) or everybody (`delta`). */
const PERSON = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[\w'.!#^~-]+@[a-z0-9.-]+)$/i

export const ruleReads = ({ call }: GraphClient): RuleReads => ({
  user: async (key, errand) =>
    PERSON.test(key)
      ? shaped(await call({ method: 'GET', path: `/users/${encodeURIComponent(key)}`, query: { $select: SELECT }, errand }))
      : { ok: false, setback: { kind: 'absent' } },
  users: async (property, value, errand) => {
    const $filter = `${property} eq '${value.replaceAll("'", "''")}'`
    return shaped(await call({ method: 'GET', path: '/users', query: { $filter, $select: SELECT }, errand }))
  },
  skus: async (errand) => shaped(await call({ method: 'GET', path: '/subscribedSkus', errand })),
})
