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

/** As an administrator's program does: whom Google knows by this number becomes an identity of whoever has the address. */
const linkedByProgram = async (house: House, email: string, google: string): Promise<void> => {
  const token = await (await house.app().desk()).createToken('links', ['read:users', 'update:users'], 1)
  const calls = patient()
  const ask = (path: string, body?: object) =>
    calls.fetch(new URL(`/api/v2/users${path}`, house.publicUrl), {
      headers: { authorization: `Bearer ${token?.reveal()}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
  const [{ user_id: id }] = JSON.parse(await (await ask(`?q=${encodeURIComponent(`email:"${email}"`)}`)).text())
  const { status } = await ask(`/${encodeURIComponent(id)}/identities`, { provider: 'google-oauth2', user_id: google })
  assert.equal(status, 201)
  await calls.close()
}

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
  await linkedByProgram(house, DANA.username, '108234567890123456702')
  await house.emulator.scenario('noSeats', false)
  const stop = await ana.browser.submit(question, { choice: 'continue' })
  assertPage(house, stop, /You cannot sign in this way any more/)
  assert.equal(issued(house), 0)
})
