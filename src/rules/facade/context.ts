import type { JsonObject } from '#kernel/json.ts'
import { providerOf } from '#kernel/provider.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { RuleOrder } from '../runner.ts'

/** Auth0's `context` (context object in rules). What many rules write into without looking is always an object. */
export const contextFor = (order: RuleOrder): JsonObject => {
  const { relyingParty, transaction, record, isContinued } = order
  return {
    tenant: order.visit.hostname.split('.')[0] ?? '',
    clientID: relyingParty.clientId,
    clientName: relyingParty.name,
    clientMetadata: {},
    ...connectionFields(order.connection),
    samlConfiguration: { ...relyingParty.samlConfiguration },
    protocol: isContinued ? 'redirect-callback' : relyingParty.protocol,
    ...(isContinued && { original_protocol: relyingParty.protocol }),
    stats: { loginsCount: record.loginsCount },
    sso: {
      with_auth0: transaction.silent,
      with_dbconn: providerOf(order.connection).name === 'auth0',
      current_clients: transaction.silent ? [relyingParty.clientId] : [],
    },
    accessToken: {},
    idToken: {},
    sessionID: transaction.id,
    ...(transaction.request.language !== undefined && { locale: transaction.request.language }),
    request: { ...order.visit, geoip: {} },
    authentication: { methods: methodsOf(order) },
    authorization: { roles: rolesOf(record.appMetadata) },
  }
}

const connectionFields = (connection: ConnectionSettings): JsonObject => {
  const [domain] = connection.homeRealms
  return {
    connectionID: connection.id,
    connection: connection.name,
    connectionStrategy: providerOf(connection).name,
    connectionOptions: {
      ...(domain !== undefined && { tenant_domain: domain }),
      domain_aliases: connection.homeRealms,
    },
    connectionMetadata: {},
  }
}

/** In milliseconds, as Auth0's own examples have them. */
const methodsOf = ({ transaction, connection }: RuleOrder): readonly JsonObject[] => {
  const { at, secondFactor } = transaction.authentication
  const first = { name: providerOf(connection).name === 'auth0' ? 'pwd' : 'federated', timestamp: at }
  return secondFactor ? [first, { name: 'mfa', timestamp: secondFactor.at }] : [first]
}

/** Roles are kept where rules and administrators write them: in app metadata. */
const rolesOf = ({ roles, authorization }: JsonObject): readonly string[] => {
  const nested = typeof authorization === 'object' && authorization !== null && 'roles' in authorization ? authorization.roles : undefined
  const found = Array.isArray(roles) ? roles : Array.isArray(nested) ? nested : []
  return found.filter((role) => typeof role === 'string')
}
