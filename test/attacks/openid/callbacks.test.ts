import assert from 'node:assert/strict'
import { outbound } from '../../../src/lib/outbound.ts'
import { ANA, assertArrived, assertPage, BEN, graphWrites, guest, type Guest, madeByUsher } from '../../support/guests.ts'
import type { House } from '../../support/house.ts'
import { story } from '../../support/story.ts'
import type { Stop } from '../../support/visitor.ts'

/** Somebody at the provider agreed, and their browser has not followed the redirect yet: the address it would go to. */
const callbackOf = async (person: Guest, name: string): Promise<URL> => callbackFrom(person, await person.openService(), name)

const callbackFrom = async (person: Guest, chooser: Stop, name: string): Promise<URL> => {
  const google = await person.browser.click(chooser, 'Google')
  const link = google.links.find(({ text }) => text.includes(name))
  assert.ok(link)
  const calls = outbound()
  const answer = await calls.fetch(new URL(link.href, google.url), { redirect: 'manual' })
  await calls.close()
  const callback = new URL(answer.headers.get('location') ?? '')
  assert.ok(callback.searchParams.get('code'))
  return callback
}

const sessionOf = (house: House, person: Guest): readonly string[] =>
  [...person.browser.cookies(house.publicUrl.hostname)].filter(([name]) => name.includes('session')).map(([, value]) => value)

story('a callback that belongs to another browser signs nobody in', async ({ house }) => {
  const mallory = guest(house)
  const callback = await callbackOf(mallory, BEN)
  const victim = guest(house)
  await victim.openService()
  for (const [browser, heading] of [
    [victim, /This sign-in is over here/],
    [guest(house), /blocking sign-in cookies/],
  ] as const) {
    const stop = await browser.browser.open(callback)
    assertPage(house, stop, heading)
    assert.deepEqual(sessionOf(house, browser), [])
  }
  assert.deepEqual(madeByUsher(house), [])
  assert.deepEqual(graphWrites(house), [])
  // The code was not spent on them either.
  assertArrived(house, await mallory.onward(await mallory.browser.open(callback)))
})

story('a callback works once, in its own browser too', async ({ house }) => {
  const ana = guest(house)
  const callback = await callbackOf(ana, ANA)
  assertArrived(house, await ana.onward(await ana.browser.open(callback)))
  const [session] = sessionOf(house, ana)
  house.emulator.journal.clear()
  const again = await ana.browser.open(callback)
  assert.equal(again.url.origin, house.publicUrl.origin)
  assert.equal(
    again.forms.some(({ action }) => action.startsWith('http')),
    false,
    'no second token',
  )
  assert.deepEqual(sessionOf(house, ana), [session])
  assert.deepEqual(graphWrites(house), [])
  assert.equal(madeByUsher(house).length, 1)
})

story('a callback of one connection does nothing at another one’s address', async ({ house }) => {
  const ana = guest(house)
  const callback = await callbackOf(ana, ANA)
  for (const connection of ['guests', 'staff', 'nobody', '..%2Fgoogle', 'GOOGLE']) {
    const elsewhere = new URL(callback)
    elsewhere.pathname = `/login/callback/${connection}`
    const stop = await ana.browser.open(elsewhere)
    assert.equal(stop.url.origin, house.publicUrl.origin)
    assert.deepEqual(sessionOf(house, ana), [], connection)
  }
  assert.deepEqual(graphWrites(house), [])
})

story('a callback from before a new try does not spend the new one', async ({ house }) => {
  const ana = guest(house)
  const chooser = await ana.openService()
  const before = await callbackFrom(ana, chooser, BEN)
  const now = await callbackFrom(ana, chooser, ANA)
  const madeUp = new URL(now)
  // As long as a state of ours in characters, though not in bytes.
  madeUp.searchParams.set('state', (now.searchParams.get('state') ?? '').replace(/.$/, 'é'))
  for (const stray of [before, madeUp, before]) {
    assertPage(house, await ana.browser.open(stray), /could not check that account/, 200)
    assert.deepEqual(sessionOf(house, ana), [])
  }
  assert.deepEqual(graphWrites(house), [])
  assertArrived(house, await ana.onward(await ana.browser.open(now)))
})

story('a callback without a state, with another, or with two, leads nowhere', async ({ house }) => {
  const ana = guest(house)
  const callback = await callbackOf(ana, ANA)
  const state = callback.searchParams.get('state') ?? ''
  const changes: readonly ((url: URL) => void)[] = [
    (url) => url.searchParams.delete('state'),
    (url) => url.searchParams.set('state', ''),
    (url) => url.searchParams.set('state', 'made.up'),
    (url) => url.searchParams.append('state', state),
    (url) => url.searchParams.set('state', `${state.split('.')[0]}.another`),
  ]
  for (const change of changes) {
    const url = new URL(callback)
    change(url)
    const stop = await ana.browser.open(url)
    assert.equal(stop.url.origin, house.publicUrl.origin)
    assert.ok(!stop.body.includes(callback.searchParams.get('code') ?? '?'))
    assert.deepEqual(sessionOf(house, ana), [], url.search)
  }
  assert.deepEqual(graphWrites(house), [])
})
