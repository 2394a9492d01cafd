import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { browserStory } from '../support/browser-story.ts'
import { ANA, madeByUsher, seatsTaken } from '../support/guests.ts'
import { patient } from '../support/patient.ts'

const PATH = '/sites/partners'

/** Calls to Graph wait at a gate until it is opened. */
const gate = () => {
  const opened = Promise.withResolvers<void>()
  const calls = patient()
  let waiting = 0
  return {
    open: () => opened.resolve(),
    waiting: () => waiting,
    close: calls.close,
    fetch: async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
      if (String(input).includes('/v1.0/')) {
        waiting += 1
        await opened.promise
      }
      return calls.fetch(input, init)
    },
  }
}

for (const [how, javaScriptEnabled] of [
  ['with scripts', true],
  ['without scripts', false],
] as const) {
  const graph = gate()
  browserStory(
    `whoever watches when Usher is restarted is taken on by the next one, ${how}`,
    { javaScriptEnabled, fetch: graph.fetch },
    async ({ house, clock, page, press, assertOurs }) => {
      const { login, service } = house.emulator.addresses
      await page.goto(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(service + PATH)}`)
      await press('Continue with Google')
      await page.locator('a').filter({ hasText: ANA }).click({ noWaitAfter: true })
      // Every visit on the way looks for a moment before it shows anything.
      const ticking = setInterval(() => clock.advance(100), 5).unref()
      await assertOurs('Setting up your account')
      clearInterval(ticking)
      assert.ok(graph.waiting() > 0)

      const restarted = house.restart()
      graph.open()
      await restarted

      if (!javaScriptEnabled) {
        await page.locator('form[action*="login.srf"]').waitFor()
        await press('Continue')
      }
      await page.waitForURL(service + PATH)
      assert.equal(await page.locator('#upn').innerText(), `ana.ruiz@${DEMO_TENANT.guestDomain}`)
      assert.equal(madeByUsher(house).length, 1)
      assert.equal(seatsTaken(house), 1)
      await graph.close()
    },
  )
}
