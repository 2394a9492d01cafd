import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as pass } from 'node:timers/promises'
import { ANA, assertPage, graphWrites, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

const MINUTES_MS = 5 * 60_000

/** As an administrator's program does; how that is said is told elsewhere. */
const blockEverybody = (house: House): void => {
  const database = new DatabaseSync(house.database.replace('sqlite:', ''), { timeout: 5_000 })
  database.exec('update users set blocked = 1')
  database.close()
}

story(
  'somebody who is blocked while they wait for their account gets none, and takes no seat',
  async ({ house, clock }) => {
    await house.emulator.scenario('throttled', true, { retryAfterSeconds: 30, times: 1 })
    const ana = guest(house)
    const over = clock.busy()
    const arriving = ana.openService().then((stop) => ana.withGoogle(stop, ANA))
    while (house.emulator.journal.entries('graph').length === 0) await pass()
    blockEverybody(house)
    over()
    const refused = await arriving
    assertPage(house, refused, /Your access is switched off/, 403)
    await clock.sleep(MINUTES_MS)
    assert.deepEqual(graphWrites(house), [])
    assert.equal(madeByUsher(house).length, 0)
    assert.equal((await house.app().openAccounts()).length, 1, 'what was begun is known')
  },
  { databases: ['sqlite'] },
)
