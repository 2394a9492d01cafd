'use strict'
// What an action is shown: Auth0's `event` of the post-login trigger, from the `user` and the `context` that rules write.

/** Only rules see these. */
const ONLY_RULES = new Set(['clientID', 'global_client_id', 'logins_count', 'last_login', 'last_ip', 'persistent'])
const UPSTREAM_TOKENS = new Set(['access_token', 'access_token_secret', 'refresh_token'])

/**
 * @param {object} shown
 * @param {object} shown.user as rules left it
 * @param {object} shown.context as rules left it
 * @param {Readonly<Record<string, string>>} shown.secrets the action's own
 * @returns {object} made of JSON alone, not frozen yet
 */
const eventFor = ({ user, context, secrets }) => ({
  user: userFor(user),
  client: { client_id: context.clientID, name: context.clientName, metadata: { ...context.clientMetadata } },
  connection: {
    id: context.connectionID,
    name: context.connection,
    strategy: context.connectionStrategy,
    metadata: { ...context.connectionMetadata },
  },
  request: requestFor(context),
  transaction: transactionFor(context),
  authentication: {
    methods: listIn(context.authentication?.methods).map(methodFor),
    ...(context.riskAssessment && { riskAssessment: context.riskAssessment }),
  },
  authorization: { roles: listIn(context.authorization?.roles) },
  session: { id: context.sessionID, clients: listIn(context.sso?.current_clients).map((client_id) => ({ client_id })) },
  ...(context.organization && { organization: context.organization }),
  stats: { logins_count: context.stats?.loginsCount ?? 0 },
  tenant: { id: context.tenant },
  secrets,
})

/** @param {object} user */
const userFor = (user) => ({
  ...Object.fromEntries(Object.entries(user).filter(([name]) => !ONLY_RULES.has(name))),
  app_metadata: { ...user.app_metadata },
  user_metadata: { ...user.user_metadata },
  identities: listIn(user.identities).map(identityFor),
  multifactor: listIn(user.multifactor),
  enrolledFactors: listIn(user.enrolledFactors),
})

/** @param {object} identity */
const identityFor = (identity) => Object.fromEntries(Object.entries(identity).filter(([name]) => !UPSTREAM_TOKENS.has(name)))

/** @param {object} context */
const requestFor = ({ request = {}, locale }) => ({
  ip: request.ip,
  method: request.body && Object.keys(request.body).length > 0 ? 'POST' : 'GET',
  hostname: request.hostname,
  user_agent: request.userAgent,
  ...(locale && { language: locale }),
  query: { ...request.query },
  body: { ...request.body },
  geoip: camelCased({ ...request.geoip }),
})

/** @param {object} context */
const transactionFor = ({ protocol, original_protocol, sessionID, locale, request = {}, transactionMetadata }) => {
  const query = request.query ?? {}
  return {
    id: sessionID,
    // Coming back is told by the function that is called, and not by the protocol.
    protocol: original_protocol ?? protocol,
    ...(locale && { locale }),
    ...(query.login_hint && { login_hint: query.login_hint }),
    ...(query.redirect_uri && { redirect_uri: query.redirect_uri }),
    ...(query.response_mode && { response_mode: query.response_mode }),
    prompt: wordsIn(query.prompt),
    requested_scopes: wordsIn(query.scope),
    response_type: wordsIn(query.response_type),
    ui_locales: wordsIn(query.ui_locales),
    acr_values: wordsIn(query.acr_values),
    metadata: { ...transactionMetadata },
  }
}

/** Rules are told milliseconds, actions a date. @param {object} method */
const methodFor = (method) =>
  typeof method.timestamp === 'number' ? { ...method, timestamp: new Date(method.timestamp).toISOString() } : method

/** @param {unknown} value */
const listIn = (value) => (Array.isArray(value) ? value : [])

/** @param {unknown} value */
const wordsIn = (value) => (typeof value === 'string' ? value.split(' ').filter(Boolean) : [])

/** `country_code3` is `countryCode3`. @param {Readonly<Record<string, unknown>>} fields */
const camelCased = (fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]))

/**
 * Nothing an action does to it is seen by anybody.
 * @template Value
 * @param {Value} value
 * @returns {Value}
 */
const deepFrozen = (value) => {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFrozen(inner)
  return Object.freeze(value)
}

module.exports = { eventFor, deepFrozen }
