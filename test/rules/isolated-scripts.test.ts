import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { InnerHost } from '../../src/rules/runner.ts'
import { callerOf, jobOf, scriptOf } from '../support/rule-jobs.ts'
import { openPool } from '../support/rule-pool.ts'
import { deniedOf, linesOf, passedOf, rule } from '../support/run-inside.ts'

const PASSES = rule('callback(null, user, context)')
/** With time enough on a machine that is busy otherwise. */
const job: typeof jobOf = (scripts, more = {}) => jobOf(scripts, { budgetMs: 20_000, ...more })
/** The evaluator itself, not what stands in for it elsewhere. */
const ours = { scriptsModule: undefined }

/** Says on whose behalf it was called. */
const vendor: InnerHost = {
  names: ['vendor.example'],
  answer: async (_request, caller) => ({ status: 200, body: { calledFor: caller.userId } }),
}

describe('in a process of their own', () => {
  const { pool } = openPool({ busyMs: 20_000 }, { ...ours, innerHosts: [vendor] })
  after(pool.stop)

  test('what two rules share survives the sign-in, and is gone after one whose time ended (A7)', async () => {
    const counts = rule('global.count = (global.count || 0) + 1; callback()')
    const reads = rule('user.count = count; if (user.waits) return; callback(null, user, context)')
    const count = async () => passedOf(await pool.run(job([counts, reads]))).user['count']
    assert.deepEqual([await count(), await count()], [1, 2])
    const ended = await pool.run(job([counts, reads], { user: { user_id: 'auth0|1', waits: true }, budgetMs: 50 }))
    assert.deepEqual(ended.kind === 'failed' && [ended.why, ended.rule], ['timeout', 'rul_2'])
    assert.equal(await count(), 1)
  })

  test('a throw later denies, and what was said until then is kept (A6)', async () => {
    const throws = rule('console.log("before"); setTimeout(function () { throw new TypeError("later, with Bearer abcdefghijkl") }, 5)')
    const notes: string[] = []
    const result = await pool.run(job([PASSES, throws], { caller: callerOf(notes) }))
    assert.deepEqual(notes, ['Rule 2 threw when nobody waited for it: later, with Bearer [token]'])
    assert.deepEqual(deniedOf(result), { rule: 'rul_2', name: 'Rule 2', message: 'later, with Bearer [token]', isRefusal: false })
    assert.equal(linesOf(result)[0], 'log: before')
  })

  test('an error that throws at whoever looks at it ends no process, whenever it is thrown', async () => {
    const hostile = 'const hostile = new Proxy({}, { get() { throw hostile }, getPrototypeOf() { throw hostile } });'
    for (const way of ['throw hostile', 'setTimeout(function () { throw hostile }, 5)', 'process.nextTick(function () { throw hostile })'])
      assert.equal(deniedOf(await pool.run(job([rule(`${hostile} ${way}`)]))).message, 'an error that cannot be shown', way)
  })

  test('a promise that nobody looks at is a line in the log, and nothing ends (A6)', async () => {
    const forgets = rule('Promise.reject(new Error("lost")); setTimeout(callback, 20)')
    const result = await pool.run(job([forgets, PASSES]))
    passedOf(result)
    assert.deepEqual(linesOf(result), ['notice: a promise was rejected and nobody looked: lost'])
  })

  test('process.exit ends nothing, however it is reached (A6)', async () => {
    for (const way of [
      'process.exit(0)',
      'global.process.exit(0)',
      'require("process").exit(0)',
      'global.process.kill(global.process.pid)',
    ])
      assert.match(deniedOf(await pool.run(job([rule(way)]))).message, /is not available to rules/, way)
  })

  test('a rule that never comes to an end is ended, and named (A6)', async () => {
    const { pool: impatient } = openPool({ busyMs: 1_000 }, ours)
    const result = await impatient.run(job([PASSES, rule('for (;;);')]))
    await impatient.stop()
    assert.deepEqual(result.kind === 'failed' && [result.why, result.rule], ['timeout', 'rul_2'])
  })

  test('a log without end is cut, and the sign-in goes on (A6)', async () => {
    const result = await pool.run(job([rule('for (var i = 0; i < 10000; i += 1) console.log("x".repeat(9999)); callback()')]))
    passedOf(result)
    assert.equal(linesOf(result).at(-1), 'notice: more was said, and is not kept')
  })

  test('a helper that a rule replaces for itself harms nobody after it', async () => {
    const replaces = rule(
      'global.Promise = require("bluebird"); global.setTimeout = null; user.seen = typeof Promise.try; callback(null, user, context)',
    )
    passedOf(await pool.run(job([replaces])))
    passedOf(await pool.run(job([replaces, PASSES])))
  })
})

test('changed rules are in force at once, while all runners are at work for the ones before', async (t) => {
  const { pool } = openPool({ runners: 1 }, ours)
  t.after(pool.stop)
  const before = pool.run(job([rule('setTimeout(callback, 300)')]))
  const after = await pool.run(job([rule('user.seen = "changed"; callback()')]))
  assert.equal(passedOf(after).user['seen'], 'changed')
  passedOf(await before)
})

describe('many at once, in one process', () => {
  const { pool } = openPool({ busyMs: 20_000 }, { ...ours, innerHosts: [vendor] })
  after(pool.stop)
  const ways = {
    'request-promise': 'rp({ url: "https://vendor.example/", json: true })',
    request:
      'new Promise(function (resolve, reject) { require("request")({ url: "https://vendor.example/", json: true }, function (e, r, b) { e ? reject(e) : resolve(b) }) })',
    axios: 'require("axios").get("https://vendor.example/").then(function (r) { return r.data })',
    'node-fetch': 'require("node-fetch")("https://vendor.example/").then(function (r) { return r.json() })',
    fetch: 'fetch("https://vendor.example/").then(function (r) { return r.json() })',
    'auth0@2.9.1': 'new (require("auth0@2.9.1").ManagementClient)({ token: "t", domain: "vendor.example" }).getUser({ id: "auth0|1" })',
    'auth0@3.7.2': 'new (require("auth0@3.7.2").ManagementClient)({ token: "t", domain: "vendor.example" }).users.get({ id: "auth0|1" })',
    bluebird: 'require("bluebird").delay(1).then(function () { return rp({ url: "https://vendor.example/", json: true }) })',
    async:
      'new Promise(function (resolve, reject) { require("async").retry(2, function (done) { require("request")({ url: "https://vendor.example/", json: true }, function (e, r, b) { done(e, b) }) }, function (e, b) { e ? reject(e) : resolve(b) }) })',
    q: 'require("q").delay(1).then(function () { return rp({ url: "https://vendor.example/", json: true }) })',
  }

  for (const [name, call] of Object.entries(ways))
    test(`with ${name}, every call is made for the person whose sign-in it is`, async () => {
      const body = `
        var rp = require('request-promise');
        var call = function () { return ${call} };
        call().then(function (one) {
          return call().then(function (two) {
            return call().then(function (three) {
              console.log(user.user_id);
              user.calledFor = [one, two, three].map(function (said) { return (said.data || said).calledFor });
              callback(null, user, context)
            })
          })
        }).catch(callback)`
      const people = Array.from({ length: 24 }, (_, number) => `person-${number}`)
      const results = await Promise.all(
        people.map((userId) => pool.run(job([rule(body)], { user: { user_id: userId }, caller: callerOf([], { userId }) }))),
      )
      for (const [index, result] of results.entries()) {
        const userId = people[index]
        assert.deepEqual(passedOf(result).user['calledFor'], [userId, userId, userId])
        assert.ok(linesOf(result).includes(`log: ${userId}`))
        assert.equal(linesOf(result).filter((line) => line.startsWith('log: person')).length, 1)
      }
    })

  test('imported rules and others run side by side', async () => {
    const legacy = scriptOf(rule('user.id = uuid.v4().length; callback(null, user, context)'), { legacyGlobals: true })
    const plain = scriptOf(rule('user.has = typeof uuid; callback(null, user, context)'), { id: 'rul_2', name: 'Two' })
    const { user } = passedOf(await pool.run(job([legacy, plain])))
    assert.deepEqual([user['id'], user['has']], [36, 'undefined'])
  })
})
