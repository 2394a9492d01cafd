import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'reference', 'rule-evaluator.md'), 'utf8')

const HEADED = `/**
 * @title Greets
 * @overview With a header, as rules in repositories have.
 */
// And a comment.
function greet(user, context, callback) {
  const db = require('mongodb@3.1.4')
  const { join } = require('path')
  db.find(user)
  user.greeting = join(configuration.GREETING, 'you')
  callback(null, user, context)
};
`

test('the loader that the reference shows loads rules of a suite, stubs by full name and modules without version', (t) => {
  const suite = mkdtempSync(join(tmpdir(), 'usher-suite-'))
  t.after(() => rmSync(suite, { recursive: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(suite, path)), { recursive: true })
    writeFileSync(join(suite, path), text)
  }
  const [, loader = ''] = /```js\n(\/\/ test\/utils\/load-rule\.js\n[\s\S]*?)```/.exec(page) ?? []
  write('test/utils/load-rule.js', loader)
  write('src/rules/greet.js', HEADED)
  write('package.json', '{"type":"commonjs"}')

  process.env['USHER'] = root
  const loadRule: unknown = createRequire(import.meta.url)(join(suite, 'test/utils/load-rule.js'))
  assert.ok(typeof loadRule === 'function')
  const found: unknown[] = []
  const rule: unknown = loadRule(
    'greet',
    { configuration: { GREETING: 'hello' } },
    { 'mongodb@3.1.4': { find: (what: unknown) => found.push(what) } },
  )
  assert.ok(typeof rule === 'function')
  const user = { user_id: 'auth0|1' }
  const calls: unknown[] = []
  rule(user, {}, (...said: readonly unknown[]) => calls.push(said))
  assert.deepEqual(calls, [[null, { user_id: 'auth0|1', greeting: 'hello/you' }, {}]])
  assert.equal(found[0], user)
})
