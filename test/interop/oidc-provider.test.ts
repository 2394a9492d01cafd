import assert from 'node:assert/strict'
import { Secret } from '../../src/kernel/secret.ts'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import type { Stop } from '../support/visitor.ts'
import { type Algorithm, certifiedProvider, OP_CLIENT, type SecretIn } from './support/certified-provider.ts'
import { callbackAt, upstreamStory } from './support/upstream-story.ts'

type Options = Omit<Parameters<typeof certifiedProvider>[0], 'redirectUri'>

const opening =
  (options: Options = {}) =>
  async (port: number) => {
    const provider = await certifiedProvider({ ...options, redirectUri: callbackAt(port, 'acme') })
    const settings = { issuer: provider.issuer, clientId: OP_CLIENT.id, clientSecret: new Secret(OP_CLIENT.secret) }
    return { ...provider, connections: [{ name: 'acme', type: 'oidc', label: 'Acme', settings }] }
  }

/** They stand on the provider's own page, which wants this of them. */
const assertAsks = ({ forms, text }: Stop, prompt: 'login' | 'consent'): void => assert.equal(forms[0]?.fields.prompt, prompt, text)

/** Goes there, gives a name and any password, and agrees to what is asked. */
const signInThere = async ({ browser, onward }: Guest, chooser: Stop, login: string): Promise<Stop> => {
  const form = await browser.click(chooser, 'Acme')
  assertAsks(form, 'login')
  const next = await browser.submit(form, { login, password: 'any' })
  return onward(next.forms[0]?.fields.prompt === 'consent' ? await browser.submit(next) : next)
}

const hasSession = (house: House, { browser }: Guest): boolean =>
  [...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session'))

/** They stand on a page of ours, nobody is signed in, and nothing was made. */
const assertTurnedAway = (house: House, person: Guest, stop: Stop, [words, code]: readonly [RegExp, string]): void => {
  assertPage(house, stop, words)
  assert.equal(hasSession(house, person), false)
  assert.deepEqual(madeByUsher(house), [])
  assert.deepEqual(graphWrites(house), [])
  const lines = house.lines.filter((line) => line.includes(code))
  assert.ok(
    lines.some((line) => line.includes('"connection":"acme"')),
    house.lines.slice(-3).join(''),
  )
  for (const line of house.lines) assert.ok(!line.includes(OP_CLIENT.secret) && !/eyJ[\w-]{20}|code=[\w-]{20}/.test(line))
}

const CANNOT_CHECK = [/could not check that account/, 'connection_answer_invalid'] as const
const AWAY = [/not answering/, 'connection_unavailable'] as const

const kinds: readonly (readonly [Algorithm, SecretIn])[] = [
  ['RS256', 'client_secret_basic'],
  ['ES256', 'client_secret_post'],
  ['PS256', 'client_secret_basic'],
  ['EdDSA', 'client_secret_post'],
]
for (const [algorithm, secretIn] of kinds)
  upstreamStory(
    `somebody of a certified provider that signs with ${algorithm} (${secretIn}) arrives in Microsoft 365, and is the same person later`,
    { open: opening({ algorithm, secretIn }) },
    async ({ house, site }) => {
      const anna = guest(house)
      const arrived = assertArrived(house, await anna.untilArrived(await signInThere(anna, await anna.openService(), 'anna-1')))
      assert.match(arrived, /^anna\.berg@/)
      const gone = anna.browser.hops.find(({ url }) => url.origin === site.issuer && url.pathname === '/auth')
      assert.ok(gone)
      const said = gone.url.searchParams
      assert.equal(said.get('code_challenge_method'), 'S256')
      for (const name of ['nonce', 'state', 'code_challenge']) assert.ok((said.get(name) ?? '').length >= 43, name)
      const again = guest(house)
      assert.equal(assertArrived(house, await again.untilArrived(await signInThere(again, await again.openService(), 'anna-1'))), arrived)
      assert.equal(madeByUsher(house).length, 1)
    },
  )

upstreamStory(
  'a provider that keeps names for its userinfo endpoint is asked there',
  { open: opening({ conforms: true }) },
  async ({ house, site }) => {
    const anna = guest(house)
    assert.match(assertArrived(house, await anna.untilArrived(await signInThere(anna, await anna.openService(), 'anna-1'))), /^anna\.berg@/)
    assert.ok(site.asked().includes('GET /me'))
  },
)

upstreamStory('who has no address there is somebody too', { open: opening() }, async ({ house }) => {
  const nobody = guest(house)
  assertArrived(house, await nobody.untilArrived(await signInThere(nobody, await nobody.openService(), 'nomail-1')))
})

upstreamStory(
  'where addresses decide, one the provider did not verify says nothing, and none says less',
  { open: opening(), relyingParty: { admission: { policy: 'domains', domains: ['fabrikam.example', 'acme.example'] } } },
  async ({ house }) => {
    const boss = guest(house)
    assertPage(house, await signInThere(boss, await boss.openService(), 'boss-1'), /email address is not confirmed/, 403)
    const nobody = guest(house)
    assertPage(house, await signInThere(nobody, await nobody.openService(), 'nomail-1'), /You need an invitation/, 403)
    assert.deepEqual(graphWrites(house), [])
    const anna = guest(house)
    assertArrived(house, await anna.untilArrived(await signInThere(anna, await anna.openService(), 'anna-1')))
  },
)

const FRESH = '?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x&wfresh=0'

upstreamStory('who must prove it anew is asked again there, and the answer says when that was', { open: opening() }, async (told) => {
  const { house, site } = told
  const anna = guest(house)
  assertArrived(house, await anna.untilArrived(await signInThere(anna, await anna.openService(), 'anna-1')))

  const fresh = new URL(`/wsfed/${house.clientId}${FRESH}`, house.publicUrl)
  const form = await anna.browser.click(await anna.browser.open(fresh), 'Acme')
  assertAsks(form, 'login')
  const gone = anna.browser.hops.findLast(({ url }) => url.pathname === '/auth')
  assert.equal(gone?.url.searchParams.get('prompt'), 'login')
  assert.equal(gone?.url.searchParams.get('max_age'), '0')
  const back = await anna.browser.submit(form, { login: 'anna-1', password: 'any' })
  assert.ok(
    back.forms.some(({ fields }) => 'wresult' in fields),
    back.text,
  )

  // Somebody takes both wishes away on the way there: the provider goes by its session, and its answer shows no new proof.
  site.tamper({
    asked: (url) => {
      url.searchParams.delete('prompt')
      url.searchParams.delete('max_age')
    },
  })
  const stale = await anna.browser.click(await anna.browser.open(fresh), 'Acme')
  assertPage(house, stale, CANNOT_CHECK[0])
  assert.ok(!stale.forms.some(({ fields }) => 'wresult' in fields))
})

upstreamStory('keys that change while we run cost nobody a sign-in', { open: opening() }, async ({ house, site, clock }) => {
  const anna = guest(house)
  const arrived = assertArrived(house, await anna.untilArrived(await signInThere(anna, await anna.openService(), 'anna-1')))
  site.asked()
  await site.rotate()
  const again = guest(house)
  assert.equal(assertArrived(house, await again.untilArrived(await signInThere(again, await again.openService(), 'anna-1'))), arrived)
  assert.equal(site.asked().filter((one) => one === 'GET /jwks').length, 1)
  // A second one within five minutes is refused rather than asked after; later it is found.
  await site.rotate()
  const third = guest(house)
  assertPage(house, await signInThere(third, await third.openService(), 'anna-1'), CANNOT_CHECK[0])
  assert.equal(site.asked().filter((one) => one === 'GET /jwks').length, 0)
  clock.advance(5 * ONE_MINUTE_MS)
  const fourth = guest(house)
  assert.equal(assertArrived(house, await fourth.untilArrived(await signInThere(fourth, await fourth.openService(), 'anna-1'))), arrived)
})

upstreamStory('who says no there is back at the choice', { open: opening() }, async ({ house }) => {
  const anna = guest(house)
  const form = await anna.browser.click(await anna.openService(), 'Acme')
  const stop = await anna.browser.click(form, 'Cancel')
  assertTurnedAway(house, anna, stop, [/You did not finish signing in/, 'connection_refused'])
  assert.match(stop.text, /guest password/, 'there is another way')
})

upstreamStory(
  'while it is down people are told so, and when it is back they get in',
  { open: opening() },
  async ({ house, site, clock }) => {
    await site.stop()
    const anna = guest(house)
    const chooser = await anna.openService()
    assertTurnedAway(house, anna, await anna.browser.click(chooser, 'Acme'), AWAY)
    await site.start()
    clock.advance(ONE_MINUTE_MS)
    assertArrived(house, await anna.untilArrived(await signInThere(anna, chooser, 'anna-1')))

    // It goes away while somebody is there.
    const ben = guest(house)
    const form = await ben.browser.click(await ben.openService(), 'Acme')
    const consent = await ben.browser.submit(form, { login: 'boss-1', password: 'any' })
    site.tamper({ hangsUpAt: '/token' })
    const stop = await ben.browser.submit(consent)
    assertPage(house, stop, AWAY[0])
    assert.equal(hasSession(house, ben), false)
    assert.equal(madeByUsher(house).length, 1)
  },
)

const issuers: Readonly<Record<string, (url: URL) => void>> = {
  'no issuer': (url) => url.searchParams.delete('iss'),
  'another issuer': (url) => url.searchParams.set('iss', 'http://accounts.google.localhost'),
  'its issuer twice': (url) => url.searchParams.append('iss', url.searchParams.get('iss') ?? ''),
}
for (const [what, answered] of Object.entries(issuers))
  upstreamStory(`an answer with ${what} is refused before its code is spent`, { open: opening() }, async ({ house, site }) => {
    site.tamper({ answered })
    const anna = guest(house)
    assertTurnedAway(house, anna, await signInThere(anna, await anna.openService(), 'anna-1'), CANNOT_CHECK)
    assert.ok(!site.asked().includes('POST /token'))
    site.tamper({})
    const again = guest(house)
    assertArrived(house, await again.untilArrived(await signInThere(again, await again.openService(), 'anna-1')))
    assert.ok(site.asked().includes('POST /token'))
  })
