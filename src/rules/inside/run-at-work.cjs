// @ts-check
'use strict'
// Whose sign-in it is that works right now. What a rule is given is bound to its own run; but functions that rules leave in
// `global` outlive it, and then they work for whoever calls them.
const { AsyncLocalStorage } = require('node:async_hooks')

/** @typedef {import('./run-scripts.cjs').Run} Run */

/** @type {AsyncLocalStorage<Run>} */
const current = new AsyncLocalStorage()

/** The run in whose name this is called, where that is known. */
const runHere = () => current.getStore()

/**
 * @param {Run} own the run in which somebody was given something
 * @returns {Run} that one while it lasts, afterwards the one that calls
 */
const runAtWork = (own) => (own.isOver ? (runHere() ?? own) : own)

/**
 * @template Result
 * @param {Run} run
 * @param {() => Result} work
 * @returns {Result}
 */
const workFor = (run, work) => current.run(run, work)

module.exports = { runAtWork, runHere, workFor }
