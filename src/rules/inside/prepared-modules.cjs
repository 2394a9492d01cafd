// @ts-check
'use strict'
// Some packages keep a queue of their own for what happens later. Several sign-ins share a process: what one of them put
// there must go on in its name, so that its calls and its lines are not taken for another's.
const { AsyncResource } = require('node:async_hooks')

/**
 * @param {string} from a package, or a file beside this one
 * @returns {unknown}
 */
const prepared = (from) => {
  prepare()
  return load(from)
}

/**
 * @param {string} from
 * @returns {any} packages of that age come without types
 */
const load = (from) => require(from)

let isPrepared = false

const prepare = () => {
  if (isPrepared) return
  isPrepared = true
  keepPlaceInBluebird()
  keepPlaceInQ()
}

/** Bluebird does it when told to; request-promise has a copy of its own of it, and so may others. */
const keepPlaceInBluebird = () => {
  const bluebird = load('bluebird')
  const copy = bluebird.getNewLibraryCopy
  bluebird.config({ asyncHooks: true })
  bluebird.getNewLibraryCopy = () => {
    const made = copy.call(bluebird)
    made.config({ asyncHooks: true })
    return made
  }
}

const keepPlaceInQ = () => {
  const q = load('q')
  const { nextTick } = q
  /** @typedef {(...args: any[]) => unknown} Task */
  q.nextTick = (/** @type {Task} */ task) => nextTick(AsyncResource.bind(task))
  // What it does last of all: it looks for rejections that nobody waits for.
  q.nextTick.runAfter = (/** @type {Task} */ task) => nextTick.runAfter(AsyncResource.bind(task))
}

module.exports = { prepared }
