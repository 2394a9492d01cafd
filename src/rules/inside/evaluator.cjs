'use strict'
// Compiles and calls a rule, and nothing else: plain CommonJS for any Node from 16 on, so that a test suite from elsewhere
// can drive it in its own process. docs/reference/rule-evaluator.md says how.
const vm = require('node:vm')

/**
 * A rule: one function expression, as an administrator wrote it.
 * @callback Rule
 * @param {unknown} user
 * @param {unknown} context
 * @param {(error?: unknown, user?: unknown, context?: unknown) => void} callback
 * @returns {unknown}
 *
 * @typedef {object} CompileOptions
 * @property {Readonly<Record<string, unknown>>} [globals] what the rule finds as globals, by reference
 * @property {(name: string) => unknown} [require] what its `require` answers, asked with the whole name, `@version` included
 * @property {string} [filename] how it is called in traces
 * @property {object} [realm] a context of `vm.createContext` to compile it in; this realm when left out
 * @property {readonly object[]} [scope] objects whose properties are found as globals when they are used
 */

const PREFIX = 'return ('
const TRAILING = /;\s*(?:\/\/[^\n]*\n?\s*|\/\*[\s\S]*?\*\/\s*)*$/

/**
 * The rule as a function, its body not run. `globals` are taken as they are, and the rule is called in the very tick
 * in which the returned function is. Throws a SyntaxError with `line` and `column` (from 1) in the rule's own text, and
 * a TypeError for a text that is no function.
 * @param {string} source
 * @param {CompileOptions} [options]
 * @returns {Rule}
 */
const compileRule = (source, options = {}) => {
  const { globals = {}, require: requireFor = missing } = options
  const bind = compileExpression(source, ['require', ...Object.keys(globals)], options)
  return asRule(bind(requireFor, ...Object.values(globals)))
}

/**
 * A function that gives the rule for these values of its free names; compiled once, bound for each run.
 * @param {string} source
 * @param {readonly string[]} names
 * @param {CompileOptions} [options]
 * @returns {(...values: unknown[]) => unknown}
 */
const compileExpression = (source, names, { filename = 'rule.js', realm, scope = [] } = {}) => {
  /** @param {string} text */
  const compile = (text) =>
    vm.compileFunction(`${PREFIX}${text}\n)`, [...names], {
      filename,
      columnOffset: -PREFIX.length,
      ...(realm && { parsingContext: realm }),
      ...(scope.length > 0 && { contextExtensions: [...scope] }),
    })
  try {
    return compile(source)
  } catch (error) {
    const shorter = source.replace(TRAILING, '')
    if (shorter === source) throw placed(error, filename)
    try {
      return compile(shorter)
    } catch (second) {
      throw placed(second, filename)
    }
  }
}

/**
 * @param {unknown} value
 * @returns {Rule}
 */
const asRule = (value) => {
  if (typeof value === 'function') return /** @type {Rule} */ (value)
  throw new TypeError('a rule is one function: function (user, context, callback) { … }')
}

/**
 * Where in the rule's own text the parser gave up, from the first lines of the trace.
 * @param {unknown} error
 * @param {string} filename
 */
const placed = (error, filename) => {
  if (!(error instanceof Error) && Object(error).name !== 'SyntaxError') return error
  const [head = '', , marks = ''] = String(Object(error).stack).split('\n')
  const line = head.startsWith(`${filename}:`) ? Number(head.slice(filename.length + 1)) : Number.NaN
  const column = marks.indexOf('^') + 1
  return Object.assign(Object(error), {
    ...(Number.isInteger(line) && { line }),
    ...(column > 0 && { column: line === 1 ? Math.max(1, column - PREFIX.length) : column }),
  })
}

/** @param {string} name */
const missing = (name) => {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}

module.exports = { compileRule, compileExpression, asRule }
