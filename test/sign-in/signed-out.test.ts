import assert from 'node:assert/strict'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, type Guest, guest } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

// Who sits down at a browser next: cookies are everything there is to know.
const sqlite = { databases: ['sqlite'] } as const

const ways = ['/logout', '/wsfed?wa=wsignout1.0'] as const

const signOut = async ({ browser }: Guest, house: House, way: (typeof ways)[number]) =>
  assertPage(house, await browser.open(`${house.publicUrl.origin}${way}`), /You are signed out/, 200)

const sentByMicrosoft = ({ browser }: Guest, house: House) => {
  const request = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'c' })
  return browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${request}`)
}

for (const way of ways)
  story(
    `who signs out by ${way} right after a smart link is asked who they are`,
    async ({ house }) => {
      const ana = guest(house)
      assertArrived(house, await ana.withGoogle(await ana.smartLink(), ANA), '/')
      await signOut(ana, house, way)
      const next = await sentByMicrosoft(ana, house)
      assertPage(house, next, /Continue with Google/, 200)
      assert.deepEqual(
        next.forms.filter(({ fields }) => 'wresult' in fields),
        [],
      )
    },
    sqlite,
  )

story(
  'who signs out while their account is waited for has nothing left behind that goes on as them',
  async ({ house, clock }) => {
    await house.emulator.scenario('noSeats', true)
    const ana = guest(house)
    assertPage(house, await ana.withGoogle(await ana.openService(), ANA), /needs a license/, 503)
    const began = ana.browser.hops.findLast(({ url }) => url.pathname.startsWith('/sign-in/'))?.url.pathname.split('/')[2]
    assert.ok(began)
    await signOut(ana, house, '/logout')
    await house.emulator.scenario('noSeats', false)
    clock.advance(5 * ONE_MINUTE_MS)
    for (const rest of ['', '/next', '/ways', '/connection/google']) {
      const stop = await ana.onward(await ana.browser.open(`${house.publicUrl.origin}/sign-in/${began}${rest}`))
      assert.equal(stop.url.origin, house.publicUrl.origin, rest)
      assertPage(house, stop, /This sign-in is over here/, 410)
      assert.doesNotMatch(stop.text, /cookies/)
      const [again] = stop.links
      assert.equal(again?.href, `/login?client=${house.clientId}&protocol=wsfed`)
    }
    assertPage(house, await ana.openService(), /Continue with Google/, 200)
  },
  sqlite,
)

story(
  'a picture on a page of another site ends no sign-in that is under way',
  async ({ house }) => {
    const mark = ({ browser }: Guest) => browser.cookies(house.publicUrl.hostname).get('usher_browser')
    for (const [dest, isNew] of [
      ['image', false],
      ['iframe', false],
      ['document', true],
    ] as const) {
      const ana = guest(house, { says: { 'sec-fetch-dest': dest } })
      await sentByMicrosoft(ana, house)
      const before = mark(ana)
      assert.ok(before)
      await ana.browser.open(`${house.publicUrl.origin}/logout`)
      assert.equal(mark(ana) !== before, isNew, dest)
    }
  },
  sqlite,
)
