'use strict'
// What a rule says with `console`, in lines that hold no more than may be kept.
const { inspect } = require('node:util')

const LONGEST_LINE = 1_000
const MOST_LINES = 200
const DEEPEST = 4
const MOST_ENTRIES = 50
const SENSITIVE = /authorization|cookie|password|secret|token|api.?key/i

/**
 * @typedef {{ rule: string, level: 'log' | 'info' | 'warn' | 'error' | 'notice', text: string }} Line
 */

/** The lines of one run. */
const createLines = () => {
  /** @type {Line[]} */
  const lines = []
  /** @param {Line} line */
  const add = (line) => {
    if (lines.length === MOST_LINES) lines.push({ rule: line.rule, level: 'notice', text: 'more was said, and is not kept' })
    if (lines.length < MOST_LINES) lines.push({ ...line, text: line.text.slice(0, LONGEST_LINE) })
  }
  return { lines, add }
}

/**
 * The `console` of one rule.
 * @param {string} rule
 * @param {(line: Line) => void} add
 */
const consoleFor = (rule, add) => {
  /** @param {Line['level']} level */
  const say =
    (level) =>
    /** @param {...unknown} values */
    (...values) =>
      add({ rule, level, text: values.map(shown).join(' ') })
  return {
    log: say('log'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    debug: say('log'),
    trace: say('log'),
    dir: say('log'),
  }
}

/** @param {unknown} value */
const shown = (value) => {
  try {
    return typeof value === 'string' ? value : inspect(without(value, DEEPEST), { depth: DEEPEST, breakLength: Infinity })
  } catch {
    return '[something that cannot be shown]'
  }
}

/**
 * A copy without what opens doors: errors as their sentence alone, since request errors carry what was sent.
 * @param {unknown} value
 * @param {number} depth
 * @returns {unknown}
 */
const without = (value, depth) => {
  if (typeof value !== 'object' || value === null) return value
  const { name, message } = Object(value)
  if (typeof message === 'string' && typeof Object(value).stack === 'string') return `${name}: ${message}`
  if (depth === 0) return '[…]'
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((one) => without(one, depth - 1))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([key, one]) => [key, SENSITIVE.test(key) ? '[secret]' : without(one, depth - 1)]),
  )
}

module.exports = { createLines, consoleFor }
