import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteOldEvents } from './old-events.ts'

const NOON = Date.parse('2026-11-29T12:00:00Z')

/** One round over so many old events. */
const round = async (left: number, { days = 400, abortAfter = Number.POSITIVE_INFINITY } = {}) => {
  const [batches, pauses]: [number[], number[]] = [[], []]
  const asked: { before: string; at: number }[] = []
  const stopping = new AbortController()
  const deleteOld = (before: number, at: number) => {
    asked.push({ before: new Date(before).toISOString(), at })
    return async (limit: number): Promise<number> => {
      const deleted = Math.min(left - batches.reduce((sum, one) => sum + one, 0), limit)
      batches.push(deleted)
      if (batches.length >= abortAfter) stopping.abort()
      return deleted
    }
  }
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    pauses.push(ms)
    signal?.throwIfAborted()
  }
  const clock = { now: () => NOON, sleep }
  await deleteOldEvents({ oldEvents: { deleteOld }, auditMaxAgeDays: async () => days, clock }, stopping.signal)
  return { batches, pauses, asked }
}

test('events go from before the day that is so long ago, in one round, with a pause between two batches', async () => {
  const { batches, pauses, asked } = await round(250)
  assert.deepEqual(asked, [{ before: '2025-10-25T00:00:00.000Z', at: NOON }])
  assert.deepEqual(batches, [100, 100, 50])
  assert.equal(pauses.length, 2)
})

test('no event goes on the day it becomes as old as that', async () => {
  const { asked } = await round(0, { days: 30 })
  assert.deepEqual(
    asked.map(({ before }) => before),
    ['2026-10-30T00:00:00.000Z'],
  )
})

test('whoever stops waits for one batch, not for all of them', async () => {
  const { batches } = await round(5_000, { abortAfter: 2 })
  assert.equal(batches.length, 2)
})
