// @ts-check
'use strict'
// What each script of a run changed, for whoever tries scripts out.

/**
 * @typedef {{ readonly set: Record<string, unknown>, readonly gone: readonly string[] }} Delta fields of the first level
 * @typedef {{ readonly rule: string, readonly user: Delta, readonly context: Delta }} Step
 * @typedef {{ readonly user: Record<string, any>, readonly context: Record<string, any> }} State
 */

/**
 * @param {State} before
 * @returns {{ readonly steps: Step[], readonly add: (rule: string, state: State) => void }}
 */
const createTrace = (before) => {
  let last = { user: textsOf(before.user), context: textsOf(before.context) }
  /** @type {Step[]} */
  const steps = []
  return {
    steps,
    add: (rule, { user, context }) => {
      const now = { user: textsOf(user), context: textsOf(context) }
      steps.push({ rule, user: deltaOf(last.user, now.user), context: deltaOf(last.context, now.context) })
      last = now
    },
  }
}

/**
 * Each field as JSON, as it is now: scripts go on writing into what they were given.
 * @param {Record<string, any>} object
 * @returns {Map<string, string>}
 */
const textsOf = (object) => {
  /** @type {Map<string, string>} */
  const texts = new Map()
  for (const name of Object.keys(object)) {
    const text = textOf(object, name)
    if (text !== undefined) texts.set(name, text)
  }
  return texts
}

/**
 * @param {Record<string, any>} object
 * @param {string} name
 */
const textOf = (object, name) => {
  try {
    return JSON.stringify(object[name])
  } catch {
    // What cannot be written ends the run in the end, and is told then.
    return undefined
  }
}

/**
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 * @returns {Delta}
 */
const deltaOf = (before, after) => {
  const changed = [...after].filter(([name, text]) => before.get(name) !== text)
  return {
    set: Object.fromEntries(changed.map(([name, text]) => [name, JSON.parse(text)])),
    gone: [...before.keys()].filter((name) => !after.has(name)),
  }
}

module.exports = { createTrace }
