// @ts-check
'use strict'
// What a rule says with `console`, in lines that hold no more than may be kept.
const { inspect } = require('node:util')
const { SENSITIVE } = require('./redact.cjs')

const LONGEST_LINE = 1_000
const MOST_LINES = 200
/** So that what a run says crosses in one message with the user and the context. */
const MOST_TEXT = 60_000
const DEEPEST = 4
const MOST_ENTRIES = 50

/**
 * @typedef {{ rule: string, level: 'log' | 'info' | 'warn' | 'error' | 'notice', text: string }} Line
 *
 * @typedef {object} Lines the lines of one run
 * @property {Line[]} lines
 * @property {(line: Line) => void} add
 * @property {(rule: string, text: string) => void} notice says something of Usher's own, once
 */

/**
 * @param {(text: string) => string} [redact]
 * @returns {Lines}
 */
const createLines = (redact = (text) => text) => {
  /** @type {Line[]} */
  const lines = []
  /** @type {Set<string> | undefined} */
  let noticed
  let left = MOST_TEXT
  let isFull = false
  /** @param {Line} line */
  const add = ({ rule, level, text }) => {
    if (isFull) return
    const kept = redact(text.slice(0, 4 * LONGEST_LINE)).slice(0, LONGEST_LINE)
    left -= kept.length
    isFull = left < 0 || lines.length === MOST_LINES
    lines.push(isFull ? { rule, level: 'notice', text: 'more was said, and is not kept' } : { rule, level, text: kept })
  }
  /**
   * @param {string} rule
   * @param {string} text
   */
  const notice = (rule, text) => {
    const key = `${rule} ${text}`
    noticed ??= new Set()
    if (noticed.has(key)) return
    noticed.add(key)
    add({ rule, level: 'notice', text })
  }
  return { lines, add, notice }
}

/**
 * The `console` of one rule; nothing of it writes anywhere else.
 * @param {string} rule
 * @param {(line: Line) => void} add
 */
const consoleFor = (rule, add) => {
  /** @param {Line['level']} level */
  const say =
    (level) =>
    /** @param {...unknown} values */
    (...values) =>
      add({ rule, level, text: textOf(values) })
  const log = say('log')
  const error = say('error')
  /**
   * @param {unknown} holds
   * @param {...unknown} values
   */
  const assert = (holds, ...values) => (holds ? undefined : error('Assertion failed', ...values))
  return { ...silent, log, info: say('info'), warn: say('warn'), error, debug: log, trace: log, dir: log, table: log, group: log, assert }
}

const nothing = () => undefined
/** What would only arrange or count lines. */
const silent = { groupEnd: nothing, time: nothing, timeEnd: nothing, timeLog: nothing, count: nothing, countReset: nothing, clear: nothing }

/**
 * `%s`, `%d`, `%j` and `%o` are filled in, as Node's console does.
 * @param {readonly unknown[]} values
 */
const textOf = (values) => {
  const [first, ...rest] = values
  if (typeof first !== 'string' || !first.includes('%') || rest.length === 0) return values.map(shown).join(' ')
  const filled = first.slice(0, LONGEST_LINE).replace(/%([sdifjoOc%])/g, (all, kind) => {
    if (kind === '%') return '%'
    if (rest.length === 0) return all
    const value = rest.shift()
    // A style, for consoles with colors.
    return kind === 'c' ? '' : shown(value)
  })
  return [filled, ...rest.map(shown)].join(' ')
}

/** @param {unknown} value */
const shown = (value) => {
  try {
    if (typeof value === 'string') return value.slice(0, 4 * LONGEST_LINE)
    return inspect(without(value, DEEPEST), { depth: DEEPEST, breakLength: Number.POSITIVE_INFINITY })
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
  if (typeof value === 'string') return value.slice(0, LONGEST_LINE)
  if (typeof value !== 'object' || value === null) return value
  const inShort = shortened(value)
  if (inShort !== undefined) return inShort
  if (depth === 0) return '[…]'
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((one) => without(one, depth - 1))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([key, one]) => [key, SENSITIVE.test(key) ? '[secret]' : without(one, depth - 1)]),
  )
}

/**
 * What is said of an object in one word; undefined when its fields are to be looked at.
 * @param {object} value
 */
const shortened = (value) => {
  const { name, message, stack } = Object(value)
  if (typeof message === 'string' && typeof stack === 'string') return `${name}: ${message}`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return String(value)
  return ArrayBuffer.isView(value) ? `<${value.byteLength} bytes>` : undefined
}

module.exports = { createLines, consoleFor }
