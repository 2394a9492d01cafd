import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { databases, type TestDatabase } from '../support/databases.ts'
import { assertArrived, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { patient } from '../support/patient.ts'
import { isLong, seedsOf, withSeed } from '../support/seeds.ts'
import { createStoryClock } from '../support/story-clock.ts'
import { assertGraphHeldToItsSchema } from '../support/story-graph.ts'

/** People, and how many browsers each of them comes with at the same moment. */
const CROWDS: readonly (readonly [people: number, times: number])[] = isLong
  ? [
      [1, 200],
      [20, 50],
    ]
  : [
      [1, 200],
      [8, 10],
    ]
const TRIES = 3

const nodesOn = (name: TestDatabase['name']): readonly number[] => {
  if (name === 'sqlite') return [1]
  return isLong ? [1, 3] : [3]
}

const roomForAll = (settings: { readonly targets: readonly object[] }) => ({
  ...settings,
  targets: settings.targets.map((target) => ({ ...target, licenses: [{ skuId: DEMO_TENANT.businessStandard, cap: 100 }] })),
})

/** One browser's whole way; Microsoft may not know the newcomer at the first try. Answers with the name it arrived as. */
const signIn = async (house: House, number: number, calls: ReturnType<typeof patient>): Promise<string> => {
  const one = guest(house, { calls })
  let stop = await one.asNumber(await one.openService(), number)
  for (let tries = 1; tries < TRIES && stop.url.origin !== house.emulator.addresses.service; tries += 1) {
    assert.match(stop.text, /AADSTS51004/, `${stop.url.href} ${stop.status}: ${stop.text.slice(0, 300)}`)
    stop = await one.openService()
  }
  const name = assertArrived(house, stop)
  await one.browser.close()
  return name
}

const writesTo = (house: House, pattern: RegExp): number => graphWrites(house).filter(({ path }) => pattern.test(path)).length

const rush = async (house: House, people: number, times: number): Promise<void> => {
  const numbers = Array.from({ length: people * times }, (_, n) => 1 + (n % people))
  const calls = patient()
  const names = await Promise.all(numbers.map((number) => signIn(house, number, calls)))
  await calls.close()
  assert.equal(names.length, people * times)
  assert.equal(new Set(names).size, people, 'each person arrives under one name')
  const byPerson = Map.groupBy(names.keys(), (n) => numbers[n])
  for (const all of byPerson.values()) assert.equal(new Set(all.map((n) => names[n])).size, 1, 'and always under the same')
  assert.equal(madeByUsher(house).length, people, 'users in Entra')
  assert.equal(seatsTaken(house), people, 'seats')
  assert.equal(writesTo(house, /\/users$/), people, 'users posted')
  assert.equal(new Set(madeByUsher(house).map(({ onPremisesImmutableId }) => onPremisesImmutableId)).size, people)
  const issued = house.lines.filter((line) => line.includes('"token_issued"')).length
  assert.ok(issued >= people * times, `${issued} tokens`)
  assert.deepEqual(
    house.lines.filter((line) => line.includes('internal_error')),
    [],
  )
}

for (const database of databases)
  for (const nodes of nodesOn(database.name))
    for (const [people, times] of CROWDS)
      test(`${people} newcomers, each in ${times} browsers at once (${database.name}, ${nodes} nodes)`, {
        skip: database.skip,
      }, async (t) => {
        const seeds = isLong ? seedsOf(1, 20) : seedsOf(0, 0)
        for (const seed of seeds)
          await withSeed(seed, async () => {
            const clock = createStoryClock()
            const opened = await database.open()
            const visibilityDelaysMs = { graph: [3_000, 12_000] } as const
            const house = await openHouse({ database: opened.address, clock, seed, nodes, visibilityDelaysMs, settings: roomForAll })
            try {
              await house.control('PUT', `/skus/${DEMO_TENANT.businessStandard}`, { enabled: people + 5, heldByOthers: 0 })
              await rush(house, people, times)
              t.diagnostic(`count ${assertGraphHeldToItsSchema(house.emulator.journal)} Graph exchanges held to the schema, 0 skipped`)
            } finally {
              await house.close()
              await opened.close()
              clock.stop()
            }
          })
        t.diagnostic(`count ${people * times * seeds.length} first sign-ins at once; seeds ${seeds.join(' ')}`)
      })
