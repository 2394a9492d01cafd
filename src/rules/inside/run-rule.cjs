// @ts-check
'use strict'
// One rule of a run: bound, called, and taken at its first word.
const { asRule, compileExpression, lineOf } = require('./evaluator.cjs')
const { legacyNames } = require('./module-list.cjs')
const { NAMES, globalsFor, legacyScope, requireFor } = require('./rule-globals.cjs')
const { sanitized } = require('./rule-errors.cjs')
const { runHere, workFor } = require('./run-at-work.cjs')

/**
 * @typedef {import('./run-scripts.cjs').Run} Run
 * @typedef {import('./run-scripts.cjs').Outcome} Outcome
 * @typedef {import('../isolation.ts').Script} Script
 * @typedef {(...values: readonly unknown[]) => unknown} Bind gives the rule for the globals of one run
 * @typedef {{ error: unknown } | { user: unknown, context: unknown }} Word what a rule said first
 */

/** Compiled rules; a runner holds the same scripts for all its life. @type {WeakMap<Script, Bind>} */
const compiled = new WeakMap()

/** Written into by many rules without looking. */
const ALWAYS_OBJECTS = ['idToken', 'accessToken', 'samlConfiguration']

/**
 * @param {Run} run
 * @param {Script} script
 * @returns {Promise<Outcome>} `denied` has a name and a message that are safe to keep
 */
const runRule = async (run, script) => {
  const word = await called(run, script)
  if ('error' in word) return deniedFor(run, script, word.error)
  const { state } = run
  state.user = adopted(word.user, state.user, 'user', (text) => run.notice(script.id, text))
  state.context = adopted(word.context, state.context, 'context', (text) => run.notice(script.id, text))
  for (const name of ALWAYS_OBJECTS) if (typeof state.context[name] !== 'object' || state.context[name] === null) state.context[name] = {}
  return { kind: 'passed' }
}

/**
 * @param {Run} run
 * @param {Script} script
 * @returns {Promise<Word>}
 */
const called = (run, script) =>
  new Promise((resolve) => {
    let isAnswered = false
    /**
     * @param {Word} word
     * @param {() => string} again
     */
    const answer = (word, again) => {
      if (isAnswered) return run.notice(script.id, again())
      isAnswered = true
      return resolve(word)
    }
    /** @param {unknown} error */
    const failed = (error) => answer({ error }, () => `it failed after its callback: ${run.sanitized(error).message}`)
    /**
     * @param {unknown} [error]
     * @param {unknown} [user]
     * @param {unknown} [context]
     */
    const callback = (error, user, context) =>
      answer(error ? { error } : { user, context }, () => 'callback was called again; the first call counts')
    try {
      const { user, context } = run.state
      const returned = workFor(run, () => bound(run, script)(user, context, callback))
      if (isThenable(returned)) returned.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  })

/**
 * @param {any} value
 * @returns {value is PromiseLike<unknown>}
 */
const isThenable = (value) => typeof value === 'object' && value !== null && typeof value.then === 'function'

/**
 * The rule for this run: its free names are this run's.
 * @param {Run} run
 * @param {Script} script
 */
const bound = (run, script) => asRule(compiledFor(script)(...globalsFor(run, script)))

/**
 * @param {Script} script
 * @returns {Bind}
 */
const compiledFor = (script) => {
  const known = compiled.get(script)
  if (known) return known
  const { id, script: text, legacyGlobals } = script
  const scope = legacyGlobals && saysLegacyName(text) ? { scope: legacyScope((said) => runHere()?.notice(id, said)) } : {}
  const bind = compileExpression(text, NAMES, { filename: `${id}.js`, ...scope })
  compiled.set(script, bind)
  return bind
}

const LEGACY_NAME = new RegExp(`(?<![\\w$.])(?:${Object.keys(legacyNames).join('|')})(?![\\w$])`)

/**
 * Whether it can need them at all: looking names up one by one costs a little each time.
 * @param {string} script
 */
const saysLegacyName = (script) => LEGACY_NAME.test(script)

/**
 * @param {any} given
 * @param {Record<string, any>} known
 * @param {string} what
 * @param {(text: string) => void} notice
 */
const adopted = (given, known, what, notice) => {
  if (given === undefined || given === null || given === known) return known
  const isPlain = typeof given === 'object' && !Array.isArray(given)
  notice(`callback was given ${isPlain ? 'another' : 'no'} ${what}; ${isPlain ? 'it is used' : 'the one there was is kept'}`)
  return isPlain ? given : known
}

/**
 * @param {Run} run
 * @param {Script} script
 * @param {unknown} error
 * @returns {Outcome}
 */
const deniedFor = (run, script, error) => {
  const said = run.sanitized(error)
  const line = said.isRefusal ? undefined : lineOf(error, `${script.id}.js`)
  if (line !== undefined) run.notice(script.id, `${said.name} in line ${line}: ${said.message}`)
  return { kind: 'denied', rule: script.id, ...said }
}

module.exports = { runRule, deniedFor, requireFor, sanitized }
