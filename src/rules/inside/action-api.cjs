'use strict'
// What an action can do: Auth0's `api` of the post-login trigger. What it does is written where rules write it.
const { redirectApi } = require('./action-redirect.cjs')
const { samlApi } = require('./action-saml.cjs')

const LONGEST_USER_ID = 128
const MOST_METADATA_BYTES = 32 * 1_024
const LONGEST_TRANSACTION_KEY = 64
const LONGEST_TRANSACTION_VALUE_BYTES = 8 * 1_024
const MOST_TRANSACTION_BYTES = 16 * 1_024

/** What Usher has no use for; saying so ends the sign-in instead of letting an author believe it was done. */
const ABSENT = {
  prompt: ['render'],
  refreshToken: ['revoke', 'setExpiresAt', 'setIdleExpiresAt', 'setMetadata', 'deleteMetadata', 'evictMetadata'],
  session: ['revoke', 'setExpiresAt', 'setIdleExpiresAt', 'setMetadata', 'deleteMetadata', 'evictMetadata', 'setCookieMode'],
}

/**
 * @param {Record<string, any>} turn `{ id, event, context, console, cache, now, continued, hasReturned, executedRules, effects }`;
 *   `effects` gathers what happens when the action is done: `denied`, `app` and `user` metadata, `isOver`
 * @returns {object}
 */
const apiFor = (turn) => {
  const { context, effects } = turn
  const api = {}
  Object.assign(api, {
    access: { deny: (reason) => deny(effects, reason) },
    validation: { error: (_code, message) => deny(effects, message) },
    accessToken: accessTokenApi(context),
    idToken: { setCustomClaim: (name, value) => setIn(context, 'idToken', name, value) },
    authentication: authenticationApi(turn),
    multifactor: { enable: (provider, options) => requireFactor(context, { ...options, provider }) },
    redirect: redirectApi(turn),
    samlResponse: samlApi(context),
    transaction: { setMetadata: (name, value) => setTransactionMetadata(context, String(name), value) },
    user: {
      setAppMetadata: (name, value) => setMetadata(effects.app, name, value),
      setUserMetadata: (name, value) => setMetadata(effects.user, name, value),
    },
    ...absent(),
  })
  const guarded = Object.entries(api).map(([name, group]) => [name, chained(group, { api, name, turn })])
  return Object.assign(api, Object.fromEntries(guarded), {
    cache: turn.cache,
    rules: { wasExecuted: (rule) => turn.executedRules.includes(rule) },
  })
}

/** Every method without an answer of its own answers the whole; none does anything once the action is done. */
const chained = (group, { api, name, turn }) =>
  Object.fromEntries(
    Object.entries(group).map(([method, act]) => [
      method,
      (...words) => {
        if (turn.effects.isOver) return tooLate(turn, api, `api.${name}.${method}`)
        return act(...words) ?? api
      },
    ]),
  )

const tooLate = ({ console }, api, method) => {
  console.warn(`${method} was called after the action was done, and counts for nothing`)
  return api
}

const deny = (effects, reason) => {
  effects.denied ??= { message: String(reason ?? '') }
}

const setIn = (context, token, name, value) => {
  context[token] = { ...context[token], [name]: value }
}

const accessTokenApi = (context) => {
  const scopes = () => (Array.isArray(context.accessToken?.scope) ? context.accessToken.scope : [])
  const without = (scope) => scopes().filter((one) => one !== scope)
  return {
    setCustomClaim: (name, value) => setIn(context, 'accessToken', name, value),
    addScope: (scope) => setIn(context, 'accessToken', 'scope', [...without(scope), scope]),
    removeScope: (scope) => setIn(context, 'accessToken', 'scope', without(scope)),
  }
}

const authenticationApi = ({ context, continued, now }) => ({
  challengeWith: (factor) => requireFactor(context, { provider: 'any', factors: [factor] }),
  challengeWithAny: (factors) => requireFactor(context, { provider: 'any', factors }),
  enrollWith: (factor) => requireFactor(context, { provider: 'any', factors: [factor] }),
  enrollWithAny: (factors) => requireFactor(context, { provider: 'any', factors }),
  recordMethod: (name) => {
    if (!continued) throw new Error('api.authentication.recordMethod: only in onContinuePostLogin')
    if (!URL.canParse(String(name))) throw new TypeError('api.authentication.recordMethod: a method is named by an address')
    const methods = context.authentication?.methods ?? []
    context.authentication = { ...context.authentication, methods: [...methods, { name: String(name), timestamp: now() }] }
  },
  setPrimaryUser: (id) => setPrimaryUser(context, String(id)),
})

const requireFactor = (context, wanted) => {
  context.multifactor = wanted
}

const setPrimaryUser = (context, id) => {
  if (context.primaryUser !== undefined) throw new Error('api.authentication.setPrimaryUser: the primary user is set already')
  if (id.length > LONGEST_USER_ID) throw new RangeError('api.authentication.setPrimaryUser: this is no user id')
  context.primaryUser = id
}

/** Null takes a key away. */
const setMetadata = (patch, name, value) => {
  patch[String(name)] = value === undefined ? null : JSON.parse(JSON.stringify(value))
  if (Buffer.byteLength(JSON.stringify(patch)) > MOST_METADATA_BYTES) throw new RangeError('this is too much metadata')
}

const setTransactionMetadata = (context, name, value) => {
  const metadata = { ...context.transactionMetadata, [name]: value }
  if (value === null || value === undefined) delete metadata[name]
  const isTooLong =
    name.length > LONGEST_TRANSACTION_KEY || Buffer.byteLength(JSON.stringify(value ?? null)) > LONGEST_TRANSACTION_VALUE_BYTES
  if (isTooLong || Buffer.byteLength(JSON.stringify(metadata)) > MOST_TRANSACTION_BYTES)
    throw new RangeError('api.transaction.setMetadata: this is too much')
  context.transactionMetadata = metadata
}

const absent = () =>
  Object.fromEntries(
    Object.entries(ABSENT).map(([group, methods]) => [
      group,
      Object.fromEntries(
        methods.map((method) => [
          method,
          () => {
            throw new Error(`api.${group}.${method} is not available`)
          },
        ]),
      ),
    ]),
  )

module.exports = { apiFor }
