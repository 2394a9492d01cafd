import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import { story, type Told } from '../support/story.ts'

/** One more than the pause between two rounds of upkeep. */
const A_ROUND_MS = 16_000

/** Time passes faster than a busy machine works; a guard against an account that never gets there. */
const ROUNDS = 500

/** Usher is stopped and started right after Graph was asked to make the newcomer; their browser loses its page. */
const interrupt = async ({ house }: Told) => {
  await house.emulator.scenario('slowDirectory', true, { delayMs: 20_000 })
  const ana = guest(house)
  const chooser = await ana.openService()
  const cut = ana.withGoogle(chooser, ANA).catch(() => undefined)
  while (!graphWrites(house).some(({ path }) => path.endsWith('/users'))) await new Promise((resolve) => setImmediate(resolve))
  await house.restart()
  await cut
  assert.equal(madeByUsher(house).length, 1)
  return ana
}

const accountOfAna = async ({ house }: Told) => (await house.app().showAccount(`ana.ruiz@${DEMO_TENANT.guestDomain}`))?.account

const assertOne = ({ house }: Told): void => {
  assert.equal(madeByUsher(house).length, 1)
  assert.equal(seatsTaken(house), 1)
  assert.equal(graphWrites(house).filter(({ path }) => path.endsWith('/users')).length, 1, 'posted once')
}

story('a sign-in that was interrupted is finished by the next visit', async (told) => {
  const ana = await interrupt(told)
  assertArrived(told.house, await ana.withGoogle(await ana.openService(), ANA).catch(() => ana.openService()))
  assertOne(told)
})

story('a sign-in that was interrupted is finished although nobody comes back', async (told) => {
  const { house, clock } = told
  await interrupt(told)
  assert.notEqual((await accountOfAna(told))?.stage, 'ready', 'something is left to do')
  for (let round = 0; round < ROUNDS && (await accountOfAna(told))?.stage !== 'ready'; round += 1) await clock.sleep(A_ROUND_MS)
  assert.equal((await accountOfAna(told))?.stage, 'ready')
  assertOne(told)
  clock.advance(ONE_HOUR_MS)
  const later = guest(house)
  assertArrived(house, await later.withGoogle(await later.openService(), ANA))
  assertOne(told)
})
