import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { jumpClock } from './jump-clock.ts'

const HOUR_MS = 3_600_000

test('hours pass as soon as nothing else can go on, and everybody wakes in their order', async () => {
  const clock = jumpClock({ start: 0 })
  const woken: string[] = []
  const sleeper = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms)
    woken.push(`${name} ${clock.now()}`)
  }
  await clock.run(() =>
    Promise.all([sleeper('late', 5 * HOUR_MS), sleeper('early', 1), sleeper('also early', 1), sleeper('never long', 0)]),
  )
  assert.deepEqual(woken, ['never long 0', 'early 1', 'also early 1', `late ${5 * HOUR_MS}`])
})

test('time stands still while anything can go on, over many turns of the event loop too', async () => {
  const clock = jumpClock({ start: 0 })
  const seen: number[] = []
  await clock.run(async () => {
    const nap = clock.sleep(1_000)
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(clock.now())
    }
    await nap
  })
  assert.deepEqual(new Set(seen), new Set([0]))
  assert.equal(clock.now(), 1_000)
})

test('time stands still while somebody outside this thread is waited for', async () => {
  const clock = jumpClock({ start: 0 })
  await clock.run(async () => {
    const nap = clock.sleep(1_000)
    const answeredAt = await clock.hold(readFile(import.meta.filename).then(() => clock.now()))
    assert.equal(answeredAt, 0)
    await nap
  })
})

test('a signal ends a sleep at once, and nobody is woken for it later', async () => {
  const clock = jumpClock({ start: 0 })
  const over = new AbortController()
  await clock.run(async () => {
    const nap = assert.rejects(clock.sleep(HOUR_MS, over.signal), /enough/)
    over.abort(new Error('enough'))
    await nap
    await assert.rejects(clock.sleep(HOUR_MS, over.signal), /enough/)
  })
  assert.equal(clock.now(), 0)
})

test('no time passes between runs', async () => {
  const clock = jumpClock({ start: 0 })
  void clock.sleep(1_000)
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(clock.now(), 0)
  await clock.pass(400)
  assert.equal(clock.now(), 400)
})

test('work that can never go on is an error, not a test that hangs', async () => {
  await assert.rejects(
    jumpClock().run(() => new Promise(() => undefined)),
    /nothing can go on/,
  )
})

test('a thousand sleepers wake in order', async () => {
  const clock = jumpClock({ start: 0 })
  const order: number[] = []
  const times = Array.from({ length: 1_000 }, (_, n) => (n * 7_919) % 1_000)
  await clock.run(() => Promise.all(times.map((ms) => clock.sleep(ms).then(() => order.push(ms)))))
  assert.deepEqual(
    order,
    times.toSorted((left, right) => left - right),
  )
})
