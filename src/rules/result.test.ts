import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { scriptOf } from '../../test/support/rule-jobs.ts'
import { plainObjectIn, resultOf } from './result.ts'

const scripts = [scriptOf('', { id: 'rul_1', name: 'One' }), scriptOf('', { id: 'rul_2', name: 'Two' })]
const ran = { console: [], timings: [] }
const read = (said: unknown) => resultOf(Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)), { scripts })

test('a result of each kind is taken as it is', () => {
  const lines = [{ rule: 'rul_1', level: 'warn', text: 'careful' }]
  const timings = [{ rule: 'rul_2', ms: 3 }]
  const passed = { kind: 'passed', user: { a: [1, null, 'x'] }, context: {}, console: lines, timings }
  assert.deepEqual(read(passed), passed)
  const denied = { kind: 'denied', rule: 'rul_2', name: 'Two', message: 'No.', isRefusal: true, ...ran }
  assert.deepEqual(read(denied), denied)
  const failed = { kind: 'failed', why: 'timeout', rule: 'rul_1', ...ran }
  assert.deepEqual(read(failed), failed)
})

test('what each script changed is taken when it was asked for, in its form or not at all', () => {
  const step = { rule: 'rul_1', user: { set: { a: { b: [1] } }, gone: ['c'] }, context: { set: {}, gone: [] } }
  const passed = { kind: 'passed', user: {}, context: {}, ...ran }
  const traced = (steps: unknown) => resultOf(Buffer.from(JSON.stringify({ ...passed, steps })), { scripts, isTraced: true })
  assert.deepEqual(traced([step]), { ...passed, steps: [step] })
  assert.deepEqual(traced(undefined), { ...passed, steps: [] })
  assert.deepEqual(read({ ...passed, steps: [step] }), passed)
  for (const wrong of [
    {},
    [null],
    [step, step, step],
    [{ ...step, rule: 'rul_9' }],
    [{ ...step, user: { set: [], gone: [] } }],
    [{ ...step, context: { set: {}, gone: [1] } }],
    [{ ...step, user: { set: {} } }],
  ])
    assert.equal(traced(wrong), undefined, JSON.stringify(wrong))
})

test('what it adds is left out, and what it gets wrong makes it none', () => {
  assert.deepEqual(read({ kind: 'passed', user: {}, context: {}, more: 1, ...ran }), { kind: 'passed', user: {}, context: {}, ...ran })
  assert.deepEqual(read({ kind: 'failed', why: 'unavailable', rule: 'rul_9', ...ran }), { kind: 'failed', why: 'crash', ...ran })
  const wrong = [
    'no json',
    '[]',
    'null',
    { kind: 'passed', user: [], context: {}, ...ran },
    { kind: 'passed', user: null, context: {}, ...ran },
    { kind: 'passed', user: {}, ...ran },
    { kind: 'passed', user: {}, context: {} },
    { kind: 'constructor', ...ran },
    { kind: 'denied', rule: 'rul_9', message: '', ...ran },
    { kind: 'denied', rule: 'rul_1', message: {}, ...ran },
    { kind: 'passed', user: {}, context: {}, console: [{ rule: 'rul_1', level: 'shout', text: '' }], timings: [] },
    { kind: 'passed', user: {}, context: {}, console: [{ rule: 'rul_9', level: 'log', text: '' }], timings: [] },
    { kind: 'passed', user: {}, context: {}, console: [], timings: [{ rule: 'rul_1', ms: '1' }] },
    {
      kind: 'passed',
      user: {},
      context: {},
      console: Array.from({ length: 501 }, () => ({ rule: 'rul_1', level: 'log', text: '' })),
      timings: [],
    },
  ]
  for (const said of wrong) assert.equal(read(said), undefined, JSON.stringify(said).slice(0, 80))
})

test('what is larger or deeper than anything of ours is a failed run, and none of it is taken', () => {
  const much = [
    { kind: 'passed', user: { text: 'x'.repeat(600_000) }, context: {}, ...ran },
    { kind: 'passed', user: { text: '\u{6F22}'.repeat(200_000) }, context: {}, ...ran },
    `{"kind":"passed","user":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}},"context":{},"console":[],"timings":[]}`,
    { kind: 'passed', user: { many: Array.from({ length: 60_000 }, () => 0) }, context: {}, ...ran },
  ]
  for (const said of much) assert.deepEqual(read(said), { kind: 'failed', why: 'output', ...ran })
})

test('messages and lines are cut to length, and the name of a rule is ours', () => {
  const denied = read({ kind: 'denied', rule: 'rul_1', name: 'Somebody else', message: 'x'.repeat(5_000), isRefusal: 1, ...ran })
  assert.deepEqual(denied, { kind: 'denied', rule: 'rul_1', name: 'One', message: 'x'.repeat(1_000), isRefusal: false, ...ran })
})

test('no name reaches a prototype, however it is spelled', () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  for (const name of ['"__proto__"', '"\\u005f_proto__"', '"__pr\\u006fto__"']) {
    const found = plainObjectIn(`{"a":{${name}:{"isAdmin":true},"b":1},${name}:{"isAdmin":true}}`)
    assert.deepEqual(found, { a: { b: 1 } })
    assert.equal(Object.hasOwn(Object(found?.['a']), '__proto__'), false)
  }
  const spread = Object.assign({}, plainObjectIn('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}'))
  assert.equal('isAdmin' in spread, false)
  assert.equal('isAdmin' in {}, false)
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before)
})

test('whatever a runner says, it is a result in our form or none (500 tries)', () => {
  const kinds = fc.constantFrom('passed', 'denied', 'failed', '__proto__', 'constructor')
  const odd = fc.dictionary(fc.constantFrom('user', 'context', 'rule', 'message', '__proto__', 'why', 'name', 'toString'), fc.jsonValue())
  const said = fc.record({ kind: kinds, console: fc.oneof(fc.constant([]), fc.jsonValue()), timings: fc.constant([]) })
  fc.assert(
    fc.property(said, odd, (form, more) => {
      const result = read({ ...more, ...form })
      if (!result) return
      assert.ok(['passed', 'denied', 'failed'].includes(result.kind))
      assert.equal(JSON.stringify(result).includes('"__proto__"'), false)
      assert.equal('isAdmin' in {}, false)
    }),
    { numRuns: 500 },
  )
})
