// @ts-check
'use strict'
// What a rule finds without asking for it, besides what Node has: bound anew for every run, so that nothing of one person
// is found by the next.
const { harmlessProcess } = require('./harmless-process.cjs')
const { legacyNames, requireModule } = require('./modules.cjs')
const { ruleErrors } = require('./rule-errors.cjs')
const { runAtWork } = require('./run-at-work.cjs')

/**
 * @typedef {import('./run-scripts.cjs').Run} Run
 * @typedef {import('../isolation.ts').Script} Script
 */

/** In the order of `globalsFor`. */
const NAMES = ['configuration', 'auth0', 'console', 'require', 'process', ...Object.keys(ruleErrors)]

/**
 * @param {Run} run
 * @param {Script} script
 * @returns {readonly unknown[]}
 */
const globalsFor = (run, script) => [
  run.configuration,
  auth0For(run, script),
  run.consoleOf(script.id),
  requireFor(script, run.notice),
  harmlessProcess,
  ...Object.values(ruleErrors),
]

/**
 * @param {Pick<Script, 'id'>} script
 * @param {(rule: string, text: string) => void} notice
 * @returns {(name: unknown) => unknown}
 */
const requireFor = (script, notice) => (name) => {
  const { module, notice: text } = requireModule(String(name))
  if (text) notice(script.id, text)
  return module
}

/**
 * The restricted management client: promises that are real, and Node's callback for those who like it.
 * @param {Run} own
 * @param {Script} script
 */
const auth0For = (own, script) => {
  /** @param {'app' | 'user'} kind */
  const update = (kind) => {
    /**
     * @param {unknown} userId
     * @param {unknown} patch as it is now: what the rule changes afterwards does not count
     * @param {(error: unknown, user?: unknown) => void} [callback]
     */
    const change = (userId, patch, callback) => {
      const { host, notice, sanitized } = runAtWork(own)
      const changed = changeOf(() => host.updateMetadata(kind, String(userId), snapshot(patch)))
      // Many rules never look at the promise: a change that failed is a line in the log, and no error of theirs.
      changed.catch((error) => notice(script.id, `metadata was not changed: ${sanitized(error).message}`))
      if (typeof callback === 'function') changed.then((user) => callback(null, user), callback)
      return changed
    }
    return change
  }
  const { domain, baseUrl } = own.job.auth0
  return {
    domain,
    baseUrl,
    get accessToken() {
      return runAtWork(own).job.auth0.accessToken
    },
    users: { updateAppMetadata: update('app'), updateUserMetadata: update('user') },
  }
}

/**
 * @param {() => Promise<unknown>} start
 * @returns {Promise<unknown>}
 */
const changeOf = async (start) => start()

/** @param {unknown} patch */
const snapshot = (patch) => {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) throw new TypeError('metadata is an object')
  return JSON.parse(JSON.stringify(patch))
}

/**
 * Names that old runtimes had without `require`; a module is loaded when a rule first says its name.
 * @param {(text: string) => void} notice
 */
const legacyScope = (notice) => {
  /** @type {Record<string, unknown>} */
  const scope = Object.create(null)
  for (const [name, module] of Object.entries(legacyNames)) {
    /** @param {unknown} value */
    const settle = (value) => Object.defineProperty(scope, name, { value, writable: true, configurable: true })
    Object.defineProperty(scope, name, {
      configurable: true,
      get: () => {
        notice(`${name} is there without require for imported rules alone: say require('${module}')`)
        return requireModule(module).module
      },
      set: settle,
    })
  }
  return scope
}

module.exports = { NAMES, globalsFor, legacyScope, requireFor }
