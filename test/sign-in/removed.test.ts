import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import { story } from '../support/story.ts'

for (const [scenario, heading] of [
  ['removedInEntra', /was removed/],
  ['disabledInEntra', /switched off/],
] as const)
  story(`${scenario}: a page that says so, and nothing is written until an administrator says so`, async ({ house, clock }) => {
    const ana = guest(house)
    const userPrincipalName = assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    clock.advance(ONE_HOUR_MS)
    await house.emulator.scenario(scenario, true)
    house.emulator.journal.clear()

    // A fresh sign-in looks at the account again; where that takes long, it is the next one that is told.
    ana.browser.forget()
    await ana.withGoogle(await ana.openService(), ANA)
    for (let visit = 0; visit < 3; visit += 1) {
      clock.advance(ONE_HOUR_MS)
      ana.browser.forget()
      assertPage(house, await ana.withGoogle(await ana.openService(), ANA), heading, 403)
    }
    assert.deepEqual(graphWrites(house), [])

    const shown = await house.app().showAccount(userPrincipalName)
    assert.ok(shown)
    assert.equal(shown.account.stage, 'stopped')
    assert.equal(await house.app().releaseAccount(shown.account, 'restore'), true)
    ana.browser.forget()
    const restored = await ana.withGoogle(await ana.openService(), ANA)
    assert.equal(assertArrived(house, await ana.untilArrived(restored)), userPrincipalName)
    assert.equal(madeByUsher(house).length, 1)
    assert.equal(seatsTaken(house), 1)
  })

story('a name that somebody else holds is left to them', async ({ house }) => {
  const held = `ana.ruiz@${DEMO_TENANT.guestDomain}`
  await house.control('POST', '/users', { userPrincipalName: held, displayName: 'Another Ana', onPremisesImmutableId: 'somebody-else' })
  const ana = guest(house)
  const userPrincipalName = assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  assert.match(userPrincipalName, /^ana\.ruiz\.[a-z2-7]{4}@/)
  const other = house.world.truth.live().find((user) => user.userPrincipalName === held)
  assert.equal(other?.onPremisesImmutableId, 'somebody-else')
  assert.equal(other?.displayName, 'Another Ana')
})

story('a name that our own lagging create holds is waited for, not left', async ({ house }) => {
  await house.emulator.scenario('slowDirectory', true, { delayMs: 20_000 })
  await house.emulator.scenario('createdBut504', true)
  const ana = guest(house)
  assert.equal(assertArrived(house, await ana.withGoogle(await ana.openService(), ANA)), `ana.ruiz@${DEMO_TENANT.guestDomain}`)
  assert.equal(madeByUsher(house).length, 1)
})
