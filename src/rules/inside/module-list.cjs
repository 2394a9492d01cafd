// @ts-check
'use strict'
// The modules that rules may require: what Auth0's list still had at its end, and rules in the wild pin.

/**
 * @typedef {object} Stocked
 * @property {string} version that rules take it for
 * @property {string} from what it is installed as; one that begins with a dot is a file of ours
 * @property {readonly number[]} [also] further majors that it serves as well
 */

/** The first of a name is what a rule gets that names no version. @type {Readonly<Record<string, readonly Stocked[]>>} */
const stock = {
  '@auth0/rule-utilities': [{ version: '0.2.0', from: './rule-utilities.cjs' }],
  async: [{ version: '2.6.4', from: 'async', also: [0, 1, 3] }],
  auth0: [
    { version: '2.44.1', from: 'auth0-2', also: [0] },
    { version: '3.7.2', from: 'auth0-3' },
  ],
  axios: [{ version: '1.21.1', from: 'axios', also: [0] }],
  bcrypt: [{ version: '5.1.1', from: 'bcryptjs', also: [0, 1, 2, 3, 4] }],
  bcryptjs: [{ version: '2.4.3', from: 'bcryptjs' }],
  bluebird: [{ version: '3.7.2', from: 'bluebird', also: [2] }],
  'ipaddr.js': [{ version: '1.9.1', from: 'ipaddr.js-1' }],
  jsonwebtoken: [
    // The ninth refuses short keys, which older rules have.
    { version: '8.5.1', from: 'jsonwebtoken-8', also: [5, 7] },
    { version: '9.0.0', from: 'jsonwebtoken' },
  ],
  lodash: [
    { version: '4.18.1', from: 'lodash' },
    { version: '3.10.1', from: 'lodash-3' },
    { version: '2.4.1', from: 'lodash-2' },
  ],
  moment: [{ version: '2.29.4', from: 'moment' }],
  'moment-timezone': [{ version: '0.5.45', from: 'moment-timezone' }],
  'native-or-bluebird': [{ version: '1.2.0', from: 'native-or-bluebird' }],
  'node-fetch': [{ version: '2.7.0', from: 'node-fetch' }],
  'oauth-sign': [{ version: '0.9.0', from: 'oauth-sign' }],
  q: [{ version: '1.5.1', from: 'q' }],
  // A slash, since Node has modules of these names.
  querystring: [{ version: '0.2.1', from: 'querystring/' }],
  // The kept fork of request 2, which counts its versions anew.
  request: [{ version: '2.88.2', from: 'request' }],
  'request-promise': [{ version: '4.2.6', from: 'request-promise' }],
  'slack-notify': [{ version: '0.1.7', from: 'slack-notify' }],
  url: [{ version: '0.10.3', from: 'url/' }],
  // Can be called, as the second major could, and has `v4`, as all later ones.
  uuid: [{ version: '3.4.0', from: 'uuid', also: [2, 7, 8, 9, 11] }],
  xml2js: [{ version: '0.6.2', from: 'xml2js' }],
  xmldom: [{ version: '0.6.0', from: 'xmldom' }],
  xpath: [{ version: '0.0.34', from: 'xpath' }],
  xtend: [{ version: '4.0.2', from: 'xtend', also: [1, 2, 3] }],
}

/** Node's modules, but for what starts processes, opens databases or looks into the process. */
const ofNode = new Set([
  ...['assert', 'assert/strict', 'async_hooks', 'buffer', 'constants', 'crypto', 'diagnostics_channel', 'dns', 'dns/promises', 'events'],
  ...['fs', 'fs/promises', 'http', 'http2', 'https', 'net', 'os', 'path', 'path/posix', 'path/win32', 'perf_hooks', 'punycode'],
  ...['querystring', 'stream', 'stream/consumers', 'stream/promises', 'stream/web', 'string_decoder', 'timers', 'timers/promises'],
  ...['tls', 'tty', 'url', 'util', 'util/types', 'zlib'],
])

/** What old runtimes had as globals, and what each stands for; those we have no module for are left out. */
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
  request: 'request',
  uuid: 'uuid',
  xml2js: 'xml2js',
  xmldom: 'xmldom',
  xpath: 'xpath',
  xtend: 'xtend',
}

/**
 * `name@version` taken apart as Auth0's loader did: the version is exact, never a range.
 * @param {string} asked
 * @returns {{ readonly name: string, readonly version?: string }}
 */
const partsOf = (asked) => {
  const [, name, version] = /^(@?[^@]+)@(.+)$/.exec(asked) || []
  return name === undefined ? { name: asked } : { name, version }
}

/**
 * What there is for a name: of exactly this version, else of the same major or of one that serves it.
 * @param {string} name
 * @param {string} [version]
 * @returns {{ readonly stocked: Stocked, readonly isExact: boolean } | undefined}
 */
const inStock = (name, version) => {
  const versions = Object.hasOwn(stock, name) ? stock[name] || [] : []
  const [usual] = versions
  if (version === undefined) return usual && { stocked: usual, isExact: true }
  const exact = versions.find((one) => one.version === version)
  if (exact) return { stocked: exact, isExact: true }
  const near = versions.find((one) => majorOf(one.version) === majorOf(version)) || versions.find((one) => serves(one, version))
  return near && { stocked: near, isExact: false }
}

/** @param {string} version */
const majorOf = (version) => version.split('.')[0]

/**
 * @param {Stocked} stocked
 * @param {string} version
 */
const serves = ({ also = [] }, version) => also.includes(Number(majorOf(version)))

/**
 * A package and what is asked for in it: `lodash/get`.
 * @param {string} name
 * @returns {{ readonly name: string, readonly file: string }}
 */
const packageIn = (name) => {
  const parts = name.split('/')
  const own = parts.splice(0, name.startsWith('@') ? 2 : 1)
  return { name: own.join('/'), file: parts.join('/') }
}

module.exports = { inStock, legacyNames, ofNode, packageIn, partsOf, stock }
