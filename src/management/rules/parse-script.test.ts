import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { parseScript } from './parse-script.ts'

const evaluator: unknown = createRequire(import.meta.url)('../../rules/inside/evaluator.cjs')
const compileRule: unknown = typeof evaluator === 'object' && evaluator !== null && Reflect.get(evaluator, 'compileRule')

/** Whether the runner takes it, too: what is pushed must run, and what runs must not be refused. */
const runs = (script: string): boolean => {
  assert.ok(typeof compileRule === 'function')
  try {
    compileRule(script, { filename: 'rule' })
    return true
  } catch {
    return false
  }
}

for (const script of [
  'function (a, b, c) {}',
  'function named(a, b, c) {};',
  '// before\nfunction (a, b, c) {} // behind',
  '/* in */ (function (a, b, c) {});',
  '((async (a, b, c) => { await 1 }))',
  '\uFEFFfunction (a, b, c) { a ??= b?.c }',
])
  test(`a rule: ${JSON.stringify(script)}`, () => {
    assert.ok('root' in parseScript(script, 'rule'))
    assert.ok(runs(script))
  })

for (const script of [
  '',
  '42',
  'function (a, b, c) {};;',
  'function (a, b, c) {} function d() {}',
  'module.exports = function (a, b, c) {}',
  'function (a, b, c) { let x; let x }',
  '(function (a, b, c) {}',
])
  test(`no rule: ${JSON.stringify(script)}`, () => {
    assert.ok('problem' in parseScript(script, 'rule'))
    assert.equal(runs(script), false)
  })

test('where it stops being one is told by line and column, from 1', () => {
  const parsed = parseScript('function (a, b, c) {\n  a b\n}', 'rule')
  assert.deepEqual('problem' in parsed && [parsed.problem.line, parsed.problem.column], [2, 5])
})

test('an action is a module', () => {
  assert.ok('root' in parseScript("const x = require('x')\nexports.onExecutePostLogin = async () => {}", 'action'))
  assert.ok('problem' in parseScript('import x from "x"', 'action'))
})
