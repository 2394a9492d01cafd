'use strict'
// `api.redirect`: to another site and back, with tokens that both sides can hold against a secret they share.

const USUAL_SECONDS = 900
/** Flows in which nobody looks at a browser. */
const WITHOUT_BROWSER = /^(?:oauth2-|wstrust-|delegation|oidc-ciba)/

/**
 * @param {Record<string, any>} turn `{ id, event, context, continued, hasReturned }`
 * @returns {object}
 */
const redirectApi = (turn) => ({
  canRedirect: () => canRedirect(turn),
  sendUserTo: (url, options) => sendUserTo(turn, url, options),
  encodeToken: (wanted) => encodeToken(turn, wanted),
  validateToken: (wanted) => validateToken(turn, wanted),
})

/** Once in a sign-in: whoever has come back goes on. */
const canRedirect = ({ event, hasReturned }) =>
  !hasReturned && !WITHOUT_BROWSER.test(String(event.transaction.protocol)) && !event.transaction.prompt.includes('none')

const sendUserTo = (turn, url, { query = {} } = {}) => {
  if (!canRedirect(turn)) throw new Error('api.redirect.sendUserTo: nobody can be sent anywhere in this sign-in')
  const target = URL.parse(String(url))
  if (!target || !/^https?:$/.test(target.protocol)) throw new TypeError('api.redirect.sendUserTo: the address is no web address')
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value))
  turn.context.redirect = { url: target.href, by: turn.id }
}

const encodeToken = ({ event }, { secret, payload = {}, expiresInSeconds = USUAL_SECONDS } = {}) => {
  const { user, request } = event
  const claims = { ...payload, sub: user.user_id, iss: request.hostname, ip: request.ip }
  // The time it ends is what was asked for, whatever the payload says.
  delete claims.exp
  return jsonWebTokens().sign(claims, secretIn('encodeToken', secret), { algorithm: 'HS256', expiresIn: Number(expiresInSeconds) })
}

/** Throws unless the token is fresh, from whoever has the secret, about this person and of this very redirect. */
const validateToken = ({ event, continued }, { secret, tokenParameterName = 'session_token' } = {}) => {
  if (!continued) throw new Error('api.redirect.validateToken: only in onContinuePostLogin')
  const { query, body } = event.request
  const token = body[tokenParameterName] ?? query[tokenParameterName]
  if (typeof token !== 'string') throw new Error(`The session token is invalid: there is no ${tokenParameterName}`)
  const claims = verified(token, secretIn('validateToken', secret))
  if (claims.sub !== event.user.user_id) throw invalid('it is about somebody else')
  if (claims.state !== (body.state ?? query.state)) throw invalid('State in the token does not match the /continue state')
  return claims
}

const verified = (token, secret) => {
  try {
    const claims = jsonWebTokens().verify(token, secret, { algorithms: ['HS256'] })
    const isWhole = ['iat', 'exp', 'sub', 'iss', 'state'].every((name) => claims[name] !== undefined)
    if (!isWhole) throw new Error('Missing or invalid standard claims')
    return claims
  } catch ({ message }) {
    throw invalid(message)
  }
}

/** Loaded when somebody is sent away, which is seldom. */
const jsonWebTokens = () => require('jsonwebtoken')

const invalid = (reason) => new Error(`The session token is invalid: ${reason}`)

const secretIn = (method, secret) => {
  if (typeof secret === 'string' && secret.length > 0) return secret
  throw new TypeError(`api.redirect.${method}: a secret is needed`)
}

module.exports = { redirectApi }
