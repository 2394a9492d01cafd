import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callerOf, jobOf } from '../../test/support/rule-jobs.ts'
import { newRun, type Run } from './run.ts'
import { createWaitingRoom } from './waiting-room.ts'

const runOf = (relyingParty: string, arrivedAt = 0): Run =>
  newRun(jobOf([], { caller: callerOf([], { relyingParty }) }), { settle: () => undefined, now: arrivedAt })

/** Whose runs were taken, in their order, of `places` there are. */
const offered = (room: ReturnType<typeof createWaitingRoom>, places: number, refused?: string): readonly string[] => {
  const taken: string[] = []
  room.offer(({ job }) => {
    if (taken.length === places || job.caller.relyingParty === refused) return false
    taken.push(job.caller.relyingParty)
    return true
  })
  return taken
}

test('a crowd of one leaves seats for others, and the rest of it is turned away', () => {
  const room = createWaitingRoom(8)
  assert.equal(Array.from({ length: 20 }, () => room.admit(runOf('crowd'))).filter(Boolean).length, 6)
  assert.equal(room.admit(runOf('other')), true)
  assert.equal(room.admit(runOf('crowd')), false)
})

test('places are offered to each in turn, the longest waiting of each first', () => {
  const room = createWaitingRoom(100)
  for (const whose of ['crowd', 'crowd', 'crowd', 'other', 'third', 'other']) room.admit(runOf(whose))
  assert.deepEqual(offered(room, 4), ['crowd', 'other', 'third', 'crowd'])
  assert.deepEqual(offered(room, 100, 'crowd'), ['other'], 'who may not have one keeps nobody else from it')
  assert.deepEqual(offered(room, 100), ['crowd'])
  assert.equal(room.isEmpty(), true)
  assert.deepEqual(offered(room, 100), [])
})

test('those whose time is over leave, and their seats are free', () => {
  const room = createWaitingRoom(4)
  const late = runOf('crowd', 5)
  for (const run of [runOf('crowd', 1), late, runOf('crowd', 2)]) assert.equal(room.admit(run), true)
  assert.equal(room.admit(runOf('crowd')), false)
  assert.deepEqual(
    room.release(({ arrivedAt }) => arrivedAt < 3).map(({ arrivedAt }) => arrivedAt),
    [1, 2],
  )
  assert.equal(room.admit(runOf('crowd', 6)), true)
  assert.equal(room.release(() => true).length, 2)
  assert.equal(room.isEmpty(), true)
})
