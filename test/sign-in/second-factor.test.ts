import assert from 'node:assert/strict'
import { DEMO_CONNECTIONS, DEMO_TENANT, demoFederation } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

interface Declared {
  readonly connections: readonly { readonly name: string }[]
}

const withTrustInGoogle = (settings: Declared) => ({
  ...settings,
  connections: settings.connections.map((one) =>
    one.name === DEMO_CONNECTIONS.google ? { ...one, secondFactor: { trusted: true, amr: ['mfa'] } } : one,
  ),
})

/** Microsoft leaves the second factor to us, and demands one. */
const demandSecondFactor = async (house: House): Promise<void> => {
  const domain = DEMO_TENANT.guestDomain
  const federation = demoFederation(house.publicUrl, domain, house.app().certificates())
  await house.control('PUT', `/federation/${domain}`, { ...federation, federatedIdpMfaBehavior: 'enforceMfaByFederatedIdp' })
  await house.emulator.scenario('requireMfa', true)
}

story(
  'Microsoft asks for a second factor, and Google, whose word is taken, had one',
  async ({ house }) => {
    await demandSecondFactor(house)
    await house.emulator.scenario('googleSecondFactor', true)
    const ana = guest(house)
    // The only way that can show one is gone without asking.
    const google = await ana.openService()
    assert.equal(google.url.origin, house.emulator.addresses.google, google.text.slice(0, 200))
    assertArrived(house, await ana.onward(await ana.browser.click(google, ANA)))
  },
  { settings: withTrustInGoogle },
)

story(
  'Microsoft asks for a second factor, and Google had none: our page says so, and nobody is made',
  async ({ house }) => {
    await demandSecondFactor(house)
    const ana = guest(house)
    assertPage(house, await ana.onward(await ana.browser.click(await ana.openService(), ANA)), /An extra check is needed/, 403)
    assert.deepEqual(madeByUsher(house), [])
    assert.ok(!house.lines.some((line) => line.includes('"token_issued"')))
  },
  { settings: withTrustInGoogle },
)

story('Microsoft asks for a second factor, and nobody’s word is taken: our page says so at once', async ({ house }) => {
  await demandSecondFactor(house)
  await house.emulator.scenario('googleSecondFactor', true)
  assertPage(house, await guest(house).openService(), /An extra check is needed/, 403)
  assert.deepEqual(madeByUsher(house), [])
})

story(
  'a second factor from long ago is not made younger by a smart link',
  async ({ house, clock }) => {
    await house.emulator.scenario('googleSecondFactor', true)
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    clock.advance(2 * ONE_HOUR_MS)
    await ana.smartLink()
    const asked = { wauth: 'http://schemas.microsoft.com/claims/multipleauthn', mfa_max_age: '300' }
    const request = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'c', whr: 'google', ...asked })
    const stop = await ana.browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${request}`)
    assertPage(house, stop, /Continue with Google/, 200)
  },
  { settings: withTrustInGoogle, databases: ['sqlite'] },
)
