import assert from 'node:assert/strict'
import { ANA, assertArrived, assertPage, guest, madeByUsher } from '../support/guests.ts'
import { DANA } from '../support/house.ts'
import { story } from '../support/story.ts'

story('a password sent from a tab that was left behind goes on where the sign-in stands now', async ({ house }) => {
  const ana = guest(house)
  const chooser = await ana.openService()
  const left = await ana.browser.click(chooser, 'guest password')
  const google = await ana.browser.click(chooser, 'Google')
  assert.equal(google.url.origin, house.emulator.addresses.google)

  const onward = await ana.browser.submit(left, DANA)

  assert.equal(onward.url.origin, house.emulator.addresses.google, `${onward.status} ${onward.title}`)
  assertArrived(house, await ana.onward(await ana.browser.click(onward, ANA)))
  assert.equal(madeByUsher(house).length, 1)
})

story('a sign-in that was answered in one tab says so in the other', async ({ house }) => {
  const ana = guest(house)
  const chooser = await ana.openService()
  const left = await ana.browser.click(chooser, 'guest password')
  assertArrived(house, await ana.withGoogle(chooser, ANA))
  const again = await ana.browser.submit(left, DANA)
  assertPage(house, again, /You have signed in already/, 200)
})
