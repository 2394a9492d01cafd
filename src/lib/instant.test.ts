import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant } from './instant.ts'

test('a time is written as Date writes it', () => {
  const furthest = 8.64e15
  fc.assert(fc.property(fc.integer({ min: -furthest, max: furthest }), (ms) => instant(ms) === new Date(ms).toISOString()))
  for (const ms of [0, -1, 59_999, 60_000, 253_402_300_800_000, 1_764_343_200_000.9, -0.5])
    assert.equal(instant(ms), new Date(ms).toISOString())
})

test('many minutes are written as well as one', () => {
  for (let minute = 0; minute < 5_000; minute += 1) assert.equal(instant(minute * 60_007), new Date(minute * 60_007).toISOString())
})

test('what is no time is refused', () => {
  assert.throws(() => instant(Number.NaN), RangeError)
  assert.throws(() => instant(Number.POSITIVE_INFINITY), RangeError)
})
