import assert from 'node:assert/strict'
import { DEMO_CONNECTIONS } from '../../src/cli/demo-settings.ts'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, guest, madeByUsher } from '../support/guests.ts'
import { asked, BOTH, danaAtHome, events, type Linking, linkingStory, MAIL, ownPage, withMail } from '../support/linking.ts'

linkingStory('somebody adds another way to sign in, and is the same person by both', BOTH, async ({ house, clock }) => {
  const { dana, page } = await danaAtHome(house)
  assertPage(house, page, /Your ways to sign in/, 200)
  assert.match(page.text, /dana@fabrikam\.example main/)
  const chooser = await dana.browser.submit(page)
  assertPage(house, chooser, /Continue with Google/)
  assert.doesNotMatch(chooser.text, /staff password|Mail/, 'only what may be added')
  const question = await dana.withGoogle(chooser, BEN)
  assertPage(house, question, /Add this way to sign in\? Google ben@okafor\.example/, 200)
  assert.match(question.text, /signs in as dana@fabrikam\.example/)
  const done = await dana.browser.submit(question, { choice: 'continue' })
  assert.equal(done.url.pathname, '/you')
  assert.match(done.text, /dana@fabrikam\.example main.*ben@okafor\.example Remove/)
  assert.equal(events(house, 'user_linked').length, 1)
  const first = guest(house)
  const arrived = assertArrived(house, await first.untilArrived(await first.withGoogle(await first.openService(), BEN)))
  assert.match(arrived, /^dana\.whitfield@/)
  clock.advance(10 * ONE_MINUTE_MS)
  const second = guest(house)
  assert.equal(assertArrived(house, await second.untilArrived(await second.withPassword(await second.openService()))), arrived)
  assert.equal(madeByUsher(house).length, 1)
})

linkingStory('what was added can be taken away again, and is somebody else then', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  await dana.browser.submit(question, { choice: 'continue' })
  const ben = guest(house)
  assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), BEN)))
  const page = await dana.browser.open(ownPage(house))
  const way = /name="way" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  assert.equal(page.body.split('name="way"').length, 2, 'the main one cannot be taken away')
  const form = { ...page, forms: page.forms.filter(({ action }) => action.startsWith('/you/remove')) }
  const nothing = await dana.browser.submit(form, { way: 'x'.repeat(43) })
  assertPage(house, nothing, /cannot be added or removed/, 403)
  const after = await dana.browser.submit(form, { way })
  assert.equal(after.url.pathname, '/you')
  assert.doesNotMatch(after.text, /ben@okafor/)
  assertPage(house, await ben.openService(), /Continue with Google/)
  const later = guest(house)
  assert.match(assertArrived(house, await later.untilArrived(await later.withGoogle(await later.openService(), BEN))), /^ben\.okafor@/)
})

linkingStory('nothing is added for somebody who signed in a while ago, until they sign in again', BOTH, async ({ house, clock }) => {
  const { dana, page } = await danaAtHome(house)
  clock.advance(6 * ONE_MINUTE_MS)
  const refused = await dana.browser.submit(page)
  assertPage(house, refused, /sign in once more/, 200)
  assert.deepEqual(refused.forms, [])
  const again = await dana.withPassword(await dana.browser.click(refused, 'Sign in once more'))
  assertPage(house, again, /Your ways to sign in/)
  assert.equal(again.forms.length, 1)
})

linkingStory('who has an account of their own is not made somebody else’s', BOTH, async ({ house }) => {
  const ben = guest(house)
  const arrived = assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), BEN)))
  const { dana, question } = await asked(house)
  const refused = await dana.browser.submit(question, { choice: 'continue' })
  assertPage(house, refused, /Two accounts cannot become one here/, 409)
  const back = await dana.browser.click(refused, 'Back to your page')
  assert.doesNotMatch(back.text, /okafor/)
  const later = guest(house)
  assert.equal(assertArrived(house, await later.untilArrived(await later.withGoogle(await later.openService(), BEN))), arrived)
  assert.deepEqual(events(house, 'user_linked'), [])
})

linkingStory('where nothing may be linked there is no such page', {}, async ({ house }) => {
  const stop = await guest(house).browser.open(ownPage(house))
  assertPage(house, stop, /There is no such page/, 404)
})

linkingStory('where only one of the two may be linked, nothing can be added', { google: 'explicit' }, async ({ house }) => {
  const { page } = await danaAtHome(house)
  assert.deepEqual(page.forms, [])
  const ben = guest(house)
  const home = await ben.withGoogle(await ben.browser.open(ownPage(house)), BEN)
  const chooser = await ben.browser.submit(home)
  assert.doesNotMatch(chooser.text, /guest password/)
  const transaction = chooser.url.pathname.replace(/\/next$/, '')
  const typing = await ben.browser.open(new URL(`${transaction}/connection/guests`, house.publicUrl))
  assert.deepEqual(typing.forms, [], 'it cannot be chosen by its address either')
  assertPage(house, typing, /This way to sign in does not exist/, 404)
  assert.deepEqual(events(house, 'user_linked'), [])
})

const BY_ADDRESS: Linking = { [DEMO_CONNECTIONS.google]: 'explicit', [MAIL]: 'verified-email' }

linkingStory(
  'who arrives with the verified address of somebody from a provider that gives it is that person',
  BY_ADDRESS,
  async ({ house }) => {
    const first = guest(house)
    const arrived = assertArrived(house, await first.untilArrived(await first.withGoogle(await first.openService(), ANA)))
    const second = guest(house)
    assert.equal(assertArrived(house, await second.untilArrived(await withMail(second, await second.openService(), ANA))), arrived)
    assert.equal(madeByUsher(house).length, 1)
    assert.equal(events(house, 'user_linked').length, 1)
  },
)

linkingStory('an address that Google only verified once makes nobody somebody else', BY_ADDRESS, async ({ house }) => {
  const first = guest(house)
  assertArrived(house, await first.untilArrived(await first.withGoogle(await first.openService(), BEN)))
  const second = guest(house)
  assertArrived(house, await second.untilArrived(await withMail(second, await second.openService(), BEN)))
  assert.equal(madeByUsher(house).length, 2)
  assert.deepEqual(events(house, 'user_linked'), [])
})
