import assert from 'node:assert/strict'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

story('a smart link takes a newcomer through a first provisioning into Microsoft 365', async ({ house }) => {
  const ana = guest(house)
  const arrived = await ana.withGoogle(await ana.smartLink(), ANA)
  assertArrived(house, arrived, '/')
  assert.equal(madeByUsher(house).length, 1)
})

story('a named link arrives at its deep link, also through a first provisioning', async ({ house, clock }) => {
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.namedLink('plan'), ANA), '/sites/welcome/plan')
  clock.advance(ONE_HOUR_MS)
  const deep = encodeURIComponent(`${house.emulator.addresses.service}/sites/other?x=1`)
  assertArrived(house, await ana.namedLink('portal', `?to=${deep}`), '/sites/other?x=1')
})

story('a link never leads to an address that nobody allowed', async ({ house }) => {
  const ana = guest(house)
  for (const to of [
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    `${house.emulator.addresses.service}@evil.example/`,
  ]) {
    const refused = await ana.namedLink('portal', `?to=${encodeURIComponent(to)}`)
    assertPage(house, refused, /does not belong to a known service/, 400)
    assert.ok(!refused.body.includes('evil.example'))
  }
  assertPage(house, await ana.namedLink('nowhere'), /does not lead anywhere/, 404)
})

story(
  'however an allowed address is written, it goes on as it was read here',
  async ({ house, clock }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    const { service } = house.emulator.addresses
    const written = [
      [`${service.replace('//', '\\\\')}/a`, '/a'],
      [`${service.replace('//', '')}/b`, '/b'],
      [` ${service.replace('contoso', 'con\ttoso')}/c`, '/c'],
      [`${service}\\@evil.example/`, '/@evil.example/'],
      [`${service}/d\\..\\e`, '/e'],
    ] as const
    for (const [to, path] of written) {
      clock.advance(ONE_HOUR_MS)
      await ana.namedLink('portal', `?to=${encodeURIComponent(to)}`)
      const sent = ana.browser.hops.findLast(({ location }) => location?.includes('wreply='))?.location ?? ''
      assert.equal(new URL(sent).searchParams.get('wreply'), service + path, to)
    }
  },
  { databases: ['sqlite'] },
)

story(
  'where no session is kept the way back from a smart link asks nothing, and a second one is answered by a page',
  async ({ house }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.smartLink(), ANA), '/')
    const again = `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x&wfresh=0&whr=google`
    assertPage(house, await ana.browser.open(again), /Continue with Google/, 200)
    const later = await ana.browser.open(again)
    assert.equal(later.url.origin, house.emulator.addresses.google, 'once it was a page, the next one may lead on')
  },
  {
    settings: (settings) => ({
      ...settings,
      relyingParties: settings.relyingParties.map((one: object) => ({ ...one, sessionMaxAgeSeconds: 0 })),
    }),
  },
)

const sentByMicrosoft = ({ browser }: Guest, house: House, more: Readonly<Record<string, string>>) => {
  const request = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'c', ...more })
  return browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${request}`)
}

story(
  'a smart link that a session answers is no answer where credentials are asked for anew',
  async ({ house, clock }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    clock.advance(2 * ONE_HOUR_MS)
    await ana.smartLink()
    assertPage(house, await sentByMicrosoft(ana, house, { wfresh: '0' }), /Continue with Google/, 200)
  },
  { databases: ['sqlite'] },
)

story(
  'what a smart link left behind is nothing to somebody else who signs in at that browser',
  async ({ house, clock }) => {
    const ben = guest(house)
    const name = assertArrived(house, await ben.withGoogle(await ben.openService(), BEN))
    clock.advance(ONE_HOUR_MS)
    const shared = guest(house)
    assertArrived(house, await shared.withGoogle(await shared.smartLink(), ANA), '/')
    const asked = await sentByMicrosoft(shared, house, { username: name })
    await shared.withGoogle(await shared.browser.submit(asked, { choice: 'switch' }), BEN)
    assertPage(house, await sentByMicrosoft(shared, house, { wfresh: '0' }), /Continue with Google/, 200)
  },
  { databases: ['sqlite'] },
)
