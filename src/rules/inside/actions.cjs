'use strict'
// Actions: CommonJS modules that export `onExecutePostLogin(event, api)`, and `onContinuePostLogin` for whoever comes back.
const { AsyncLocalStorage } = require('node:async_hooks')
const vm = require('node:vm')
const { apiFor } = require('./action-api.cjs')
const { createCache } = require('./action-cache.cjs')
const { deepFrozen, eventFor } = require('./action-event.cjs')
const { harmlessProcess } = require('./harmless-process.cjs')
const { sanitized } = require('./rule-errors.cjs')

const PARAMETERS = ['exports', 'require', 'module', 'console', 'process']

/** Modules by the text of their action: what is at their top runs once, and what it keeps stays for the next sign-in. */
const loaded = new Map()
/** Whose `require` and `console` a module means while it works for somebody. */
const turns = new AsyncLocalStorage()
const cacheAt = createCache()

/**
 * One action for one sign-in. What it does through `api` is written into `user` and `context`; metadata is written once,
 * when it is done. `denied` is a refusal when the action said so, and an error when it threw or metadata was not written.
 * @param {{ readonly id: string, readonly name: string, readonly script: string, readonly secrets: Readonly<Record<string, string>> }} action
 * @param {Record<string, any>} given `user`, `context`, `host`, `require`, `console`, `continued` (to this action),
 *   `hasReturned` (to any), `executedRules`
 * @returns {Promise<{ kind: 'passed' } | { kind: 'denied', message: string, isRefusal: boolean }>}
 */
const runAction = async (action, given) => {
  const effects = { app: {}, user: {} }
  const thrown = await failureOf(() => turns.run(given, called, action, given, effects))
  const isToWrite = !thrown || effects.denied
  const failure = (isToWrite && (await failureOf(() => writeAll(effects, given)))) || thrown
  effects.isOver = true
  if (effects.denied) return { kind: 'denied', message: effects.denied.message, isRefusal: true }
  return failure ? { kind: 'denied', message: sanitized(failure.error).message, isRefusal: false } : { kind: 'passed' }
}

/** @param {() => unknown} work */
const failureOf = async (work) => {
  try {
    await work()
    return undefined
  } catch (error) {
    return { error }
  }
}

const called = async ({ id, script, secrets }, given, effects) => {
  const { user, context, host, console, continued, executedRules } = given
  const handler = handlerIn(moduleOf(id, script), continued)
  if (!handler) return
  const event = deepFrozen(JSON.parse(JSON.stringify(eventFor({ user, context, secrets: secrets ?? {} }))))
  const hasReturned = given.hasReturned || context.protocol === 'redirect-callback'
  const turn = { id, event, context, console, continued, hasReturned, executedRules, effects, now: host.now, cache: cacheAt(host.now) }
  await handler(event, apiFor(turn))
}

const handlerIn = ({ onExecutePostLogin, onContinuePostLogin }, continued) => {
  if (typeof onExecutePostLogin !== 'function' && typeof onContinuePostLogin !== 'function')
    throw new TypeError('an action exports onExecutePostLogin: exports.onExecutePostLogin = async (event, api) => { … }')
  if (!continued) return onExecutePostLogin
  // Whoever was sent away to be asked something is not let on by an action that does not look at the answer.
  if (typeof onContinuePostLogin !== 'function') throw new TypeError('an action that sends people away exports onContinuePostLogin')
  return onContinuePostLogin
}

const moduleOf = (id, script) => {
  const key = `${id} ${script}`
  const known = loaded.get(key)
  if (known) return known.exports
  const module = { exports: {} }
  const requireNow = (name) => turns.getStore().require(name)
  const run = vm.compileFunction(script, PARAMETERS, { filename: `${id}.js` })
  run.call(module.exports, module.exports, requireNow, module, consoleOfTurn, harmlessProcess)
  loaded.set(key, module)
  return module.exports
}

const consoleOfTurn = new Proxy({}, { get: (_, method) => turns.getStore()?.console[method] ?? (() => undefined) })

/** One write for each of the two, and into what the next action is shown. */
const writeAll = async ({ app, user }, given) => {
  await write('app', app, given)
  await write('user', user, given)
}

const write = async (kind, patch, { user, host }) => {
  if (Object.keys(patch).length === 0) return
  await host.updateMetadata(kind, user.user_id, patch)
  const field = `${kind}_metadata`
  user[field] = Object.fromEntries(Object.entries({ ...user[field], ...patch }).filter(([, value]) => value !== null))
}

module.exports = { runAction }
