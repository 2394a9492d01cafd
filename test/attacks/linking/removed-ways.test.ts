import assert from 'node:assert/strict'
import { ANA, assertArrived, assertPage, BEN, type Guest, guest } from '../../support/guests.ts'
import { DANA, type House } from '../../support/house.ts'
import { asked, BOTH, events, linkingStory, ownPage } from '../../support/linking.ts'
import { patient } from '../../support/patient.ts'
import type { Stop } from '../../support/visitor.ts'

const issued = (house: House): number => events(house, 'token_issued').length

/** Google's Ben signs in as Dana; how she takes that away again. */
const linkedBen = async (house: House) => {
  const { dana, question } = await asked(house)
  const page = await dana.browser.submit(question, { choice: 'continue' })
  const way = /name="way" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  const form = { ...page, forms: page.forms.filter(({ action }) => action.startsWith('/you/remove')) }
  return {
    dana,
    remove: async () => {
      const after = await dana.browser.submit(form, { way })
      assert.equal(after.url.pathname, '/you')
      assert.doesNotMatch(after.text, /okafor/)
      assert.equal(events(house, 'user_unlinked').length, 1)
    },
  }
}

/** A browser that stands before the question whether they mean to go on as Dana, because Ana was signed in there. */
const beforeTheQuestion = async (house: House): Promise<{ readonly ben: Guest; readonly question: Stop }> => {
  const ben = guest(house)
  const google = await ben.browser.click(await ben.openService(), 'Google')
  assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), ANA)))
  const question = await ben.onward(await ben.browser.click(google, BEN))
  assertPage(house, question, /dana@fabrikam\.example/, 200)
  return { ben, question }
}

/** Nobody is remembered in this browser, and nobody arrives from it without proving who they are. */
const assertForgotten = async (house: House, { browser, openService }: Guest): Promise<void> => {
  assertPage(house, await browser.open(ownPage(house)), /Continue with Google/)
  assertPage(house, await openService(), /Continue with Google/)
}

/** What an administrator's program does to whoever has an address. */
const program = async (house: House, email: string) => {
  const token = await (await house.app().desk()).createToken('program', ['read:users', 'update:users'], 1)
  const ask = async (method: string, path: string, body?: object) => {
    const { fetch, close } = patient()
    const headers = { authorization: `Bearer ${token?.reveal()}`, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(new URL(`/api/v2/users${path}`, house.publicUrl), {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    assert.ok(answer.ok, `${answer.status} ${path}`)
    const said = JSON.parse(await answer.text())
    await close()
    return said
  }
  const [{ user_id: id }] = await ask('GET', `?q=${encodeURIComponent(`email:"${email}"`)}`)
  const path = `/${encodeURIComponent(id)}`
  return {
    /** Whom Google knows by this number becomes one of their identities. */
    link: (google: string) => ask('POST', `${path}/identities`, { provider: 'google-oauth2', user_id: google }),
    unlink: (google: string) => ask('DELETE', `${path}/identities/google-oauth2/${google}`),
    block: (blocked: boolean) => ask('PATCH', path, { blocked }),
  }
}

const BENS_NUMBER = '108234567890123456702'

linkingStory('every browser that came by a way that was removed is forgotten', BOTH, async ({ house }) => {
  const { remove } = await linkedBen(house)
  const browsers = [guest(house), guest(house), guest(house)]
  for (const ben of browsers) assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), BEN)))
  await remove()
  const before = issued(house)
  for (const ben of browsers) await assertForgotten(house, ben)
  assert.equal(issued(house), before)
})

linkingStory('a sign-in that waits for an answer ends with the way it came by', BOTH, async ({ house }) => {
  const { remove } = await linkedBen(house)
  const { ben, question } = await beforeTheQuestion(house)
  await remove()
  const before = issued(house)
  const stop = await ben.browser.submit(question, { choice: 'continue' })
  assertPage(house, stop, /You cannot sign in this way any more/)
  assert.equal(issued(house), before)
  assert.match((await ben.browser.open(ownPage(house))).text, /as Ana Ruiz/, 'the browser is still Ana’s')
})

linkingStory('a sign-in that waits for its account ends with the way it came by', BOTH, async ({ house }) => {
  await house.emulator.scenario('noSeats', true)
  const { dana, remove } = await linkedBen(house)
  const ben = guest(house)
  const waiting = await ben.withGoogle(await ben.openService(), BEN)
  assertPage(house, waiting, /Your account needs a license/, 503)
  await remove()
  await house.emulator.scenario('noSeats', false)
  assertPage(house, await ben.browser.open(waiting.links[0]?.href ?? '', waiting), /You cannot sign in this way any more/)
  await assertForgotten(house, ben)
  assert.equal(issued(house), 0)
  assert.match((await dana.browser.open(ownPage(house))).text, /as Dana Whitfield/)
})

linkingStory('what a hop through Microsoft left behind is worth nothing with the way it came by', BOTH, async ({ house }) => {
  const { remove } = await linkedBen(house)
  const first = guest(house)
  assertArrived(house, await first.untilArrived(await first.withGoogle(await first.openService(), BEN)))
  const calls = patient()
  let isHeld = true
  const held: typeof fetch = async (input, init) =>
    isHeld && String(input).includes('/login.srf') ? new Response('held') : calls.fetch(input, init)
  const ben = guest(house, { calls: { ...calls, fetch: held } })
  const hop = await ben.withGoogle(await ben.smartLink(), BEN)
  assert.equal(hop.body, 'held')
  isHeld = false
  await remove()
  const before = issued(house)
  assertPage(house, await ben.onward(await ben.browser.open(hop.url)), /Continue with Google/)
  assert.equal(issued(house), before)
  await calls.close()
})

linkingStory('who is linked to somebody else meanwhile does not go on as who they were', BOTH, async ({ house }) => {
  await house.emulator.scenario('noSeats', true)
  const ana = guest(house)
  const chooser = await ana.openService()
  const google = await ana.browser.click(chooser, 'Google')
  assertPage(house, await ana.withPassword(await ana.openService()), /Your account needs a license/, 503)
  const question = await ana.onward(await ana.browser.click(google, BEN))
  assertPage(house, question, /ben@okafor\.example/, 200)
  await (await program(house, DANA.username)).link(BENS_NUMBER)
  await house.emulator.scenario('noSeats', false)
  const stop = await ana.browser.submit(question, { choice: 'continue' })
  assertPage(house, stop, /You cannot sign in this way any more/)
  assert.equal(issued(house), 0)
})

linkingStory('a program that unlinks ends the same as the person does', BOTH, async ({ house }) => {
  await linkedBen(house)
  const remembered = guest(house)
  assertArrived(house, await remembered.untilArrived(await remembered.withGoogle(await remembered.openService(), BEN)))
  const { ben, question } = await beforeTheQuestion(house)
  await (await program(house, DANA.username)).unlink(BENS_NUMBER)
  const before = issued(house)
  await assertForgotten(house, remembered)
  assertPage(house, await ben.browser.submit(question, { choice: 'continue' }), /You cannot sign in this way any more/)
  assert.equal(issued(house), before)
})

linkingStory(
  'whoever is blocked is let in by none of their ways, and is remembered nowhere when that is over',
  BOTH,
  async ({ house, clock }) => {
    const { dana } = await linkedBen(house)
    const remembered = guest(house)
    assertArrived(house, await remembered.untilArrived(await remembered.withGoogle(await remembered.openService(), BEN)))
    const { ben, question } = await beforeTheQuestion(house)
    const claiming = await dana.withGoogle(await dana.browser.submit(await dana.browser.open(ownPage(house))), ANA)
    const { block } = await program(house, DANA.username)
    clock.advance(1_000)
    await block(true)
    const before = issued(house)
    assertPage(house, await ben.browser.submit(question, { choice: 'continue' }), /Your access is switched off/, 403)
    assert.match((await ben.browser.open(ownPage(house))).text, /as Ana Ruiz|Continue with Google/, 'not Dana’s browser')
    await block(false)
    clock.advance(1_000)
    const late = await ben.browser.open(new URL(question.forms[0]?.action.replace('/account', '/next') ?? '', house.publicUrl))
    assertPage(house, late, /This sign-in page has expired.*Continue with Google/)
    for (const browser of [remembered, dana]) await assertForgotten(house, browser)
    assertPage(house, await dana.browser.submit(claiming, { choice: 'continue' }), /You are not signed in as before/, 409)
    assert.equal(issued(house), before)
    assert.equal(events(house, 'user_linked').length, 1)
  },
)
