import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { seedsOf, withSeed } from '../support/seeds.ts'
import { chaos, type ChaosOptions, type History } from './chaos.ts'

type Shape = Omit<ChaosOptions, 'seed'>

const play = async (
  t: TestContext,
  shape: Shape,
  counts: { readonly short: number; readonly long: number },
  check: (history: History) => void,
): Promise<void> => {
  const seeds = seedsOf(counts.short, counts.long)
  let exchanges = 0
  let deaths = 0
  for (const seed of seeds) {
    const history = await withSeed(seed, async () => {
      const played = await chaos({ ...shape, seed })
      check(played)
      return played
    })
    exchanges += history.stage.schema().count().validated
    deaths += history.deaths
  }
  t.diagnostic(`${seeds.length} histories, the last of seed ${seeds.at(-1)}; ${deaths} processes died`)
  t.diagnostic(`count ${exchanges} Graph exchanges held to the schema, 0 skipped`)
}

const everybodyReady = ({ stage }: History): void => {
  for (const account of stage.accounts.all()) assert.equal(account.stage, 'ready', `${account.userId}: ${account.reason}`)
}

test('one process, faulty calls: everybody gets one account and one seat', (t) =>
  play(t, { processes: 1, people: 4, driversEach: 1, faultRate: 0.3 }, { short: 5, long: 1_000 }, everybodyReady))

test('three processes, faulty calls, deaths and standstills', (t) =>
  play(t, { processes: 3, people: 4, driversEach: 3, faultRate: 0.3, kills: 4, freezes: 2 }, { short: 5, long: 1_000 }, everybodyReady))

test('troubles of every kind come and go', (t) =>
  play(
    t,
    { processes: 2, people: 4, driversEach: 2, faultRate: 0.1, kills: 2, freezes: 1, troubles: 6 },
    { short: 5, long: 1_000 },
    everybodyReady,
  ))

test('a database that fails now and then, done or not', (t) =>
  play(
    t,
    { processes: 3, people: 4, driversEach: 2, faultRate: 0.1, bookFaultRate: 0.1, kills: 2 },
    { short: 5, long: 1_000 },
    everybodyReady,
  ))

test('processes whose clocks are 90 seconds apart', (t) =>
  play(
    t,
    { processes: 3, people: 3, driversEach: 3, faultRate: 0.2, kills: 2, freezes: 2, skewMs: 90_000 },
    { short: 3, long: 500 },
    everybodyReady,
  ))

test('too few seats: as many get in as there are, the others wait with a reason', (t) =>
  play(t, { processes: 3, people: 6, driversEach: 2, faultRate: 0.2, kills: 2, seats: [2, 1] }, { short: 3, long: 500 }, ({ stage }) => {
    const stages = stage.accounts.all().map((account) => account.stage)
    assert.equal(stages.filter((one) => one === 'ready').length, 3)
    assert.equal(stages.filter((one) => one === 'waiting').length, 3)
    assert.equal(stage.made().filter(({ assignedLicenses }) => assignedLicenses.length === 1).length, 3)
  }))
