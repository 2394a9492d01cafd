import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Randomness } from '../../kernel/randomness.ts'
import { backoffMs, seatWaitMs } from './work.ts'

const always = (byte: number): Randomness => ({ bytes: (length) => Buffer.alloc(length, byte) })

test('the first tries come after at most 0.5, 1, 2, 4 and 8 seconds, spread over all of it', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, always(255))),
    [500, 1_000, 2_000, 4_000, 8_000],
  )
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, always(0))),
    [50, 100, 200, 400, 800],
  )
})

test('later ones after 15 seconds and more, never beyond five minutes, never below half of it', () => {
  assert.deepEqual(
    [6, 7, 8, 9, 10, 11, 50, 1_000].map((attempt) => backoffMs(attempt, always(255))),
    [15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000],
  )
  assert.deepEqual(
    [6, 10, 1_000].map((attempt) => backoffMs(attempt, always(0))),
    [7_500, 120_000, 150_000],
  )
})

test('who waits for a seat is looked at after 5 minutes, then ever more rarely, at last every two hours', () => {
  const minutes = [1, 2, 3, 4, 5, 6, 7, 1_000].map((times) => seatWaitMs(times) / 60_000)
  assert.deepEqual(minutes, [5, 10, 20, 40, 80, 120, 120, 120])
})
