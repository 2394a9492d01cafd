'use strict'
// The one context in which all rules of a runner are compiled: what one of them puts into `global` the next one finds.
const vm = require('node:vm')

const ERRORS = `
  class UnauthorizedError extends Error { constructor(message) { super(message); this.name = 'UnauthorizedError' } }
  class ValidationError extends Error { constructor(code, message) { super(message); this.name = 'ValidationError'; this.code = code } }
  class WrongUsernameOrPasswordError extends Error { constructor(user, message) { super(message ?? user); this.name = 'WrongUsernameOrPasswordError' } }
  Object.assign(globalThis, { UnauthorizedError, ValidationError, WrongUsernameOrPasswordError })
  globalThis.global = globalThis
`

/** Shared with this realm, so that an error or a date from a module is the same kind as the rule's own. */
const shared = { Error, TypeError, RangeError, SyntaxError, ReferenceError }

/** What Node offers besides the language. `process` is what rules look at, and nothing they could use. */
const offered = () => ({
  ...shared,
  Buffer,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  queueMicrotask,
  URL,
  URLSearchParams,
  TextEncoder,
  TextDecoder,
  AbortController,
  AbortSignal,
  structuredClone,
  fetch,
  process: Object.freeze({
    env: Object.freeze({}),
    version: process.version,
    versions: process.versions,
    nextTick: process.nextTick,
    hrtime: process.hrtime,
  }),
})

/** A context, and how a value of JSON is made in it. */
const createRealm = () => {
  const context = vm.createContext(offered(), { name: 'rules' })
  vm.runInContext(ERRORS, context)
  /** @type {(text: string) => unknown} */
  const parse = vm.runInContext('JSON.parse', context)
  return { context, parse }
}

module.exports = { createRealm }
