import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { assertArrived, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

/** A thousand with USHER_TEST_LONG=1; as many as a quick run has time for without. */
const PEOPLE = process.env['USHER_TEST_LONG'] === '1' ? 1_000 : 60
const AT_ONCE = 40
const TRIES = 2

const roomForAll = (settings: { readonly targets: readonly object[] }) => ({
  ...settings,
  targets: settings.targets.map((target) => ({
    ...target,
    settleMs: 10_000,
    licenses: [{ skuId: DEMO_TENANT.businessStandard, cap: PEOPLE }],
  })),
})

/** How many tries somebody needed; they come back by themselves, as people do. */
const triesOf = async (house: House, number: number): Promise<number> => {
  const one = guest(house)
  let stop = await one.asNumber(await one.openService(), number)
  let tries = 1
  while (stop.url.origin !== house.emulator.addresses.service && tries < TRIES) {
    assert.match(stop.text, /AADSTS51004/)
    tries += 1
    stop = await one.openService()
  }
  assertArrived(house, stop)
  await one.browser.close()
  return tries
}

story(
  `${PEOPLE} newcomers under random delays: hardly anybody has to come twice, and nobody three times`,
  async ({ house, tell }) => {
    await house.control('PUT', `/skus/${DEMO_TENANT.businessStandard}`, { enabled: PEOPLE, heldByOthers: 0 })
    const tries: number[] = []
    const waiting = Array.from({ length: PEOPLE }, (_, number) => number + 1)
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) tries.push(await triesOf(house, number))
      }),
    )
    const twice = tries.filter((one) => one > 1).length
    tell(`met AADSTS51004 and arrived at the second try: ${twice} of ${PEOPLE}`)
    assert.equal(tries.length, PEOPLE)
    assert.ok(twice <= PEOPLE / 100, `${twice} of ${PEOPLE} had to come twice`)
    assert.equal(madeByUsher(house).length, PEOPLE)
    assert.equal(new Set(madeByUsher(house).map((user) => user.onPremisesImmutableId)).size, PEOPLE)
    assert.equal(seatsTaken(house), PEOPLE)
  },
  { settings: roomForAll },
)
