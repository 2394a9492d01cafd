// @ts-check
'use strict'
// What must not get into a log, whoever says it: the values of secrets, and tokens by their looks.

const SHORTEST_SECRET = 8
/** Names in configuration whose values are secrets. */
const SECRET_NAME = /secret|token|password|credential|private|api.?key|(?:^|_)key(?:$|_)/i
/** Names in objects whose values are not shown. */
const SENSITIVE = /authorization|cookie|password|secret|token|api.?key/i
/** Signed ones, and those that Usher itself gives rules. */
const TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\busher(?:_rule_|\.)[\w-]{20,}/g
const BEARER = /\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi

/**
 * @typedef {object} Held what a run holds
 * @property {Readonly<Record<string, string>>} configuration values whose names say that they are secrets are
 * @property {readonly string[]} secrets secrets whatever they are called
 */

/**
 * @param {() => Held} held asked when something is said for the first time: most runs say nothing
 * @returns {(text: string) => string}
 */
const redactFor = (held) => {
  /** @type {readonly string[] | undefined} */
  let values
  return (text) => {
    values ??= valuesIn(held())
    return withoutTokens(values.reduce((left, value) => left.split(value).join('[secret]'), text))
  }
}

/** @param {string} text */
const withoutTokens = (text) => text.replace(TOKEN, '[token]').replace(BEARER, '$1 [token]')

/** @param {Held} held */
const valuesIn = ({ configuration, secrets }) => {
  const named = Object.entries(configuration).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []))
  return [...named, ...secrets].filter((value) => typeof value === 'string' && value.length >= SHORTEST_SECRET).flatMap(spellingsOf)
}

/**
 * As it is, and as an address, a header or JSON carries it.
 * @param {string} value
 * @returns {readonly string[]}
 */
const spellingsOf = (value) => {
  const bytes = Buffer.from(value)
  const texts = ['base64', 'base64url', 'hex'].map((encoding) => bytes.toString(/** @type {BufferEncoding} */ (encoding)))
  return [...new Set([value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1), ...texts])]
}

module.exports = { redactFor, spellingsOf, withoutTokens, SENSITIVE }
