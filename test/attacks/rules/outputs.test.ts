import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '#kernel/json.ts'
import { verdictOf } from '#rules/facade/verdict.ts'
import type { JobResult } from '#rules/isolation.ts'
import { jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'
import { isLong, seedsOf } from '../../support/seeds.ts'

const OUTPUTS = isLong ? 3_000 : 220
const AT_ONCE = 8
const evaluator = join(import.meta.dirname, '..', '..', '..', 'src', 'rules', 'inside', 'run-scripts.cjs')

/** Makes what a text in the context says, and hands it to callback. */
const script = `async function (user, context, callback) {
  const deep = (n, one) => { let it = one; for (let i = 0; i < n; i += 1) it = i % 2 ? [it] : { it }; return it }
  const given = (0, eval)('(user, context, deep, require) => (' + context.make + ')')(user, context, deep, require)
  if (context.which === 'user') return callback(null, given, context)
  if (context.which === 'context') return callback(null, user, given)
  if (context.which === 'inside') return callback(null, { ...user, given }, { ...context, samlConfiguration: given })
  if (context.which === 'metadata') { user.app_metadata = given; user.user_metadata = given; context.samlConfiguration = { mappings: given, attributes: given, ...given }; return callback(null, user, context) }
  if (context.which === 'error') return callback(given, user, context)
  if (context.which === 'returned') return given
  throw given
}`
const WHERE = ['user', 'context', 'inside', 'metadata', 'user', 'context', 'inside', 'metadata', 'error', 'thrown'] as const

const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'toJSON', 'hasOwnProperty', 'isAdmin', '__defineGetter__', 'then'],
  ...['upn', 'inmutableid', 'primaryUser', 'redirect', 'multifactor', 'samlConfiguration', 'url', 'provider', 'mappings', 'attributes'],
  ...['issuer', 'audience', 'lifetimeInSeconds', 'nameIdentifierProbes', 'passthroughClaimsWithNoMapping', 'identities', 'length', '0', ''],
  ...[
    'kind',
    'user',
    'context',
    'console',
    'timings',
    'rule',
    'idToken',
    'accessToken',
    'app_metadata',
    'user_metadata',
    '\ud800',
    '\u0000',
  ],
]

/** Values that JSON has no word for, or a surprising one. */
const ODD = [
  ...['undefined', 'null', 'NaN', 'Infinity', '-0', '1e309', '10n', 'Symbol("x")', 'Symbol.iterator', '() => 1', 'class {}', 'new Date(0)'],
  ...[
    'new Date(NaN)',
    '/x/g',
    'new Map([[1, 2]])',
    'new Set([1])',
    'new WeakMap()',
    'new Error("odd")',
    'Promise.resolve(1)',
    'Object(1n)',
  ],
  ...['Object("text")', 'new Boolean(false)', 'Buffer.from("bytes")', 'new Uint8Array(9)', 'new ArrayBuffer(9)', 'Object.create(null)'],
  ...[
    '[,,1]',
    'new Array(1000)',
    'Object.assign([1], { more: 1 })',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"\\u2028\\u0000"',
    'globalThis',
    'process',
  ],
  ...['"x".repeat(1e6)', '"\\u{1F600}".repeat(2e5)', 'Array.from({ length: 6e4 }, () => 1)', 'Array.from({ length: 2e5 }, () => ({}))'],
  ...[
    'deep(30, 1)',
    'deep(60, 1)',
    'deep(2000, 1)',
    'deep(20000, 1)',
    'require',
    'require("fs")',
    'new Proxy([], {})',
    'new Proxy(() => 1, {})',
  ],
  ...['new Proxy({}, { get: () => { throw new Error("no") } })', 'new Proxy({}, { ownKeys: () => { throw 1 } })'],
  ...[
    'new Proxy({}, { ownKeys: () => ["__proto__", "a"], getOwnPropertyDescriptor: () => ({ value: { isAdmin: true }, enumerable: true, configurable: true }) })',
  ],
  ...[
    '{ toJSON: () => ({ isAdmin: true }) }',
    '{ toJSON: () => { throw new Error("no") } }',
    '{ toJSON: () => undefined }',
    '{ toJSON: () => 10n }',
  ],
  ...['{ get x() { throw new Error("no") } }', '{ get x() { return { isAdmin: true } } }', '{ then: (yes) => yes({ isAdmin: true }) }'],
  ...[
    'JSON.parse(\'{"__proto__":{"isAdmin":true}}\')',
    'JSON.parse(\'{"a":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}\')',
  ],
  ...[
    '{ ["__proto__"]: { isAdmin: true } }',
    'Object.create({ isAdmin: true, upn: "boss@x.example" })',
    '(() => { const it = { a: 1 }; it.it = it; return it })()',
  ],
  ...[
    '(() => { const it = []; it.push(it); return it })()',
    'Object.defineProperty({}, "x", { value: 1 })',
    'Object.freeze({ a: 1 })',
    'arguments',
  ],
  ...[
    'Object.fromEntries(Array.from({ length: 6e4 }, (_, i) => ["k" + i, i]))',
    'context',
    'user',
    '[user, context, user]',
    'Object.prototype',
  ],
  ...[
    'Reflect.ownKeys(globalThis)',
    'new (class { constructor() { this.isAdmin = true } })()',
    'new String("x".repeat(1e6))',
    'Error.prototype',
  ],
]

/** A runner that such a result ended is started anew, which takes its time: the others are tried more often. */
const MILD = ODD.filter((odd) => !/10n|1n\)|toJSON|throw|Symbol|[26]e[45]|1e6|20{3}|it\.it|it\.push|process|global|require/.test(odd))

const key = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 6 })).map((name) => `[${JSON.stringify(name)}]`)

/** The text of an expression. */
const { expression } = fc.letrec<{ expression: string; object: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 1, arbitrary: fc.constantFrom(...ODD).map((odd) => `(${odd})`) },
    { weight: 5, arbitrary: fc.constantFrom(...MILD).map((odd) => `(${odd})`) },
    { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((json) => `JSON.parse(${JSON.stringify(JSON.stringify(json))})`) },
    { weight: 4, arbitrary: tie('object') },
    { weight: 1, arbitrary: fc.array(tie('expression'), { maxLength: 4 }).map((all) => `[${all.join()}]`) },
    { weight: 1, arbitrary: tie('object').map((object) => `new Proxy(${object}, {})`) },
    { weight: 1, arbitrary: tie('object').map((object) => `Object.assign(Object.create(null), ${object})`) },
  ),
  object: fc
    .array(fc.tuple(key, tie('expression'), fc.nat(5)), { maxLength: 5 })
    .map(
      (entries) =>
        `({${entries.map(([name, value, form]) => (form === 0 ? `get ${name}() { return ${value} }` : `${name}: ${value}`)).join()}})`,
    ),
}))

const output = fc.record({ make: expression, which: fc.constantFrom(...WHERE) })

/** Made of JSON alone, with no name that reaches a prototype. */
const assertPlain = (value: Json, what: string): void => {
  if (typeof value !== 'object' || value === null) return
  assert.ok([Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)), what)
  assert.ok(!Object.hasOwn(value, '__proto__'), what)
  for (const inner of Object.values(value)) assertPlain(inner, what)
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype, Map.prototype]
const keysOfPrototypes = () => prototypes.map((one) => Reflect.ownKeys(one).map(String).join())

interface Sample {
  readonly make: string
  readonly which: string
}

const keys = keysOfPrototypes()

describe('what rules hand to callback', { timeout: 300_000 }, () => {
  let writes = 0
  let reached = 0
  const { pool } = openPool(
    { busyMs: 1_500 },
    {
      scriptsModule: evaluator,
      reach: () => {
        reached += 1
        return Promise.reject(new Error('nobody'))
      },
    },
  )
  const updateMetadata = async () => {
    writes += 1
    return {}
  }
  before(() => pool.start())
  after(pool.stop)

  const known: JsonObject = { user_id: 'auth0|1', email: 'ann@example.com' }
  const tried = ({ make, which }: Sample): Promise<JobResult> =>
    pool.run(jobOf([script], { user: known, context: { clientID: 'office365', make, which }, budgetMs: 10_000, updateMetadata }))

  const assertHarmless = (result: JobResult, what: string): void => {
    if (result.kind !== 'passed') return
    const { user, context } = result
    assertPlain([user, context], what)
    assert.deepEqual(JSON.parse(JSON.stringify([user, context])), [user, context], what)
    const verdict = verdictOf({ before: known, user, context }, ['rul_1'])
    for (const values of Object.values(verdict.claims({}))) for (const value of [values].flat()) assert.equal(typeof value, 'string', what)
    for (const name of [verdict.named.userPrincipalName, verdict.named.immutableId, verdict.primaryUser, verdict.redirect?.location])
      assert.ok(name === undefined || typeof name === 'string', what)
  }

  const tryAll = async (samples: readonly Sample[], seed: number): Promise<readonly string[]> => {
    const kinds: string[] = []
    for (let at = 0; at < samples.length; at += AT_ONCE) {
      const some = samples.slice(at, at + AT_ONCE)
      const results = await Promise.all(some.map(tried))
      for (const [index, result] of results.entries()) {
        assertHarmless(result, `seed ${seed}: ${JSON.stringify(some[index]).slice(0, 400)}`)
        kinds.push(result.kind === 'failed' ? `failed (${result.why})` : result.kind)
      }
      assert.deepEqual(keysOfPrototypes(), keys, `seed ${seed}: ${JSON.stringify(some).slice(0, 2_000)}`)
      assert.equal(Reflect.get({}, 'isAdmin'), undefined)
    }
    return kinds
  }

  for (const seed of seedsOf(1, 1))
    test(`${OUTPUTS} odd ones leave nothing behind but an outcome (seed ${seed})`, async (t) => {
      const each = ODD.map((odd, at) => ({ make: `(${odd})`, which: WHERE[(at + seed) % 4] ?? 'user' }))
      const kinds = await tryAll([...each, ...fc.sample(output, { seed, numRuns: OUTPUTS })], seed)
      assert.deepEqual([writes, reached], [0, 0])
      const next = await tried({ make: '({ city: "Bern" })', which: 'user' })
      assert.deepEqual(next.kind === 'passed' && next.user, { city: 'Bern' })
      const counts = Object.entries(Object.groupBy(kinds, (kind) => kind)).map(([kind, all]) => `${all?.length} ${kind}`)
      t.diagnostic(`count ${kinds.length} odd outputs, prototypes untouched, 0 effects (${counts.join(', ')})`)
      assert.ok(kinds.filter((kind) => kind === 'passed').length > kinds.length / 5, counts.join())
    })
})
