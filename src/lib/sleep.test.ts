import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { sleep } from './sleep.ts'

test('it is over after its time, and listens to nobody any more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { signal } = new AbortController()
  let isOver = false
  const sleeping = sleep(1_000, signal).then(() => {
    isOver = true
  })
  t.mock.timers.tick(999)
  await Promise.resolve()
  assert.equal(isOver, false)
  t.mock.timers.tick(1)
  await sleeping
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('whoever stops waiting is told the reason itself, also when there is one already', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const reason = { why: 'enough' }
  const patience = new AbortController()
  const sleeping = sleep(1_000, patience.signal)
  patience.abort(reason)
  await assert.rejects(sleeping, (error) => error === reason)
  await assert.rejects(sleep(1_000, patience.signal), (error) => error === reason)
})
