// @ts-check
'use strict'
// What `require` answers in a rule: Node's own harmless modules, and a store of packages with the versions that rules pin.
const { inStock, legacyNames, ofNode, packageIn, partsOf } = require('./module-list.cjs')
const { harmlessProcess } = require('./harmless-process.cjs')
const { prepared } = require('./prepared-modules.cjs')

/** What most rules that call out begin with; loading it takes longer than running them. */
const USUAL = ['request-promise', 'request', 'lodash', 'uuid']

/**
 * The module a rule asks for: the exact version, else one of the same major with a notice, else an error in the words
 * that Auth0 used. Without a version Node's own modules come first.
 * @param {string} asked
 * @returns {{ readonly module: unknown, readonly notice?: string }} throws an error with `code: 'MODULE_NOT_FOUND'`
 */
const requireModule = (asked) => {
  const { name, version } = partsOf(asked)
  if (version === undefined && isOfNode(name)) return { module: nodeModule(bareName(name)) }
  const { name: packageName, file } = packageIn(name)
  const found = inStock(packageName, version)
  if (!found || file.split('/').includes('..')) throw notFound(asked, packageName)
  const { stocked, isExact } = found
  const module = prepared(file ? `${stocked.from.replace(/[/]$/, '')}/${file}` : stocked.from)
  return isExact ? { module } : { module, notice: `${asked} is not here; ${packageName}@${stocked.version} is used instead` }
}

/** @param {string} name */
const bareName = (name) => name.replace(/^node:/, '')

/** @param {string} name */
const isOfNode = (name) => bareName(name) === 'process' || ofNode.has(bareName(name))

/** @param {string} bare */
const nodeModule = (bare) => (bare === 'process' ? harmlessProcess : require(`node:${bare}`))

/**
 * @param {string} asked
 * @param {string} packageName
 */
const notFound = (asked, packageName) => {
  const other = inStock(packageName)
  const hint = other ? `: ${packageName}@${other.stocked.version} is what there is` : ''
  return Object.assign(new Error(`Cannot find module ${asked}${hint}`), { code: 'MODULE_NOT_FOUND' })
}

/**
 * Whether a rule that asks for this would get something.
 * @param {string} asked
 */
const isKnownModule = (asked) => {
  const { name, version } = partsOf(asked)
  if (version === undefined && isOfNode(name)) return true
  return inStock(packageIn(name).name, version) !== undefined
}

/** Loads what rules usually ask for, so that the first sign-in does not wait for it; nor long for this, if it comes meanwhile. */
const warm = async () => {
  for (const name of USUAL) {
    requireModule(name)
    await new Promise(setImmediate)
  }
}

module.exports = { requireModule, isKnownModule, legacyNames, warm }
