import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { AccountProgress, ProvisioningTarget } from '../../src/provisioning/target.ts'
import { memoryAccounts, memorySeats } from '../support/memory-books.ts'
import { candidate, drive, STANDARD } from '../support/provisioning.ts'
import { openStage, person, type TargetStage } from '../support/target-stage.ts'
import { isLong, seedsOf, withSeed } from '../support/seeds.ts'
import { assertObservedReady, assertOneAccountEach, assertSeatsHold, assertSettled, callsTooEarly } from './invariants.ts'

const PROCESSES = 3
const CREATE = 'POST /users'

const license = (more: { readonly cap?: number; readonly floor?: number } = {}) => [
  { skuId: STANDARD, cap: 100_000, floor: 0, disabledPlans: [], ...more },
]

const kindsOf = (outcomes: readonly AccountProgress[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Map.groupBy(outcomes, (outcome) => (outcome.kind === 'pending' ? `pending ${outcome.reason}` : outcome.kind))
      .entries()
      .map(([kind, all]) => [kind, all.length]),
  )

/** Answers how many exchanges with Graph there were. */
const assertSound = (stage: TargetStage): number => {
  assertOneAccountEach(stage)
  assertSeatsHold(stage)
  assertObservedReady(stage)
  assertSettled(stage)
  assert.equal(callsTooEarly(stage.graphCalls()), 0)
  const schema = stage.schema()
  assert.deepEqual(schema.problems(), [])
  return schema.count().validated
}

const tell = (t: TestContext, exchanges: number): void => t.diagnostic(`count ${exchanges} Graph exchanges held to the schema, 0 skipped`)

/** `people` first sign-ins, each `times` at once, spread over processes that share the books. */
const rush = async (stage: TargetStage, people: number, times: number): Promise<readonly AccountProgress[]> => {
  const targets = Array.from({ length: PROCESSES }, () => stage.open())
  const visits = Array.from({ length: people * times }, (_, n) => {
    const target = targets[n % PROCESSES] ?? stage.open()
    const user = person(1 + (n % people))
    return drive(target, candidate(user, { reference: `p${n % PROCESSES}.${user.id}`, arrivedAt: stage.clock.now() }), stage)
  })
  return stage.clock.run(() => Promise.all(visits))
}

for (const [people, times] of [
  [1, 200],
  [20, 50],
] as const) {
  test(`${people * times} sign-ins at once of ${people} who were never here: ${people} accounts, ${people} seats`, async (t) => {
    let exchanges = 0
    for (const seed of seedsOf(1, 100)) {
      await withSeed(seed, async () => {
        const stage = await openStage({ seed, visibilityDelaysMs: { graph: [3_000, 12_000] } })
        await stage.provideSeats(STANDARD, people + 5)
        assert.deepEqual(kindsOf(await rush(stage, people, times)), { ready: people * times })
        assert.equal(stage.made().length, people)
        assert.equal(stage.world.seats(STANDARD)?.consumed, people)
        assert.equal(stage.writes().filter((call) => call === CREATE).length, people, 'posted once each')
        exchanges += assertSound(stage)
      })
    }
    tell(t, exchanges)
  })
}

test('a crowd meets a quota of 20: exactly 20 accounts and seats, the others are told that they wait, and nobody is made for them', async (t) => {
  const crowd = isLong ? 5_000 : 500
  const stage = await openStage({ settings: { licenses: license({ cap: 20 }) }, visibilityDelaysMs: { graph: [3_000, 12_000] } })
  await stage.provideSeats(STANDARD, 10_000)
  const outcomes = await rush(stage, crowd, 1)
  assert.deepEqual(kindsOf(outcomes), { ready: 20, 'pending license_exhausted': crowd - 20 })
  assert.equal(stage.made().length, 20)
  assert.equal(stage.world.seats(STANDARD)?.consumed, 20)
  assert.equal(stage.writes().filter((call) => call === CREATE).length, 20)
  tell(t, assertSound(stage))
})

test('a floor of 10 with 12 free: 2 are let in, whoever hurries', async (t) => {
  const stage = await openStage({ settings: { licenses: license({ floor: 10 }) }, visibilityDelaysMs: { graph: [3_000, 12_000] } })
  await stage.provideSeats(STANDARD, 26, 14)
  const outcomes = await rush(stage, 100, 1)
  assert.deepEqual(kindsOf(outcomes), { ready: 2, 'pending license_exhausted': 98 })
  assert.equal(stage.world.seats(STANDARD)?.free, 10)
  tell(t, assertSound(stage))
  await stage.clock.pass(3_600_000)
  await rush(stage, 100, 1)
  assert.equal(stage.world.seats(STANDARD)?.free, 10, 'not an hour later either')
})

test('a database restored from before anybody came: all are found again, nobody is made twice, no seat is taken twice', async (t) => {
  const people = isLong ? 500 : 60
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  await stage.provideSeats(STANDARD, people)
  const namesakes = (n: number) => person(n, { given: 'Ana', family: `Ruiz${n % 20}` })
  const visitAll = (target: ProvisioningTarget, order = (n: number) => n) =>
    stage.clock.run(() =>
      Promise.all(
        Array.from({ length: people }, (_, n) => drive(target, candidate(namesakes(order(n))), { ...stage, patienceMs: 86_400_000 })),
      ),
    )
  assert.deepEqual(kindsOf(await visitAll(stage.open())), { ready: people })
  const names = stage.made().map(({ id, userPrincipalName }) => `${id} ${userPrincipalName}`)
  const writes = stage.writes().length
  await stage.clock.pass(86_400_000)
  const accounts = memoryAccounts()
  const seats = memorySeats()
  assert.deepEqual(kindsOf(await visitAll(stage.open({ accounts, seats }), (n) => people - 1 - n)), { ready: people })
  assert.equal(stage.writes().length, writes, 'nothing was written')
  assert.deepEqual(
    stage.made().map(({ id, userPrincipalName }) => `${id} ${userPrincipalName}`),
    names,
  )
  assert.deepEqual(
    accounts
      .all()
      .map(({ objectId, userPrincipalName }) => `${objectId} ${userPrincipalName}`)
      .toSorted(),
    names.toSorted(),
  )
  assert.equal(await seats.given(stage.settings.name, STANDARD), people)
  tell(t, assertSound(stage))
})

test('a seat that is freed hours later goes to somebody who waits', async (t) => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  await stage.provideSeats(STANDARD, 1)
  assert.deepEqual(kindsOf(await rush(stage, 3, 1)), { ready: 1, 'pending license_exhausted': 2 })
  await stage.clock.pass(3 * 3_600_000)
  await stage.provideSeats(STANDARD, 2)
  assert.deepEqual(kindsOf(await rush(stage, 3, 1)), { ready: 2, 'pending license_exhausted': 1 })
  tell(t, assertSound(stage))
})

test('first provisionings while every call may fail in any way: all get in, nobody twice', async (t) => {
  const people = isLong ? 1_000 : 200
  let exchanges = 0
  for (const seed of isLong ? seedsOf(1, 10) : [1]) {
    await withSeed(seed, async () => {
      const stage = await openStage({ seed, settings: { licenses: license() }, visibilityDelaysMs: { graph: [3_000, 12_000] } })
      await stage.provideSeats(STANDARD, people)
      stage.world.scenarios.set('randomFaults', true, { seed, rate: 0.3, kinds: '429 500 502 503 504 reset half hang' })
      const outcomes = await stage.clock.run(() => {
        const target = stage.open()
        const arrive = async (n: number): Promise<AccountProgress> => {
          await stage.clock.sleep(n * 300)
          return drive(target, candidate(person(n), { reference: `p1.user-${n}` }), { ...stage, patienceMs: 6 * 3_600_000 })
        }
        return Promise.all(Array.from({ length: people }, (_, n) => arrive(n + 1)))
      })
      assert.deepEqual(kindsOf(outcomes), { ready: people })
      assert.equal(stage.made().length, people)
      assert.equal(stage.world.seats(STANDARD)?.consumed, people)
      exchanges += assertSound(stage)
    })
  }
  tell(t, exchanges)
})
