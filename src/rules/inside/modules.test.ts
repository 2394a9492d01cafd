import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scriptOf } from '../../../test/support/rule-jobs.ts'
import { deniedOf, linesOf, passedOf, rule, runInside } from '../../../test/support/run-inside.ts'
import { inStock, ofNode, stock } from './module-list.cjs'
import { isKnownModule, requireModule } from './modules.cjs'

const stocked = Object.entries(stock).flatMap(([name, versions]) => versions.map(({ version }) => `${name}@${version}`))

describe('what a rule requires (A8)', () => {
  for (const asked of stocked)
    test(`${asked} is there, exactly`, () => {
      const { module, notice } = requireModule(asked)
      assert.ok(typeof module === 'function' || typeof module === 'object')
      assert.equal(notice, undefined)
    })

  test('a version of the same major is taken for another, with one notice', async () => {
    const body = 'require("lodash@4.17.19"); require("lodash@4.17.19"); user.seen = require("lodash@4.17.19").VERSION; callback()'
    const result = await runInside([rule(body)])
    assert.equal(passedOf(result).user['seen'], '4.18.1')
    assert.deepEqual(linesOf(result), ['notice: lodash@4.17.19 is not here; lodash@4.18.1 is used instead'])
  })

  for (const [asked, used] of [
    ['request@2.81.0', 'request@2.88.2'],
    ['axios@0.21.1', 'axios@1.21.1'],
    ['auth0@2.9.1', 'auth0@2.44.1'],
    ['auth0@3.0.1', 'auth0@3.7.2'],
    ['lodash@2.4.0', 'lodash@2.4.1'],
    ['lodash@3.9.3', 'lodash@3.10.1'],
    ['jsonwebtoken@7.1.9', 'jsonwebtoken@8.5.1'],
    ['jsonwebtoken@9.0.2', 'jsonwebtoken@9.0.0'],
    ['uuid@2.0.3', 'uuid@3.4.0'],
    ['uuid@8.3.2', 'uuid@3.4.0'],
    ['bcrypt@4.0.0', 'bcrypt@5.1.1'],
    ['xtend@1.0.3', 'xtend@4.0.2'],
    ['ipaddr.js@1.9.0', 'ipaddr.js@1.9.1'],
    ['@auth0/rule-utilities@0.1.0', '@auth0/rule-utilities@0.2.0'],
  ] as const)
    test(`${asked} is answered with ${used}`, () => {
      assert.equal(requireModule(asked).notice, `${asked} is not here; ${used} is used instead`)
    })

  test('url and querystring are Node’s without a version, and the packages with one', () => {
    assert.equal(requireModule('url').module, requireModule('node:url').module)
    assert.notEqual(requireModule('url@0.10.3').module, requireModule('url').module)
    assert.notEqual(requireModule('querystring@0.2.0').module, requireModule('querystring').module)
  })

  test('without a version the usual one of each name is given', () => {
    for (const name of Object.keys(stock))
      if (!ofNode.has(name))
        assert.equal(requireModule(name).module, requireModule(`${name}@${inStock(name)?.stocked.version}`).module, name)
  })

  test('a file of a package', () => {
    const get = requireModule('lodash/get').module
    assert.equal(typeof get === 'function' && get({ a: { b: 1 } }, 'a.b'), 1)
  })

  for (const asked of ['mongodb@3.1.4', 'nothing', 'lodash@1.0.0', 'request@4.0.1', '@onfido/api@1.5.1', 'constructor', '__proto__@1.0.0'])
    test(`${asked} is not there, in the words that people search for`, () => {
      assert.throws(() => requireModule(asked), {
        code: 'MODULE_NOT_FOUND',
        message: new RegExp(`^Cannot find module ${asked.replaceAll(/[.@/]/g, '\\$&')}`),
      })
      assert.equal(isKnownModule(asked), false)
    })

  test('what Usher itself is made of is nobody’s to require, nor what starts processes or opens files of databases', () => {
    const withheld = ['kysely', 'pg', 'fastify', 'undici', 'zod', './modules.cjs', '../pool.ts', '/etc/passwd', 'lodash/../kysely']
    const ofNodeToo = [
      'child_process',
      'node:child_process',
      'worker_threads',
      'cluster',
      'sqlite',
      'node:sqlite',
      'inspector',
      'module',
      'v8',
      'vm',
    ]
    for (const asked of [...withheld, ...ofNodeToo, 'repl', 'wasi', 'ffi', 'dgram', 'trace_events', 'test'])
      assert.throws(() => requireModule(asked), { code: 'MODULE_NOT_FOUND' }, asked)
  })

  test('an error of a missing module denies, and names it', async () => {
    const { message } = deniedOf(await runInside([rule('require("mongodb@3.1.4")')]))
    assert.equal(message, 'Cannot find module mongodb@3.1.4')
  })

  test('whether there is one can be asked without loading it', () => {
    for (const asked of [...stocked, 'request@2.27.0', 'crypto', 'node:https', 'process', 'lodash/fp'])
      assert.ok(isKnownModule(asked), asked)
  })
})

describe('packages as rules use them', () => {
  const value = async (body: string, more = {}): Promise<unknown> =>
    passedOf(await runInside([scriptOf(rule(`${body}; callback(null, user, context)`), more)])).user['value']

  for (const [what, body, expected] of [
    ['uuid is callable and has v4', 'var uuid = require("uuid"); user.value = [uuid().length, uuid.v4().length]', [36, 36]],
    ['bcrypt compares', 'var b = require("bcrypt"); user.value = b.compareSync("x", b.hashSync("x", 4))', true],
    [
      'xpath finds in xmldom',
      'var d = new (require("xmldom").DOMParser)().parseFromString("<a><b>c</b></a>"); user.value = require("xpath").select("string(//b)", d)',
      'c',
    ],
    ['xml2js parses', 'require("xml2js").parseString("<a><b>c</b></a>", function (e, r) { user.value = r.a.b })', ['c']],
    ['ipaddr.js knows ranges', 'var ip = require("ipaddr.js"); user.value = ip.parse("10.1.2.3").match(ip.parse("10.0.0.0"), 8)', true],
    ['moment-timezone has zones', 'user.value = require("moment-timezone").tz("2026-01-01T00:00:00Z", "Asia/Tokyo").format("HH")', '09'],
    ['native-or-bluebird makes promises', 'user.value = typeof require("native-or-bluebird").resolve(1).then', 'function'],
    ['lodash templates compile', 'user.value = require("lodash").template("Hello <%= name %>")({ name: "Ann" })', 'Hello Ann'],
    ['oauth-sign signs', 'user.value = require("oauth-sign").hmacsign("GET", "http://a", {}, "k", "s").length', 28],
    ['auth0 has a ManagementClient', 'user.value = typeof require("auth0@2.9.1").ManagementClient', 'function'],
    ['xtend extends', 'user.value = require("xtend")({ a: 1 }, { b: 2 })', { a: 1, b: 2 }],
  ] as const)
    test(what, async () => assert.deepEqual(await value(body), expected))
})
