import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { DEMO_CLIENT_ID } from '../../src/cli/demo-settings.ts'
import { databases } from '../support/databases.ts'
import { assertArrived, assertPage, type Guest, graphWrites, guest } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { listeningSamlProvider } from '../support/listening-saml-provider.ts'
import { createStoryClock } from '../support/story-clock.ts'
import type { Stop } from '../support/visitor.ts'

/** One identity provider, and two connections to it that came from Auth0; a third that did not. */
const opening = async (t: TestContext) => {
  const [sqlite] = databases
  assert.ok(sqlite)
  const opened = await sqlite.open()
  const clock = createStoryClock()
  const provider = await listeningSamlProvider({ now: clock.now })
  const settings = { issuer: provider.issuer, metadataUrl: provider.metadataUrl, unsolicited: { relyingParty: DEMO_CLIENT_ID } }
  const at = (name: string, label: string, more = {}) => ({
    name,
    label,
    type: 'saml',
    settings: { ...settings, entityId: `urn:auth0:contoso:${name}` },
    ...more,
  })
  const named = { legacyCallback: 'named' }
  const connections = [at('acme', 'Acme', named), at('beta', 'Beta', named), at('new', 'Novum')]
  const house = await openHouse({
    database: opened.address,
    clock,
    settings: (demo) => ({
      ...demo,
      connections: [...demo.connections, ...connections],
      relyingParties: [{ ...demo.relyingParties[0], connections: ['guests', 'acme', 'beta', 'new'] }],
    }),
  })
  t.after(async () => {
    await house.close()
    await provider.close()
    await opened.close()
    clock.stop()
  })
  return { house, provider }
}

const away = async (person: Guest, label: string): Promise<Stop> => person.browser.click(await person.openService(), label)

/** The form, with another address in it. */
const sentTo = (form: Stop, address: string): Stop => {
  const [first] = form.forms
  assert.ok(first)
  return { ...form, forms: [{ ...first, action: new URL(address, first.action).href }] }
}

const assertNobodyIn = (house: House, { browser }: Guest): void => {
  assert.ok(![...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session')), 'nobody is signed in')
  assert.deepEqual(graphWrites(house), [])
}

test('a SAML connection from Auth0 takes answers at the address that has its name', async (t) => {
  const { house, provider } = await opening(t)
  const anna = guest(house)
  const form = await away(anna, 'Acme')
  assert.equal(form.forms[0]?.action, `${house.publicUrl.origin}/login/callback?connection=acme`)
  assertArrived(house, await anna.untilArrived(await anna.onward(await anna.browser.submit(form))))
  const metadata = await guest(house).browser.open(`${house.publicUrl.origin}/samlp/metadata?connection=acme`)
  assert.ok(metadata.body.includes(`Location="${house.publicUrl.origin}/login/callback?connection=acme"`))
  assert.equal(provider.departures.length, 1)
})

const ELSEWHERE = [
  '/login/callback',
  '/login/callback?connection=',
  '/login/callback?connection=beta',
  '/login/callback?connection=new',
  '/login/callback?connection=acme&connection=acme',
  '/login/callback?connection=acme&connection=beta',
  '/login/callback?connection=acme&x=1',
  '/login/callback?x=1&connection=acme',
  '/login/callback?connection=%61cme',
  '/login/callback/acme',
  '/login/callback/acme?connection=acme',
  '/login/callback/beta',
]

test('its answer is nothing at any other address', async (t) => {
  const { house } = await opening(t)
  for (const address of ELSEWHERE) {
    const anna = guest(house)
    const form = await away(anna, 'Acme')
    assertPage(house, await anna.browser.submit(sentTo(form, address)), /could not check that account/)
    assertNobodyIn(house, anna)
  }
})

test('the answer of another connection to the same identity provider is not its answer', async (t) => {
  const { house } = await opening(t)
  const anna = guest(house)
  const answer = (await away(anna, 'Beta')).forms[0]?.fields['SAMLResponse'] ?? ''
  for (const label of ['Acme', 'Novum']) {
    const person = guest(house)
    assertPage(house, await person.browser.submit(await away(person, label), { SAMLResponse: answer }), /could not check that account/)
    assertNobodyIn(house, person)
  }
})

test('the address with a name is nothing to a connection that did not come with it', async (t) => {
  const { house, provider } = await opening(t)
  const anna = guest(house)
  const form = await away(anna, 'Novum')
  assert.equal(form.forms[0]?.action, `${house.publicUrl.origin}/login/callback/new`)
  assertPage(house, await anna.browser.submit(sentTo(form, '/login/callback?connection=new')), /could not check that account/)
  const callback = `${house.publicUrl.origin}/login/callback?connection=new`
  const unasked = provider.unasked(callback, 'urn:auth0:contoso:new')
  const mallory = guest(house)
  assertPage(house, await mallory.browser.submit(sentTo(form, callback), { ...unasked, RelayState: '' }), /could not check/, 403)
  for (const person of [anna, mallory]) assertNobodyIn(house, person)
})

test('who begins at the identity provider comes to that address too, and to no other', async (t) => {
  const { house, provider } = await opening(t)
  const form = await away(guest(house), 'Acme')
  const callback = `${house.publicUrl.origin}/login/callback?connection=acme`
  const unasked = () => ({ ...provider.unasked(callback, 'urn:auth0:contoso:acme'), RelayState: '' })
  for (const address of ELSEWHERE) {
    const mallory = guest(house)
    assertPage(house, await mallory.browser.submit(sentTo(form, address), unasked()), /could not check|does not exist/)
    assertNobodyIn(house, mallory)
  }
  const anna = guest(house)
  const question = await anna.browser.submit(sentTo(form, callback), unasked())
  assertPage(house, question, /anna@acme\.example/, 200)
  assertNobodyIn(house, anna)
  const arrived = await anna.untilArrived(await anna.onward(await anna.browser.submit(question, { choice: 'continue' })))
  assert.ok(arrived.url.href.startsWith(house.emulator.addresses.service), arrived.text)
})

test('a test of such a connection comes back there, and nowhere else', async (t) => {
  const { house } = await opening(t)
  const desk = await house.app().connectionDesk()
  const found = await desk.findConnection('acme')
  assert.ok(found)
  const orderedAndAway = async (browser: Guest['browser']) => {
    const { id, url } = await desk.orderTest(found, 'the test')
    return { id, form: await browser.open(url) }
  }
  for (const address of ['/login/callback', '/login/callback?connection=beta', '/login/callback/acme']) {
    const { browser } = guest(house)
    const { id, form } = await orderedAndAway(browser)
    const shown = await browser.submit(sentTo(form, address))
    assert.doesNotMatch(shown.text, /Acme works/, address)
    const trial = await desk.findTest(id)
    assert.ok(trial?.stage !== 'over' || trial.outcome.kind !== 'proven', address)
  }
  const { browser } = guest(house)
  const { id, form } = await orderedAndAway(browser)
  assertPage(house, await browser.submit(form), /Acme works/, 200)
  const trial = await desk.findTest(id)
  assert.ok(trial?.stage === 'over' && trial.outcome.kind === 'proven')
})
