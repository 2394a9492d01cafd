import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { databases } from '../support/databases.ts'
import { CLIENT } from '../support/fake-provider/provider-state.ts'
import { freePort } from '../support/free-port.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { type ListeningProvider, listeningProvider } from '../support/listening-provider.ts'
import { APPLE } from '../support/social-stage.ts'
import { createStoryClock } from '../support/story-clock.ts'
import type { Stop } from '../support/visitor.ts'

const NAMES = '{"name":{"firstName":"Maja","lastName":"Novak"},"email":"ceo@contoso.example"}'

/** A house with a pretend Apple, which posts its answers; SQLite alone, since all that differs is how somebody comes back. */
const opening = async (t: TestContext): Promise<{ readonly house: House; readonly apple: ListeningProvider }> => {
  const [sqlite] = databases
  assert.ok(sqlite)
  const opened = await sqlite.open()
  const clock = createStoryClock()
  const port = await freePort()
  const apple = await listeningProvider({
    now: clock.now,
    answers: 'form',
    takesSecret: () => true,
    authenticationMethods: ['client_secret_post'],
    redirectUris: [`http://usher.localhost:${port}/login/callback/apple`],
    person: { sub: '001999.abc.0123', email: 'maja@privaterelay.example', email_verified: 'true' },
  })
  const { teamId, keyId, pem } = APPLE
  const settings = { issuer: apple.issuer, clientId: CLIENT.id, teamId, keyId, privateKey: { secret: pem } }
  const house = await openHouse({
    database: opened.address,
    clock,
    port,
    settings: (demo) => ({
      ...demo,
      connections: [...demo.connections, { name: 'apple', type: 'apple', label: 'Apple', settings }],
      relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'apple'] }],
    }),
  })
  t.after(async () => {
    await house.close()
    await apple.close()
    await opened.close()
    clock.stop()
  })
  return { house, apple }
}

const toApple = async (person: Guest): Promise<Stop> => person.browser.click(await person.openService(), 'Apple')

const hasSession = (house: House, { browser }: Guest): boolean =>
  [...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session'))

test('somebody whom Apple posts back arrives in Microsoft 365, under the name that came along', async (t) => {
  const { house } = await opening(t)
  const maja = guest(house)
  const form = await toApple(maja)
  assert.equal(form.forms[0]?.method, 'POST')
  const arrived = assertArrived(house, await maja.untilArrived(await maja.onward(await maja.browser.submit(form, { user: NAMES }))))
  assert.match(arrived, /^maja\.novak@/)
  const again = guest(house)
  assert.equal(
    assertArrived(house, await again.untilArrived(await again.onward(await again.browser.submit(await toApple(again))))),
    arrived,
  )
  assert.equal(madeByUsher(house).length, 1, 'who comes without a name is still the same person')
  const kept = await house.app().findUser('apple|001999.abc.0123')
  assert.deepEqual([kept?.root['name'], kept?.root['email'], kept?.loginsCount], ['Maja Novak', 'maja@privaterelay.example', 2])
})

test('a form that another browser was given, or that comes twice, signs nobody in', async (t) => {
  const { house, apple } = await opening(t)
  const mallory = guest(house)
  const form = await toApple(mallory)
  const victim = guest(house)
  await victim.openService()
  assertPage(house, await victim.browser.submit(form, { user: NAMES }), /This sign-in is over here/, 410)
  assert.equal(hasSession(house, victim), false)
  assert.equal(apple.countCalls('/token'), 0, 'the code was not spent on them')
  assert.deepEqual(graphWrites(house), [])
  await mallory.onward(await mallory.browser.submit(form))
  assert.equal(apple.countCalls('/token'), 1)
  await mallory.browser.submit(form)
  assert.equal(apple.countCalls('/token'), 1)
})

test('an answer in the address, where a form was asked for, signs nobody in', async (t) => {
  const { house, apple } = await opening(t)
  const maja = guest(house)
  const form = await toApple(maja)
  const address = new URL(form.forms[0]?.action ?? '')
  address.search = new URLSearchParams(form.forms[0]?.fields).toString()
  assertPage(house, await maja.browser.open(address), /could not check that account/)
  assert.equal(hasSession(house, maja), false)
  assert.equal(apple.countCalls('/token'), 0)
  assert.ok(house.lines.some((line) => line.includes('connection_answer_invalid') && line.includes('"connection":"apple"')))
})
