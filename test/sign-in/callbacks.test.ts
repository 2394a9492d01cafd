import assert from 'node:assert/strict'
import { DEMO_GOOGLE_CLIENT } from '../../src/cli/demo-settings.ts'
import { ANA, assertArrived, assertPage, type Guest, graphWrites, guest } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

interface Declared {
  readonly connections: readonly { readonly name: string }[]
}

/** Keeps Google's settings as they were declared, so that a story can change them. */
const google = (change: object) => {
  let declared: Declared = { connections: [] }
  const with_ = (more: object) => ({ connections: declared.connections.map((one) => (one.name === 'google' ? { ...one, ...more } : one)) })
  return {
    databases: ['sqlite'],
    settings: (settings: Declared) => {
      declared = settings
      return { ...settings, ...with_(change) }
    },
    changeTo: (house: House, more: object) => house.app().apply(with_(more)),
  }
}

/** Google's answer, before the browser follows it back to us. */
const answerOf = async (house: House, stop: Stop): Promise<URL> => {
  const link = stop.links.find(({ text }) => text.includes(ANA))
  const answer = await house.emulator.fetch(new Request(new URL(link?.href ?? '', stop.url)))
  return new URL(answer.headers.get('location') ?? '')
}

const toGoogle = async (person: Guest): Promise<Stop> => person.browser.click(await person.openService(), 'Google')

const hasSession = (house: House, { browser }: Guest): boolean =>
  [...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session'))

const registered = (house: House) =>
  house.control('PUT', `/google/${DEMO_GOOGLE_CLIENT}`, {
    secret: house.secrets.google,
    redirectUris: [new URL('/login/callback', house.publicUrl).href],
  })

story(
  'a provider that still has Auth0’s address brings people back to it',
  async ({ house }) => {
    await registered(house)
    const ana = guest(house)
    const back = await answerOf(house, await toGoogle(ana))
    assert.equal(back.pathname, '/login/callback')
    const mallory = guest(house)
    await mallory.openService()
    assertPage(house, await mallory.browser.open(back), /This sign-in is over here/, 410)
    for (const query of ['', '?code=x', '?code=x&state=', '?code=x&state=a&state=b'])
      assertPage(
        house,
        await mallory.browser.open(`${house.publicUrl.origin}/login/callback${query}`),
        /We could not check that account/,
        403,
      )
    assert.equal(hasSession(house, mallory), false)
    assertArrived(house, await ana.untilArrived(await ana.onward(await ana.browser.open(back))))
    assertPage(house, await ana.browser.open(back), /already/i, 200)
  },
  google({ legacyCallback: true }),
)

const own = google({})
story(
  'the address that names no connection is nothing to a connection that has one of its own',
  async ({ house }) => {
    const ana = guest(house)
    const back = await answerOf(house, await toGoogle(ana))
    assert.equal(back.pathname, '/login/callback/google')
    const elsewhere = new URL(`/login/callback${back.search}`, back)
    assertPage(house, await ana.browser.open(elsewhere), /could not check that account/)
    assert.equal(hasSession(house, ana), false)
    assert.deepEqual(graphWrites(house), [])
  },
  own,
)

const changing = google({})
story(
  'a connection that is switched off lets nobody in, not even those who were on their way or had been in',
  async ({ house }) => {
    const before = guest(house)
    assertArrived(house, await before.untilArrived(await before.withGoogle(await before.openService(), ANA)))
    const ana = guest(house)
    const back = await answerOf(house, await toGoogle(ana))
    await changing.changeTo(house, { disabled: true })
    assertPage(house, await ana.browser.open(back), /This way to sign in does not exist/, 404)
    assert.equal(hasSession(house, ana), false)
    for (const person of [ana, before, guest(house)]) {
      const stop = await person.openService()
      assertPage(house, stop, /Sign in/, 200)
      assert.ok(!stop.text.includes('Google'), 'it is not offered')
    }
    const named = await ana.browser.open(`${house.publicUrl.origin}/login?client=${house.clientId}&protocol=wsfed&connection=google`)
    assert.ok(!named.text.includes('Google') && named.url.origin === house.publicUrl.origin)
  },
  changing,
)
