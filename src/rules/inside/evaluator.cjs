// @ts-check
'use strict'
// Compiles a rule, and nothing else. It knows of no sign-in, process or network and runs on any Node from 16 on, in whatever
// realm loads it: a test suite from elsewhere can drive it in its own process. docs/reference/rule-evaluator.md says how.
const { problemIn, withoutSemicolon } = require('./syntax.cjs')

/**
 * A rule: one function expression, as an administrator wrote it.
 * @callback Rule
 * @param {unknown} user
 * @param {unknown} context
 * @param {(error?: unknown, user?: unknown, context?: unknown) => void} callback
 * @returns {unknown}
 *
 * @typedef {object} CompileOptions
 * @property {string} [filename] how it is called in traces
 * @property {object} [scope] further globals, looked up only where the rule says their names: a getter costs nothing until then
 *
 * @typedef {object} Surroundings
 * @property {Readonly<Record<string, unknown>>} [globals] what the rule finds as globals, by reference
 * @property {(name: string) => unknown} [require] what its `require` answers, asked with the whole name, `@version` included
 */

/** Lines that stand before the rule's first one in what is compiled. */
const LINES_BEFORE = 3

/**
 * The rule as a function, its body not run. `globals` are taken as they are, and the rule is called in the very tick
 * in which the returned function is. Throws a SyntaxError with `line` and `column` (from 1) in the rule's own text, and
 * a TypeError for a text that is no function.
 * @param {string} source
 * @param {Surroundings & CompileOptions} [options]
 * @returns {Rule}
 */
const compileRule = (source, { globals = {}, require: requireFor = missing, ...options } = {}) => {
  const names = Object.keys(globals).filter((name) => name !== 'require')
  const bind = compileExpression(source, ['require', ...names], options)
  return asRule(bind(requireFor, ...names.map((name) => globals[name])))
}

/**
 * A function that gives the rule for these values of its free names; compiled once, bound for each run.
 * @param {string} source
 * @param {readonly string[]} names
 * @param {CompileOptions} [options]
 * @returns {(...values: unknown[]) => unknown}
 */
const compileExpression = (source, names, { filename = 'rule.js', scope } = {}) => {
  const text = withoutSemicolon(source)
  const problem = problemIn(text, filename)
  if (problem) throw problem
  // Function belongs to the realm of whoever loaded this file, and so do the errors that the rule makes and the Date it asks.
  const expression = `return (\n${text}\n)`
  // The scope comes last and has no name: the rule sees none that is not its business.
  const body = scope ? `with (arguments[${names.length}]) { ${expression} }` : expression
  const factory = Function(...names.map(identifier), `${body}\n//# sourceURL=${traceName(filename)}`)
  return scope ? (...values) => factory(...values, scope) : (...values) => factory(...values)
}

/** @param {string} name */
const identifier = (name) => {
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return name
  throw new TypeError(`no global can be called ${name}`)
}

/** @param {string} filename */
const traceName = (filename) => filename.replace(/[\s'"]+/g, '-')

/**
 * @param {unknown} value
 * @returns {Rule}
 */
const asRule = (value) => {
  if (typeof value === 'function') return /** @type {Rule} */ (value)
  throw new TypeError('a rule is one function: function (user, context, callback) { … }')
}

/**
 * In which line of a rule, from 1, an error was made; undefined when it was made elsewhere.
 * @param {unknown} error
 * @param {string} filename as it was compiled with
 * @returns {number | undefined}
 */
const lineOf = (error, filename) => {
  const stack = stackOf(error)
  const place = `${traceName(filename)}:`
  const frame = typeof stack === 'string' ? stack.split('\n').find((one) => one.includes(place)) : undefined
  if (frame === undefined) return undefined
  const line = Number.parseInt(frame.slice(frame.indexOf(place) + place.length), 10) - LINES_BEFORE
  return line > 0 ? line : undefined
}

/**
 * Undefined for an error that throws at whoever looks at it, as rules can make them.
 * @param {unknown} error
 */
const stackOf = (error) => {
  try {
    return Object(error).stack
  } catch {
    return undefined
  }
}

/** @param {string} name */
const missing = (name) => {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}

module.exports = { compileRule, compileExpression, asRule, lineOf }
