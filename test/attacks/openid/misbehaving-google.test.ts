import assert from 'node:assert/strict'
import { misbehaviors } from '../../../emulator/google/id-token.ts'
import { ONE_HOUR_MS, ONE_MINUTE_MS } from '../../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, graphWrites, guest, madeByUsher } from '../../support/guests.ts'
import { story } from '../../support/story.ts'

/** The words a person reads; every one of them leaves the other ways to sign in open. */
const sentences: Readonly<Record<string, RegExp>> = {
  accessDenied: /You did not finish signing in/,
  tokenFails: /is not answering/,
  wrongState: /could not check that account|page has expired/,
}
// Its userinfo endpoint is not asked: the ID token says all there is. Its description is told below. And a token endpoint
// that hangs is a matter of time, which does not pass here while somebody is called.
const notHere = ['otherUserinfo', 'discoveryFails', 'tokenHangs']

story('whatever is wrong with Google’s answer, nobody gets in, and nothing is made', async ({ house, clock, tell }) => {
  const ways = misbehaviors.filter((way) => !notHere.includes(way))
  for (const how of ways) {
    await house.control('PUT', '/scenario/googleMisbehaves', { on: true, how })
    const ana = guest(house)
    const chooser = await ana.openService()
    const stop = await ana.withGoogle(chooser, ANA)
    assertPage(house, stop, sentences[how] ?? /could not check that account/)
    assert.match(stop.text, /guest password/, `${how}: there is another way`)
    const cookies = [...ana.browser.cookies(house.publicUrl.hostname).keys()]
    assert.deepEqual(
      cookies.filter((name) => /session/.test(name)),
      [],
      `${how}: no session`,
    )
    for (const secret of ['code=', 'id_token', 'eyJ']) assert.ok(!stop.body.includes(secret), `${how}: ${secret} on the page`)
    clock.advance(2 * ONE_HOUR_MS)
  }
  assert.deepEqual(madeByUsher(house), [])
  assert.deepEqual(graphWrites(house), [])
  const denied = house.lines.filter((line) => line.includes('sign_in_denied'))
  assert.ok(denied.length >= ways.length, 'each is in the log')
  for (const line of house.lines) assert.ok(!/eyJ[\w-]{20}|code=[\w-]{20}/.test(line), line)

  await house.control('PUT', '/scenario/googleMisbehaves', { on: false })
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  tell(`${ways.length} ways`)
})

story('while Google does not say where it is, people are told, and later they get in', async ({ house, clock }) => {
  await house.control('PUT', '/scenario/googleMisbehaves', { on: true, how: 'discoveryFails' })
  const ana = guest(house)
  const stop = await ana.browser.click(await ana.openService(), 'Google')
  assertPage(house, stop, /is not answering/)
  assert.deepEqual(graphWrites(house), [])
  await house.control('PUT', '/scenario/googleMisbehaves', { on: false })
  clock.advance(ONE_MINUTE_MS)
  assertArrived(house, await ana.withGoogle(stop, ANA))
})
