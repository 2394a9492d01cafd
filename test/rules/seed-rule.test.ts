import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, BEN, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { prepareSeedTenant, SEED_DOMAIN, SEED_SKU, seedRules, seedSettings } from '../support/seed-recipe.ts'
import { story, type Told } from '../support/story.ts'

const LOOK_MS = 20

const furnish = async ({ publicUrl, emulator, world, app }: House): Promise<void> => {
  await prepareSeedTenant({ ...emulator, world }, publicUrl, app().certificates())
  await app().changeRules('test', () => seedRules())
}

const linesOf = (house: House, event: string): readonly Readonly<Record<string, unknown>>[] =>
  house.lines.map((line) => JSON.parse(line)).filter((line) => JSON.stringify(line).includes(`"${event}"`))

/** The recipe waits fifteen seconds by a clock of its own; ours stands still meanwhile. */
const arriveFirst = async ({ house, clock }: Told, people: readonly string[]) => {
  const over = clock.busy()
  const arriving = people.map(async (name) => {
    const one = guest(house)
    const stop = await one.withGoogle(await one.openService(), name)
    return { one, stop: await one.untilArrived(stop) }
  })
  while (linesOf(house, 'rules_ran').length < people.length) await wait(LOOK_MS)
  over()
  return Promise.all(arriving)
}

story(
  'the old recipe, byte for byte: an account, a license and a token; the second time nobody is asked',
  async (told) => {
    const { house, clock } = told
    await furnish(house)
    const [ana, ben] = await arriveFirst(told, [ANA, BEN])
    assert.ok(ana && ben)
    const name = assertArrived(house, ana.stop)
    assert.match(name, new RegExp(`^auth0-[0-9a-f-]{36}@${SEED_DOMAIN}$`))
    assert.notEqual(assertArrived(house, ben.stop), name)
    const [made] = madeByUsher(house).filter(({ userPrincipalName }) => userPrincipalName === name)
    const uuid = /auth0-(.*)@/.exec(name)?.[1] ?? ''
    assert.equal(made?.onPremisesImmutableId, Buffer.from(uuid).toString('base64'))
    assert.deepEqual(
      made?.assignedLicenses.map(({ skuId }) => skuId),
      [SEED_SKU],
    )
    assert.equal(madeByUsher(house).length, 2)
    assert.equal(seatsTaken(house), 2)
    const lasted = linesOf(house, 'rules_ran').map(({ ms }) => Number(ms))
    assert.ok(lasted.every((ms) => ms >= 15_000))
    told.tell(`the recipe took ${Math.max(...lasted)} ms at the most`)
    const answered = linesOf(house, 'bridge_answered').map(({ status }) => status)
    assert.deepEqual(answered.toSorted(), [200, 200, 200, 200, 200, 200, 201, 201])
    const secrets = ['the key of the old recipe', made?.onPremisesImmutableId ?? 'none']
    for (const secret of secrets) assert.ok(!house.lines.join('').includes(secret))

    clock.advance(ONE_HOUR_MS)
    const writes = graphWrites(house).length
    const again = guest(house)
    assert.equal(assertArrived(house, await again.withGoogle(await again.openService(), ANA)), name)
    assert.equal(linesOf(house, 'bridge_answered').length, answered.length, 'no call')
    assert.equal(graphWrites(house).length, writes)
    assert.equal(linesOf(house, 'rules_ran').length, 3)
  },
  { settings: seedSettings, visibilityDelaysMs: { graph: [0, 0], signIn: [0, 0] } },
)
