import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { gate } from './gate.ts'

const busy = (error: unknown) => error instanceof UsherError && error.code === 'too_many_requests'

/** Work that ends when told to, and what was running at most. */
const workshop = () => {
  const ends: (() => void)[] = []
  let running = 0
  let most = 0
  const work = async (name: number): Promise<number> => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((end) => ends.push(end))
    running -= 1
    return name
  }
  return { work, ends, most: () => most }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

test('so many run at once, so many wait in their order, and the rest is turned away', async () => {
  const { work, ends, most } = workshop()
  const enter = gate({ running: 2, waiting: 3 })
  const order: number[] = []
  const outcomes = [1, 2, 3, 4, 5, 6, 7].map((name) => enter(() => work(name)).then((done) => order.push(done)))
  const settled = Promise.allSettled(outcomes)
  await turns()
  assert.equal(ends.length, 2)
  for (let one = 0; one < 5; one += 1) {
    ends[one]?.()
    await turns()
  }
  const refused = (await settled).map((outcome) => outcome.status === 'rejected' && busy(outcome.reason))
  assert.deepEqual(refused, [false, false, false, false, false, true, true])
  assert.deepEqual(order, [1, 2, 3, 4, 5])
  assert.equal(most(), 2)
})

test('a place that was handed on is taken: who comes then waits too', async () => {
  const { work, ends, most } = workshop()
  const enter = gate({ running: 2, waiting: 100 })
  const early = [1, 2, 3, 4].map((name) => enter(() => work(name)))
  await turns()
  ends[0]?.()
  ends[1]?.()
  await turns()
  const late = [5, 6, 7].map((name) => enter(() => work(name)))
  await turns()
  assert.equal(ends.length, 4, 'the two who waited, and nobody else')
  for (let one = 2; one < 7; one += 1) {
    ends[one]?.()
    await turns()
  }
  assert.deepEqual(await Promise.all([...early, ...late]), [1, 2, 3, 4, 5, 6, 7])
  assert.equal(most(), 2)
})

test('work that fails gives its place on', async () => {
  const enter = gate({ running: 1, waiting: 1 })
  for (let time = 0; time < 3; time += 1) {
    const failing = enter(() => Promise.reject(new Error('no')))
    const next = enter(async () => 'yes')
    await assert.rejects(failing, /no/)
    assert.equal(await next, 'yes')
  }
})

test('a place is free again after everybody left', async () => {
  const enter = gate({ running: 1, waiting: 0 })
  assert.equal(await enter(async () => 1), 1)
  const { work, ends } = workshop()
  const inside = enter(() => work(2))
  await turns()
  ends[0]?.()
  assert.equal(await inside, 2)
})
