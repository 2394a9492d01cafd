import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { readStrictly } from '#lib/strict-xml.ts'
import { DEMO_CLIENT_ID } from '../../src/cli/demo-settings.ts'
import { databases } from '../support/databases.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { type ListeningSamlProvider, listeningSamlProvider } from '../support/listening-saml-provider.ts'
import { SAML_KEYS, type SamlProviderOptions } from '../support/saml-identity-provider.ts'
import { createStoryClock } from '../support/story-clock.ts'
import type { Stop } from '../support/visitor.ts'

const OURS = { privateKey: { secret: SAML_KEYS.ours.privateKey }, certificate: SAML_KEYS.ours.certificate }

interface Opening extends Partial<SamlProviderOptions> {
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A house with a pretend identity provider; SQLite alone, since all that differs is how somebody comes back. */
const opening = async (
  t: TestContext,
  { settings, ...options }: Opening = {},
): Promise<{ readonly house: House; readonly acme: ListeningSamlProvider }> => {
  const [sqlite] = databases
  assert.ok(sqlite)
  const opened = await sqlite.open()
  const clock = createStoryClock()
  const acme = await listeningSamlProvider({ now: clock.now, ...options })
  const connection = {
    name: 'acme',
    type: 'saml',
    label: 'Acme',
    settings: { issuer: acme.issuer, metadataUrl: acme.metadataUrl, ...settings },
  }
  const house = await openHouse({
    database: opened.address,
    clock,
    settings: (demo) => ({
      ...demo,
      connections: [...demo.connections, connection],
      relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'acme'] }],
    }),
  })
  t.after(async () => {
    await house.close()
    await acme.close()
    await opened.close()
    clock.stop()
  })
  return { house, acme }
}

const toAcme = async (person: Guest): Promise<Stop> => person.browser.click(await person.openService(), 'Acme')
/** As the script of the identity provider's page would. */
const back = async (person: Guest, form: Stop): Promise<Stop> => person.onward(await person.browser.submit(form))

const hasSession = (house: House, { browser }: Guest): boolean =>
  [...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session'))

test('somebody of an identity provider that speaks SAML arrives in Microsoft 365, and is the same person the next time', async (t) => {
  const { house, acme } = await opening(t)
  const anna = guest(house)
  const form = await toAcme(anna)
  assert.equal(form.forms[0]?.method, 'POST')
  assert.ok((form.forms[0]?.fields['RelayState']?.length ?? 99) <= 80, 'as much as the binding carries')
  const arrived = assertArrived(house, await anna.untilArrived(await back(anna, form)))
  assert.match(arrived, /^anna\.acker@/)
  const again = guest(house)
  assert.equal(assertArrived(house, await again.untilArrived(await back(again, await toAcme(again)))), arrived)
  assert.equal(madeByUsher(house).length, 1)
  assert.equal(acme.departures.length, 2)
})

test('a signed request that is posted, and an encrypted answer to it', async (t) => {
  const { house, acme } = await opening(t, {
    binding: 'post',
    signs: 'both',
    wantsSignedRequests: true,
    encryptFor: new X509Certificate(SAML_KEYS.ours.certificate),
    settings: { signing: OURS, decryption: OURS },
  })
  const anna = guest(house)
  const way = await toAcme(anna)
  assert.match(way.text, /Taking you to sign in/)
  assert.doesNotMatch(way.text, /You are signed in/)
  assert.equal(hasSession(house, anna), false)
  const form = await anna.browser.submit(way)
  assert.match(Buffer.from(acme.departures[0]?.fields?.['SAMLRequest'] ?? '', 'base64').toString(), /<SignatureValue>/)
  assertArrived(house, await anna.untilArrived(await back(anna, form)))
})

test('a form that another browser was given, or that comes twice, signs nobody in', async (t) => {
  const { house } = await opening(t)
  const mallory = guest(house)
  const form = await toAcme(mallory)
  const victim = guest(house)
  await victim.openService()
  assertPage(house, await victim.browser.submit(form), /This sign-in is over here/, 410)
  assert.equal(hasSession(house, victim), false)
  assert.deepEqual(graphWrites(house), [])
  await back(mallory, form)
  assert.equal(hasSession(house, mallory), true)
  const second = guest(house)
  const own = await toAcme(second)
  // Mallory's answer on the way back of somebody who is under way.
  const fields = { SAMLResponse: form.forms[0]?.fields['SAMLResponse'] ?? '', RelayState: own.forms[0]?.fields['RelayState'] ?? '' }
  assertPage(house, await second.browser.submit(own, fields), /could not check that account/)
  assert.equal(hasSession(house, second), false)
})

test('an answer without a signature, and one nobody asked for, sign nobody in', async (t) => {
  const opened = await opening(t)
  const { house, acme } = opened
  acme.answerWith((departure) => acme.agree(departure, { signs: 'nothing' }))
  const anna = guest(house)
  assertPage(house, await back(anna, await toAcme(anna)), /could not check that account/)
  acme.answerWith((departure) => acme.agree(departure, { inResponseTo: undefined }))
  assertPage(house, await back(anna, await toAcme(anna)), /could not check that account/)
  const form = await toAcme(anna)
  const without = await anna.browser.submit(form, { RelayState: '' })
  assertPage(house, without, /could not check that account/, 403)
  const unasked = await (await comeUnasked(opened))(anna)
  assertPage(house, unasked, /could not check that account/, 403)
  assert.equal(hasSession(house, anna), false)
  assert.deepEqual(graphWrites(house), [])
  assert.ok(house.lines.some((line) => line.includes('"reason":"unsigned"') && line.includes('"connection":"acme"')))
})

test('a no of the identity provider offers the other ways', async (t) => {
  const { house, acme } = await opening(t)
  acme.answerWith(acme.refuse)
  const anna = guest(house)
  assertPage(house, await back(anna, await toAcme(anna)), /did not finish signing in/)
  assert.equal(hasSession(house, anna), false)
})

test('what an identity provider needs to know of us is published', async (t) => {
  const { house } = await opening(t, { settings: { signing: OURS } })
  const address = new URL('/samlp/metadata?connection=acme', house.publicUrl)
  const { status, headers, body } = await guest(house).browser.open(address)
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /^application\/samlmetadata\+xml/)
  assert.equal(readStrictly(body).attributes.find(({ name }) => name === 'entityID')?.value, address.href)
  assert.ok(body.includes(`Location="${house.publicUrl.origin}/login/callback/acme"`))
  assert.ok(!body.includes('PRIVATE'))
  for (const name of ['google', 'guests', 'nobody', ''])
    assertPage(house, await guest(house).browser.open(`${address.origin}/samlp/metadata?connection=${name}`), /does not exist/, 404)
})

const EMPLOYEE_PORTAL = { unsolicited: { relyingParty: DEMO_CLIENT_ID } }

/** What a page of the identity provider posts when somebody clicks there. */
const comeUnasked = async ({ house, acme }: { readonly house: House; readonly acme: ListeningSamlProvider }, change = {}) => {
  const callback = `${house.publicUrl.origin}/login/callback/acme`
  const fields = acme.unasked(callback, `${house.publicUrl.origin}/samlp/metadata?connection=acme`, change)
  return (person: Guest, more = {}): Promise<Stop> => person.browser.submit(formStop(callback, acme.signInUrl), { ...fields, ...more })
}

/** A page elsewhere with a form to this address. */
const formStop = (action: string, on: string): Stop => ({
  url: new URL(on),
  status: 200,
  headers: new Headers(),
  body: '',
  title: '',
  text: '',
  forms: [{ action, method: 'POST', fields: {} }],
  links: [],
})

test('who begins at the identity provider is asked whether they mean it, and then arrives', async (t) => {
  const opened = await opening(t, { settings: EMPLOYEE_PORTAL })
  const { house } = opened
  const post = await comeUnasked(opened)
  const anna = guest(house)
  const question = await post(anna, { RelayState: 'https://acme.example/portal' })
  assertPage(house, question, /anna@acme\.example/, 200)
  assert.equal(hasSession(house, anna), false)
  assert.deepEqual(graphWrites(house), [], 'nothing is made of somebody who was not asked')
  const arrived = await anna.untilArrived(await anna.onward(await anna.browser.submit(question, { choice: 'continue' })))
  assert.ok(arrived.url.href.startsWith(house.emulator.addresses.service), arrived.text)
  const again = guest(house)
  assertPage(house, await post(again), /could not check that account/, 403)
  assert.equal(hasSession(house, again), false)
})

test('an answer nobody asked for counts once after a restart too, and never beside a session without a question', async (t) => {
  const opened = await opening(t, { settings: EMPLOYEE_PORTAL })
  const { house } = opened
  const dana = guest(house)
  assertArrived(house, await dana.untilArrived(await dana.withPassword(await dana.openService())))
  const before = [...dana.browser.cookies(house.publicUrl.hostname)]
  const post = await comeUnasked(opened)
  assertPage(house, await post(dana), /anna@acme\.example/, 200)
  assert.deepEqual([...dana.browser.cookies(house.publicUrl.hostname)], before, 'the session is as it was')
  await house.restart()
  assertPage(house, await post(guest(house)), /could not check that account/, 403)
})

test('an answer nobody asked for is refused where it claims to answer something, or does not hold', async (t) => {
  const opened = await opening(t, { settings: EMPLOYEE_PORTAL })
  for (const change of [{ inResponseTo: '_1' }, { signs: 'nothing' }, { audience: 'urn:other' }])
    assertPage(opened.house, await (await comeUnasked(opened, change))(guest(opened.house)), /could not check that account/, 403)
})
