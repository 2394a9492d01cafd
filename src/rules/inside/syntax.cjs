// @ts-check
'use strict'
// Whether a text is one expression, and where it stops being one.
const vm = require('node:vm')

/** What may stand behind the last semicolon: nothing but space and comments. */
const ONLY_COMMENTS = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*$/
const MOST_SEMICOLONS = 8

/**
 * What keeps a text from being one expression; undefined when nothing does.
 * @param {string} text
 * @param {string} filename
 * @returns {SyntaxError | undefined} with `line` and `column`, both from 1
 */
const problemIn = (text, filename) => {
  try {
    // Compiled to look at it; nothing of it runs.
    new vm.Script(`(\n${text}\n)`, { filename: 'rule.js', lineOffset: -1 })
    return undefined
  } catch (error) {
    return located(error, text, filename)
  }
}

/**
 * @param {unknown} error
 * @param {string} text
 * @param {string} filename
 */
const located = (error, text, filename) => {
  const { message, stack } = Object(error)
  const lines = text.split('\n')
  const [first = '', , caret = ''] = String(stack).split('\n')
  const said = Number(first.slice(first.lastIndexOf(':') + 1)) || 1
  // A text that ends too early goes wrong at the parenthesis that is put behind it.
  const isAfter = said > lines.length
  const line = isAfter ? lines.length : said
  const column = isAfter ? (lines[line - 1] || '').length + 1 : caret.indexOf('^') + 1 || 1
  const what = isAfter ? 'Unexpected end of the rule' : message
  return Object.assign(new SyntaxError(`${what} (${filename}, line ${line}, column ${column})`), { line, column })
}

/** @param {string} text */
const isExpression = (text) => problemIn(text, '') === undefined

/**
 * The text without one semicolon behind it; as it was when there is none, or when that is not what is wrong with it.
 * @param {string} source
 * @returns {string} of the same length: every line and column stays where it was
 */
const withoutSemicolon = (source) => {
  if (!source.includes(';', lastBrace(source)) || isExpression(source)) return source
  let at = source.length
  for (let tries = 0; tries < MOST_SEMICOLONS; tries += 1) {
    at = source.lastIndexOf(';', at - 1)
    if (at < 0) return source
    const candidate = `${source.slice(0, at)} ${source.slice(at + 1)}`
    if (ONLY_COMMENTS.test(source.slice(at + 1)) && isExpression(candidate)) return candidate
  }
  return source
}

/** @param {string} source */
const lastBrace = (source) => Math.max(0, source.lastIndexOf('}'))

module.exports = { problemIn, withoutSemicolon }
