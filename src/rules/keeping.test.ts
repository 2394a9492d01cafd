import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeeping } from './keeping.ts'

const passed = { kind: 'passed', console: [] } as const
const said = { kind: 'passed', console: [{ rule: 'rul_1', level: 'log', text: 'hello' }] } as const

test('of many runs in one second some are kept, and all of those that come now and then', () => {
  let now = 5_000
  const isKept = createKeeping({ now: () => now })
  assert.equal(Array.from({ length: 500 }, () => isKept(passed)).filter(Boolean).length, 10)
  now = 6_000
  assert.ok(isKept(passed))
})

test('what went wrong or said something is not pushed out by what simply passed', () => {
  const isKept = createKeeping({ now: () => 5_000 })
  for (let run = 0; run < 500; run += 1) isKept(passed)
  assert.ok(isKept(said))
  assert.ok(isKept({ kind: 'failed', console: [] }))
  assert.equal(Array.from({ length: 500 }, () => isKept(said)).filter(Boolean).length, 48)
})
