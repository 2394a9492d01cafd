// @ts-check
'use strict'
// `@auth0/rule-utilities` as rules use it, which is on no registry any more: redirects with a session token, and metadata
// under one name.
const { requireModule } = require('./modules.cjs')

/** @type {any} */
const jwt = requireModule('jsonwebtoken@8.5.1').module

/** Flows in which nobody can be sent anywhere, and the way back from where somebody was. */
const noRedirectProtocols = ['oauth2-resource-owner', 'oauth2-refresh-token', 'oauth2-password', 'redirect-callback']
const THREE_DAYS = '3d'
/** What a secret shared with a site can sign with. */
const SIGNED_WITH = ['HS256', 'HS384', 'HS512']

/**
 * @typedef {Record<string, any>} Loose
 */

class Auth0RedirectRuleUtilities {
  /**
   * @param {Loose} user
   * @param {Loose} context
   * @param {Loose} configuration `SESSION_TOKEN_SECRET`, and how long a token is good: `SESSION_TOKEN_EXPIRES_IN`
   */
  constructor(user, context, configuration) {
    this.user = user ?? {}
    this.context = context ?? {}
    this.tokenSecret = configuration?.SESSION_TOKEN_SECRET
    this.tokenLife = configuration?.SESSION_TOKEN_EXPIRES_IN ?? THREE_DAYS
  }

  get protocol() {
    return this.context.protocol
  }

  get queryParams() {
    return this.context.request?.query ?? {}
  }

  get redirectUrl() {
    return this.context.redirect?.url
  }

  get isRedirectCallback() {
    return this.protocol === 'redirect-callback'
  }

  get protocolCanRedirect() {
    return !noRedirectProtocols.includes(this.protocol)
  }

  /** Another rule's wish comes first, and so does a second factor; with `prompt=none` nobody may be asked anything. */
  get canRedirect() {
    if (this.redirectUrl || this.context.multifactor || this.queryParams.prompt === 'none') return false
    return this.protocolCanRedirect
  }

  /** @param {Loose} [claims] over those it has by itself */
  createSessionToken(claims = {}) {
    const { ip } = this.context.request ?? {}
    const own = { ip, iss: this.#issuer(), sub: String(this.user.user_id) }
    return jwt.sign({ ...own, ...claims }, this.#secret(), { expiresIn: this.tokenLife })
  }

  /**
   * What the site sent back, once it is known to be for this person and from us.
   * @param {Loose} [demands] further ones, as `jsonwebtoken` has them: `{ audience: 'site' }`
   * @returns {Loose}
   */
  validateSessionToken(demands = {}) {
    const { session_token: usual, sessionToken: older } = this.queryParams
    const ours = { subject: String(this.user.user_id), issuer: this.#issuer() }
    const verified = jwt.verify(usual ?? older, this.#secret(), { algorithms: SIGNED_WITH, ...demands, ...ours })
    if (typeof verified !== 'object' || verified.exp === undefined) throw new Error('Expired token')
    return verified
  }

  /**
   * @param {string} url
   * @param {string | boolean | { sessionToken?: string, generateSessionToken?: boolean }} [how] a token made before, or
   *   whether one is made: version 0.1 was told so itself, 0.2 by an object
   */
  doRedirect(url, how) {
    if (!this.canRedirect || !url) throw new Error('Cannot redirect')
    const token = this.#tokenTold(how)
    const separator = url.includes('?') ? '&' : '?'
    this.context.redirect = { url: token === undefined ? url : `${url}${separator}session_token=${token}` }
  }

  /** @param {unknown} how */
  #tokenTold(how) {
    const { sessionToken = how, generateSessionToken = how !== false } = Object(how)
    if (typeof sessionToken === 'string' && sessionToken !== '') return sessionToken
    return generateSessionToken ? this.createSessionToken() : undefined
  }

  #issuer() {
    return `https://${this.context.request?.hostname}/`
  }

  #secret() {
    if (typeof this.tokenSecret !== 'string' || this.tokenSecret === '') throw new Error('Missing configuration.SESSION_TOKEN_SECRET')
    return this.tokenSecret
  }
}

class Auth0UserUpdateUtilities {
  /**
   * @param {Loose} user
   * @param {Loose} auth0 the rule's own
   * @param {string} [namespace] everything is kept under it
   */
  constructor(user, auth0, namespace) {
    this.user = user
    this.auth0 = auth0
    this.namespace = namespace
    /** @type {Loose} */
    this.updatedUserData = {}
    for (const kind of ['user_metadata', 'app_metadata']) {
      user[kind] = user[kind] ?? {}
      if (namespace) user[kind][namespace] = user[kind][namespace] ?? {}
    }
  }

  /**
   * @param {string} key of the profile itself
   * @param {unknown} value
   */
  setUser(key, value) {
    this.user[key] = value
    this.updatedUserData[key] = value
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  setUserMeta(key, value) {
    this.#place('user_metadata', key)[key] = value
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  setAppMeta(key, value) {
    this.#place('app_metadata', key)[key] = value
  }

  /** @param {string} key */
  getUserMeta(key) {
    return this.#place('user_metadata', key)[key]
  }

  /** @param {string} key */
  getAppMeta(key) {
    return this.#place('app_metadata', key)[key]
  }

  /** Stores what `setUser` was told, by the Management API: only it changes more than metadata. */
  updateUser() {
    const { accessToken: token, domain } = this.auth0
    const { ManagementClient } = /** @type {any} */ (requireModule('auth0@2.44.1').module)
    return new ManagementClient({ token, domain }).updateUser({ id: this.user.user_id }, this.updatedUserData)
  }

  updateUserMeta() {
    return this.auth0.users.updateUserMetadata(this.user.user_id, this.user.user_metadata)
  }

  updateAppMeta() {
    return this.auth0.users.updateAppMetadata(this.user.user_id, this.user.app_metadata)
  }

  /** As version 0.2 calls them. */
  updateUserMetadata() {
    return this.updateUserMeta()
  }

  updateAppMetadata() {
    return this.updateAppMeta()
  }

  /**
   * Where a key is kept: the name that all is kept under stands for itself.
   * @param {'user_metadata' | 'app_metadata'} kind
   * @param {string} key
   * @returns {Loose}
   */
  #place(kind, key) {
    return this.namespace && key !== this.namespace ? this.user[kind][this.namespace] : this.user[kind]
  }
}

module.exports = { Auth0RedirectRuleUtilities, Auth0UserUpdateUtilities, noRedirectProtocols }
