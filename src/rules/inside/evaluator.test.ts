import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import vm from 'node:vm'
import { parse } from 'acorn'
import { compileRule, lineOf } from './evaluator.cjs'

const nothing = () => undefined

describe('a rule that the evaluator compiled', () => {
  test('finds its globals by reference: a suite can look at its own mocks afterwards', () => {
    const seen: unknown[] = []
    const configuration = { KEY: 'value' }
    const auth0 = { users: { updateAppMetadata: (...said: unknown[]) => seen.push(said) } }
    const rule = compileRule(
      'function (user, context, callback) { auth0.users.updateAppMetadata(user.user_id, configuration); configuration.NEW = 1 }',
      { globals: { configuration, auth0 } },
    )
    rule({ user_id: 'auth0|1' }, {}, nothing)
    assert.deepEqual(seen, [['auth0|1', configuration]])
    assert.deepEqual(configuration, { KEY: 'value', NEW: 1 })
  })

  test('asks for modules by the whole string, and gets exactly what it is given', () => {
    const asked: string[] = []
    const stub = { name: 'stub' }
    const rule = compileRule('function (user, context, callback) { callback(null, require("mongodb@3.1.4"), require("lodash")) }', {
      require: (name) => {
        asked.push(name)
        return stub
      },
    })
    rule({}, {}, (_error, user, context) => {
      assert.equal(user, stub)
      assert.equal(context, stub)
    })
    assert.deepEqual(asked, ['mongodb@3.1.4', 'lodash'])
  })

  test('without a require finds no module, in the words of Node', () => {
    const rule = compileRule('function () { return require("fs") }')
    assert.throws(() => rule({}, {}, nothing), { code: 'MODULE_NOT_FOUND', message: "Cannot find module 'fs'" })
  })

  test('calls back in the same tick', () => {
    let isCalled = false
    compileRule('function (user, context, callback) { callback(null, user, context) }')({}, {}, () => {
      isCalled = true
    })
    assert.ok(isCalled)
  })

  test('gets the very objects it is called with, and none of them is copied', () => {
    const user = { nested: {} }
    const context = {}
    compileRule('function (user, context, callback) { user.nested.seen = true; callback(null, user, context) }')(
      user,
      context,
      (error, givenUser, givenContext) => {
        assert.equal(error, null)
        assert.equal(givenUser, user)
        assert.equal(givenContext, context)
      },
    )
    assert.deepEqual(user, { nested: { seen: true } })
  })

  test('may be called without a user and with a context that has nothing', () => {
    const rule = compileRule('function (user, context, callback) { callback(null, typeof user, context) }')
    rule(undefined, {}, (_error, user) => assert.equal(user, 'undefined'))
  })

  test('returns what the function returns: a promise for an async one', async () => {
    const rule = compileRule('async (user, context, callback) => { await null; throw new TypeError("later") }')
    await assert.rejects(Promise.resolve(rule({}, {}, nothing)), { name: 'TypeError', message: 'later' })
  })
})

describe('in the realm of a suite that has its own', () => {
  /** What Jest does: modules are loaded inside a context of their own, with the real modules of Node. */
  const loadIn = (context: vm.Context): { compileRule: typeof compileRule } => {
    const realRequire = createRequire(import.meta.url)
    const load = (name: string): unknown => {
      if (!name.startsWith('./')) return realRequire(name)
      const text = readFileSync(join(import.meta.dirname, name), 'utf8')
      const module = { exports: {} }
      vm.runInContext(`(function (require, module, exports) {${text}\n})`, context)(load, module, module.exports)
      return module.exports
    }
    const loaded: unknown = load('./evaluator.cjs')
    assert.ok(typeof loaded === 'object' && loaded !== null && 'compileRule' in loaded)
    const { compileRule: compile } = loaded
    assert.ok(typeof compile === 'function')
    return { compileRule: (source, options) => compile(source, options) }
  }

  test('an error is an Error there, one that the engine throws too', () => {
    const context = vm.createContext({})
    const inside = loadIn(context)
    const isError = vm.runInContext('(error) => error instanceof Error', context)
    const isTypeError = vm.runInContext('(error) => error instanceof TypeError', context)
    inside.compileRule('function (user, context, callback) { callback(new Error("no")) }')({}, {}, (error) => assert.ok(isError(error)))
    const throwing = inside.compileRule('function (user, context, callback) { return user.missing.field }')
    assert.throws(
      () => throwing({}, {}, nothing),
      (error) => isTypeError(error) && !(error instanceof Error),
    )
  })

  test('a Date that the suite replaces is the one a rule asks, at the time it asks', () => {
    const context = vm.createContext({})
    const rule = loadIn(context).compileRule('function (user, context, callback) { callback(null, new Date().getTime()) }')
    vm.runInContext('globalThis.Date = class { getTime() { return 42 } }', context)
    rule({}, {}, (_error, time) => assert.equal(time, 42))
  })

  test('it is plain JavaScript of Node 16, and asks for nothing but vm', () => {
    const asked = new Set<string>()
    for (const file of ['evaluator.cjs', 'syntax.cjs']) {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8')
      parse(text, { ecmaVersion: 2021, sourceType: 'script' })
      for (const [, name = ''] of text.matchAll(/require\('([^']+)'\)/g)) asked.add(name)
    }
    assert.deepEqual([...asked].toSorted(), ['./syntax.cjs', 'node:vm'])
  })
})

describe('compiling', () => {
  const log: string[] = []
  const globals = { log: (line: string) => void log.push(line) }

  test('runs nothing of the body', () => {
    compileRule('function (user, context, callback) { log("ran") }', { globals })
    assert.deepEqual(log, [])
  })

  for (const [what, source] of [
    ['a comment before it', '// Who may come in.\n/* All. */\nfunction (user, context, callback) { callback(null, user) }'],
    ['a name', 'function everybody(user, context, callback) { callback(null, user) }'],
    ['a semicolon after it', 'function (user, context, callback) { callback(null, user) };'],
    ['a semicolon and comments after it', 'function (user, context, callback) { callback(null, user) }; // the end; really\n/* ; */\n'],
    ['a comment without a line end', 'function (user, context, callback) { callback(null, user) } // the end'],
    ['another name for the callback', 'function (user, context, cb) { cb(null, user) }'],
    ['an arrow', '(user, context, callback) => callback(null, user)'],
    ['strictness of its own', 'function (user, context, callback) { "use strict"; callback(null, user) }'],
    ['Windows line ends', 'function (user, context, callback) {\r\n  callback(null, user)\r\n};\r\n'],
    ['a text in it that looks like its end', 'function (user, context, callback) { var end = "}; //"; callback(null, user) }'],
  ] as const)
    test(`takes a rule with ${what}`, () => {
      compileRule(source)('somebody', {}, (error, user) => {
        assert.equal(error, null)
        assert.equal(user, 'somebody')
      })
    })

  for (const [what, source, line, column] of [
    ['a mistake', 'function (user, context, callback) {\n  var x = ;\n}', 2, 11],
    ['a mistake in its first line', 'function (user context, callback) {\n}', 1, 16],
    ['two semicolons after it', 'function (user, context, callback) {\n};;', 2, 2],
    ['no end', 'function (user, context, callback) {\n  if (user) {\n  }\n', 4, 1],
    ['no beginning', '', 1, 1],
    ['statements around it', 'var rule = 1;\nfunction rule(user, context, callback) {}', 1, 1],
  ] as const)
    test(`refuses a text with ${what}, and says where`, () => {
      assert.throws(() => compileRule(source, { filename: 'Gate' }), { name: 'SyntaxError', line, column })
    })

  test('refuses what is no function', () => {
    assert.throws(() => compileRule('({ user: 1 })'), { name: 'TypeError', message: /a rule is one function/ })
  })

  test('refuses a global that no rule could say', () => {
    assert.throws(() => compileRule('function () {}', { globals: { 'not-a-name': 1 } }), { name: 'TypeError' })
  })

  test('looks further names up only when a rule says them', () => {
    let asked = 0
    const scope = {
      get jwt() {
        asked += 1
        return 'a module'
      },
    }
    const silent = compileRule('function (user, context, callback) { callback(null, typeof user) }', { scope })
    silent({}, {}, nothing)
    assert.equal(asked, 0)
    compileRule('function (user, context, callback) { callback(null, jwt) }', { scope })({}, {}, (_error, user) =>
      assert.equal(user, 'a module'),
    )
    assert.equal(asked, 1)
  })

  test('an error knows its line in the text of the rule', () => {
    const rule = compileRule('function (user, context, callback) {\n\n  return user.missing.field\n}', { filename: 'My gate' })
    assert.throws(
      () => rule({}, {}, nothing),
      (error) => lineOf(error, 'My gate') === 3 && lineOf(new Error('elsewhere'), 'My gate') === undefined,
    )
  })
})
