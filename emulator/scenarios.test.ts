import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScenarios } from './scenarios.ts'

test('everything is off at first', () => {
  assert.ok(
    createScenarios()
      .list()
      .every(({ on }) => !on),
  )
})

test('a scenario with times turns itself off', () => {
  const scenarios = createScenarios()
  scenarios.set('throttled', true, { times: 2, retryAfterSeconds: 30 })
  assert.equal(scenarios.look('throttled')?.retryAfterSeconds, 30)
  assert.equal(scenarios.strike('throttled')?.times, 2)
  assert.equal(scenarios.strike('throttled')?.times, 1)
  assert.equal(scenarios.strike('throttled'), undefined)
  assert.equal(scenarios.isOn('throttled'), false)
})

test('zero times means until it is turned off', () => {
  const scenarios = createScenarios()
  scenarios.set('graphDown', true)
  for (let call = 0; call < 5; call += 1) assert.notEqual(scenarios.strike('graphDown'), undefined)
  scenarios.set('graphDown', false)
  assert.equal(scenarios.strike('graphDown'), undefined)
})

test('unknown options and options of another type are left out', () => {
  const scenarios = createScenarios()
  scenarios.set('slowDirectory', true, { delayMs: 'long', wrong: 1 })
  assert.deepEqual(scenarios.look('slowDirectory'), { delayMs: 20_000 })
})
