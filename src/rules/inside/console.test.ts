import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOf, passedOf, rule, runInside } from '../../../test/support/run-inside.ts'

const said = async (body: string, more = {}): Promise<readonly string[]> => {
  const result = await runInside([rule(`${body}; callback()`)], more)
  passedOf(result)
  return linesOf(result)
}

test('each level is kept, in order, with the rule that said it', async () => {
  const body = 'console.log("a"); console.info("b"); console.warn("c"); console.error("d"); console.debug("e"); callback()'
  const { console: lines } = await runInside([rule(body), rule('console.log("second"); callback()')])
  assert.deepEqual(
    lines.map(({ rule: id, level, text }) => `${id} ${level} ${text}`),
    ['rul_1 log a', 'rul_1 info b', 'rul_1 warn c', 'rul_1 error d', 'rul_1 log e', 'rul_2 log second'],
  )
})

for (const [code, line] of [
  ['console.log("%s is %d and %j", "one", 1, { a: 1 }, "more")', 'log: one is 1 and { a: 1 } more'],
  ['console.log("100%", "sure")', 'log: 100% sure'],
  ['console.log("%c styled", "color: red")', 'log:  styled'],
  ['console.log()', 'log: '],
  ['console.log(undefined, null, 1, true, [1, 2], { a: { b: 1 } })', 'log: undefined null 1 true [ 1, 2 ] { a: { b: 1 } }'],
  ['console.log(new Date(0), /x/g, Buffer.from("abc"))', "log: '1970-01-01T00:00:00.000Z' '/x/g' '<3 bytes>'"],
  ['console.log(new Error("no"))', "log: 'Error: no'"],
  ['console.assert(false, "what")', 'error: Assertion failed what'],
  ['var log = console.log; log("alone")', 'log: alone'],
  ['console.log({ get trap() { throw new Error("sprung") } })', 'log: [something that cannot be shown]'],
  [
    'console.log({ password: "hunter2", nested: { Authorization: "x" }, other: 1 })',
    "log: { password: '[secret]', nested: { Authorization: '[secret]' }, other: 1 }",
  ],
  ['console.log("Authorization: Bearer abc.def-ghi")', 'log: Authorization: Bearer [token]'],
  ['console.log("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")', 'log: [token]'],
] as const)
  test(`${code} says ${line}`, async () => {
    assert.deepEqual(await said(code), [line])
  })

test('an object that contains itself, one that is huge, and one that is deep', async () => {
  const [circle, huge, deep] = await said(
    'var a = {}; a.a = a; console.log(a); console.log(new Array(1e6).fill("x")); console.log({ a: { b: { c: { d: { e: 1 } } } } })',
  )
  assert.ok(circle && circle.length < 200)
  assert.ok(huge && huge.length <= 1_010)
  assert.ok(deep?.includes('[…]'))
})

test('values of configuration are hidden where their names say that they are secrets', async () => {
  const configuration = { CRM_API_KEY: 'crm-key-of-contoso', DOMAIN: 'contoso.example', SHORT_KEY: 'abc' }
  assert.deepEqual(await said('console.log(configuration.CRM_API_KEY, configuration.DOMAIN, configuration.SHORT_KEY)', { configuration }), [
    'log: [secret] contoso.example abc',
  ])
})

test('what only arranges lines says nothing and breaks nothing', async () => {
  assert.deepEqual(await said('console.time("a"); console.timeEnd("a"); console.groupEnd(); console.count(); console.clear()'), [])
})
