'use strict'
// What `require` answers in a rule: Node's own harmless modules, and a store of packages with the versions that rules pin.
const { createRequire } = require('node:module')
const path = require('node:path')

const fromStore = createRequire(path.resolve(__dirname, '..', '..', '..', 'node_modules', 'rules.cjs'))

const builtIns = new Set(
  'assert buffer crypto events http https net os path punycode querystring stream string_decoder timers tls tty url util zlib'.split(' '),
)

/**
 * @typedef {object} Stored
 * @property {string} version as rules know it
 * @property {string} folder its name in node_modules
 * @property {RegExp} [also] other versions it stands in for, with a notice
 */

/** The first of a name is what a rule gets that names no version. @type {Readonly<Record<string, readonly Stored[]>>} */
const store = {
  async: [{ version: '2.6.4', folder: 'async', also: /^[0-3]\./ }],
  auth0: [
    { version: '2.44.1', folder: 'auth0-2', also: /^[02]\./ },
    { version: '3.7.2', folder: 'auth0-3' },
  ],
  axios: [{ version: '1.21.1', folder: 'axios', also: /^0\./ }],
  bcrypt: [{ version: '2.4.3', folder: 'bcryptjs', also: /./ }],
  bcryptjs: [{ version: '2.4.3', folder: 'bcryptjs' }],
  bluebird: [{ version: '3.7.2', folder: 'bluebird', also: /^2\./ }],
  'ipaddr.js': [{ version: '1.9.1', folder: 'ipaddr.js-1' }],
  jsonwebtoken: [
    { version: '8.5.1', folder: 'jsonwebtoken-8', also: /^[57]\./ },
    { version: '9.0.0', folder: 'jsonwebtoken' },
  ],
  lodash: [
    { version: '4.18.1', folder: 'lodash' },
    { version: '3.10.1', folder: 'lodash-3' },
    { version: '2.4.1', folder: 'lodash-2' },
  ],
  moment: [{ version: '2.29.4', folder: 'moment' }],
  'moment-timezone': [{ version: '0.5.45', folder: 'moment-timezone' }],
  'native-or-bluebird': [{ version: '1.2.0', folder: 'native-or-bluebird' }],
  'node-fetch': [{ version: '2.7.0', folder: 'node-fetch' }],
  'oauth-sign': [{ version: '0.9.0', folder: 'oauth-sign' }],
  q: [{ version: '1.5.1', folder: 'q' }],
  querystring: [{ version: '0.2.1', folder: 'querystring' }],
  request: [{ version: '2.88.2', folder: 'request' }],
  'request-promise': [{ version: '4.2.6', folder: 'request-promise' }],
  'slack-notify': [{ version: '0.1.7', folder: 'slack-notify' }],
  url: [{ version: '0.10.3', folder: 'url' }],
  uuid: [{ version: '3.4.0', folder: 'uuid', also: /^(?:[2-9]|11)\./ }],
  xml2js: [{ version: '0.6.2', folder: 'xml2js' }],
  xmldom: [{ version: '0.6.0', folder: 'xmldom', also: /^0\./ }],
  xpath: [{ version: '0.0.34', folder: 'xpath' }],
  xtend: [{ version: '4.0.2', folder: 'xtend', also: /^1\./ }],
}

const VERSIONED = /^(@?[^@]+)@(.+)$/

/**
 * The module a rule asks for: the exact version, else one of the same major with a notice, else an error in the words
 * that Auth0 used. Without a version Node's own modules come first.
 * @param {string} name
 * @returns {{ readonly module: unknown, readonly notice?: string }}
 */
const requireModule = (name) => {
  const [, bare, version] = VERSIONED.exec(name) ?? []
  if (bare === undefined || version === undefined) return { module: unversioned(name.replace(/^node:/, ''), name) }
  const known = Object.hasOwn(store, bare) ? store[bare] : []
  const exact = known.find((one) => one.version === version)
  if (exact) return { module: fromStore(exact.folder) }
  const near = known.find((one) => majorOf(one.version) === majorOf(version)) ?? known.find(({ also }) => also?.test(version))
  if (!near) throw notFound(`${bare}@${version}`)
  return { module: fromStore(near.folder), notice: `${name} is not here; ${bare}@${near.version} is used instead` }
}

/**
 * @param {string} bare
 * @param {string} name
 */
const unversioned = (bare, name) => {
  if (builtIns.has(bare)) return require(`node:${bare}`)
  const [first] = Object.hasOwn(store, bare) ? store[bare] : []
  if (first) return fromStore(first.folder)
  throw notFound(name)
}

/** @param {string} version */
const majorOf = (version) => version.split('.')[0]

/** @param {string} name */
const notFound = (name) => Object.assign(new Error(`Cannot find module ${name}`), { code: 'MODULE_NOT_FOUND' })

/** Whether a rule that asks for this would get something. @param {string} name */
const isKnownModule = (name) => {
  const [, bare = name, version] = VERSIONED.exec(name) ?? []
  if (version === undefined) return builtIns.has(bare.replace(/^node:/, '')) || Object.hasOwn(store, bare)
  const known = Object.hasOwn(store, bare) ? store[bare] : []
  return known.some((one) => majorOf(one.version) === majorOf(version) || one.also?.test(version))
}

/** What old runtimes had as globals. */
const legacyNames = {
  _: 'lodash',
  async: 'async',
  Auth0: 'auth0',
  bcrypt: 'bcrypt',
  crypto: 'crypto',
  ip: 'ipaddr.js',
  jwt: 'jsonwebtoken',
  q: 'q',
  querystring: 'querystring',
  uuid: 'uuid',
  xml2js: 'xml2js',
  xmldom: 'xmldom',
  xpath: 'xpath',
  xtend: 'xtend',
}

module.exports = { requireModule, isKnownModule, legacyNames }
