import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jumpClock } from '../../../test/support/jump-clock.ts'
import { memorySeats } from '../../../test/support/memory-books.ts'
import { BASIC, candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'
import type { Directory, SubscribedSku } from './directory.ts'
import type { Reply } from './graph-client.ts'
import { createSeats } from './seats.ts'

const TARGET = 'contoso'
const errand = { reference: 'visit', notAfter: Number.MAX_SAFE_INTEGER }
const license = (skuId: string, cap = 100, floor = 0) => ({ skuId, cap, floor, disabledPlans: [] })

const never = () => Promise.reject(new Error('not asked in this test'))

/** Seats over a book in memory and a directory that only knows how many are free. */
const stand = (free: Record<string, number>, licenses = [license(STANDARD), license(BASIC)]) => {
  const clock = jumpClock()
  const book = memorySeats()
  let readings = 0
  let failing: Reply<never> | undefined
  const directory: Directory = {
    live: never,
    addressed: never,
    marked: never,
    deleted: never,
    get: never,
    create: never,
    change: never,
    restore: never,
    license: never,
    skus: async (): Promise<Reply<readonly SubscribedSku[]>> => {
      readings += 1
      await clock.sleep(100)
      return failing ?? { ok: true, value: Object.entries(free).map(([skuId, count]) => ({ skuId, free: count })) }
    },
  }
  const open = () => createSeats({ settings: { name: TARGET, licenses }, book, directory, clock })
  const seats = open()
  const reserve = (n: number, from = seats) => from.reserve(`user-${n}`, errand)
  return {
    clock,
    book,
    seats,
    open,
    free,
    readings: () => readings,
    fail: (reply: Reply<never> | undefined) => {
      failing = reply
    },
    run: (people: readonly number[], from = seats) =>
      clock.run(async () => (await Promise.all(people.map((n) => reserve(n, from)))).map((reply) => (reply.ok ? reply.value : 'failed'))),
  }
}

const of = (skuId: string | undefined, found: readonly (string | undefined)[]): number => found.filter((one) => one === skuId).length
const people = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, n) => from + n)

test('seats come from the first license that has one, then from the next, then from none', async () => {
  const { run } = stand({ [STANDARD]: 2, [BASIC]: 1 })
  assert.deepEqual(await run(people(5)), [STANDARD, STANDARD, BASIC, undefined, undefined])
})

test('a floor is left to others, a cap is not passed, and both count from what is given', async () => {
  const { run, clock, seats, free } = stand({ [STANDARD]: 12 }, [license(STANDARD, 5, 10)])
  assert.equal(of(STANDARD, await run(people(20))), 2)
  await seats.give('user-0')
  await seats.give('user-1')
  free[STANDARD] = 10
  await clock.pass(120_000)
  assert.equal(of(STANDARD, await run(people(20, 20))), 0)
  free[STANDARD] = 100
  await clock.pass(120_000)
  assert.equal(of(STANDARD, await run(people(20, 40))), 3, 'the cap of 5, two of them given')
})

test('two processes that reserve at once leave the floor, too, whichever of their seats are given already', async () => {
  const { run, open, seats, free } = stand({ [STANDARD]: 12 }, [license(STANDARD, 100, 10)])
  assert.equal(of(STANDARD, await run([1])), 1)
  const other = open()
  assert.equal(of(STANDARD, await run(people(10, 10), other)), 1, 'one is reserved elsewhere and not given yet')
  await seats.give('user-1')
  free[STANDARD] = 11
  assert.equal(of(STANDARD, await run(people(10, 30), open())), 0)
})

test('many who want a seat at once read the stock once, and again after a minute', async () => {
  const { run, readings, clock } = stand({ [STANDARD]: 100 })
  await run(people(50))
  assert.equal(readings(), 1)
  await clock.pass(59_000)
  await run(people(5, 60))
  assert.equal(readings(), 1)
  await clock.pass(1_000)
  await run(people(5, 70))
  assert.equal(readings(), 2)
})

test('a stock that cannot be read is nobody’s seat, and is read again by the next', async () => {
  const { run, fail, book } = stand({ [STANDARD]: 100 })
  fail({ ok: false, setback: { kind: 'again', failure: 'target_unavailable' } })
  assert.deepEqual(await run([1]), ['failed'])
  assert.equal(book.held(TARGET, STANDARD), 0)
  fail(undefined)
  assert.deepEqual(await run([1]), [STANDARD])
})

test('a license the tenant does not have is passed over', async () => {
  assert.deepEqual(await stand({ [BASIC]: 1 }).run([1]), [BASIC])
})

test('what the directory says has run out is not tried again for a minute', async () => {
  const { run, seats, clock } = stand({ [STANDARD]: 5 }, [license(STANDARD)])
  assert.deepEqual(await run([1]), [STANDARD])
  seats.ranOut(STANDARD)
  assert.deepEqual(await run([2]), [undefined])
  await clock.pass(60_000)
  assert.deepEqual(await run([2]), [STANDARD])
})

test('a seat somebody has already is booked whatever the cap', async () => {
  const { seats, book, run } = stand({ [STANDARD]: 0 }, [license(STANDARD, 1)])
  await seats.keep('user-1', STANDARD)
  await seats.keep('user-2', STANDARD)
  assert.equal(await book.given(TARGET, STANDARD), 2)
  assert.deepEqual(await run([3]), [undefined])
})

test('the directory gave the last seat to somebody else meanwhile: the next license of the list is taken', async () => {
  const stage = await openStage({
    settings: { licenses: [license(STANDARD), license(BASIC)] },
    visibilityDelaysMs: { graph: [3_000, 12_000] },
  })
  await stage.provideSeats(STANDARD, 1)
  const target = stage.open()
  const arrive = () => stage.clock.run(() => drive(target, candidate(person(1)), stage))
  const { network } = stage
  let stolen = false
  const rival = stage.open({
    fetch: async (url, init) => {
      if (url.endsWith('/assignLicense') && !stolen) {
        stolen = true
        await stage.provideSeats(STANDARD, 1, 1)
      }
      return network(url, init)
    },
  })
  assert.equal((await stage.clock.run(() => drive(rival, candidate(person(1)), stage))).kind, 'ready')
  assert.deepEqual(
    stage.made()[0]?.assignedLicenses.map(({ skuId }) => skuId),
    [BASIC],
  )
  assert.equal(stage.seats.held(TARGET, STANDARD), 0)
  assert.equal(await stage.seats.given(TARGET, BASIC), 1)
  assert.equal((await arrive()).kind, 'ready')
})

test('who stands at the door for a seat is looked at again after half a minute, not sooner, however long they wait already', async () => {
  const stage = await openStage()
  await stage.provideSeats(STANDARD, 0)
  const target = stage.open()
  const knock = () => stage.clock.run(() => target.ensure(candidate(person(1), { arrivedAt: stage.clock.now() })))
  for (let hour = 0; hour < 12; hour += 1) {
    await knock()
    await stage.clock.pass(3_600_000)
  }
  await knock()
  const asked = stage.accounts.events.length + stage.graphCalls().length
  await stage.clock.pass(29_000)
  await knock()
  assert.equal(stage.accounts.events.length + stage.graphCalls().length, asked)
  await stage.provideSeats(STANDARD, 1)
  await stage.clock.pass(60_000)
  assert.equal((await stage.clock.run(() => drive(target, candidate(person(1), { arrivedAt: stage.clock.now() }), stage))).kind, 'ready')
})

test('license ids may be written in capitals', async () => {
  const stage = await openStage({ settings: { licenses: [license(STANDARD.toUpperCase())] } })
  assert.equal((await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))).kind, 'ready')
  assert.equal(await stage.seats.given(TARGET, STANDARD), 1)
})

test('no license at all: an account without one is ready, and nobody asks for seats', async () => {
  const stage = await openStage({ settings: { licenses: [] } })
  assert.equal((await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))).kind, 'ready')
  assert.deepEqual(stage.writes(), ['POST /users'])
  assert.equal(
    stage.graphCalls().some(({ path }) => path.includes('subscribedSkus')),
    false,
  )
})
