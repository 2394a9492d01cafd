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

  get canRedirect() {
    return this.redirectUrl === undefined && !noRedirectProtocols.includes(this.protocol)
  }

  /** @param {Loose} [payload] */
  createSessionToken(payload = {}) {
    const { ip } = this.context.request ?? {}
    const options = { subject: String(this.user.user_id), issuer: this.#issuer(), expiresIn: this.tokenLife }
    return jwt.sign({ ...payload, ip }, this.#secret(), options)
  }

  /**
   * What the site sent back, once it is known to be for this person and from us.
   * @param {string} [parameter]
   * @returns {Loose}
   */
  validateSessionToken(parameter) {
    const { session_token: usual, sessionToken: older } = this.queryParams
    const token = parameter === undefined ? (usual ?? older) : this.queryParams[parameter]
    const verified = jwt.verify(token, this.#secret(), {
      algorithms: ['HS256'],
      subject: String(this.user.user_id),
      issuer: this.#issuer(),
    })
    if (typeof verified !== 'object' || verified.exp === undefined) throw new Error('Expired token')
    return verified
  }

  /**
   * @param {string} url
   * @param {Loose} [payload]
   */
  doRedirect(url, payload = {}) {
    if (!this.canRedirect) throw new Error('Cannot redirect')
    const separator = url.includes('?') ? '&' : '?'
    this.context.redirect = { url: `${url}${separator}session_token=${this.createSessionToken(payload)}` }
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
    for (const kind of ['user_metadata', 'app_metadata']) {
      user[kind] = user[kind] ?? {}
      if (namespace) user[kind][namespace] = user[kind][namespace] ?? {}
    }
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  setUserMeta(key, value) {
    this.#place('user_metadata')[key] = value
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  setAppMeta(key, value) {
    this.#place('app_metadata')[key] = value
  }

  /** @param {string} key */
  getUserMeta(key) {
    return this.#place('user_metadata')[key]
  }

  /** @param {string} key */
  getAppMeta(key) {
    return this.#place('app_metadata')[key]
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
   * @param {'user_metadata' | 'app_metadata'} kind
   * @returns {Loose}
   */
  #place(kind) {
    return this.namespace ? this.user[kind][this.namespace] : this.user[kind]
  }
}

module.exports = { Auth0RedirectRuleUtilities, Auth0UserUpdateUtilities, noRedirectProtocols }
