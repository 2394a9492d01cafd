import assert from 'node:assert/strict'
import { demoSettings } from '../../../src/cli/demo-settings.ts'
import { ONE_MINUTE_MS } from '../../../src/kernel/clock.ts'
import { ANA, assertPage, BEN, guest } from '../../support/guests.ts'
import { asked, BOTH, danaAtHome, events, linking, linkingStory, ownPage, trustingGoogle } from '../../support/linking.ts'
import { story } from '../../support/story.ts'
import type { House } from '../../support/house.ts'
import type { Stop } from '../../support/visitor.ts'

const linked = (house: House): number => events(house, 'user_linked').length
const ANYTHING =
  /You are not signed in as before|This sign-in page has expired|This sign-in is over here|blocking sign-in cookies|You have signed in already/

/** The way back from Google, as the address somebody could send to somebody else. */
const callbackOf = async (house: House, google: Stop, who: string): Promise<string> => {
  const link = google.links.find(({ text }) => text.includes(who))
  const answer = await house.emulator.fetch(new Request(new URL(link?.href ?? '', google.url)))
  return answer.headers.get('location') ?? ''
}

linkingStory('an attacker’s way back, opened by somebody else, gives nobody anything', BOTH, async ({ house }) => {
  const attacker = await danaAtHome(house)
  const google = await attacker.dana.browser.click(await attacker.dana.browser.submit(attacker.page), 'Google')
  const callback = await callbackOf(house, google, BEN)
  assert.ok(callback.startsWith(`${house.publicUrl.origin}/login/callback/google?`))
  const victim = guest(house)
  assertPage(house, await victim.withGoogle(await victim.browser.open(ownPage(house)), BEN), /Your ways to sign in/)
  const stop = await victim.browser.open(callback)
  assertPage(house, stop, /This sign-in is over here/, 410)
  assert.match((await victim.browser.open(ownPage(house))).text, /as Ben Okafor.*ben@okafor\.example main/)
  assert.doesNotMatch((await attacker.dana.browser.open(ownPage(house))).text, /okafor/)
  assert.equal(linked(house), 0)
})

linkingStory('a confirmation is nothing in another browser, and nothing without the person', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  const other = guest(house)
  assertPage(house, await other.browser.submit(question, { choice: 'continue' }), /blocking sign-in cookies/, 400)
  await dana.browser.open(new URL('/logout', house.publicUrl))
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /This sign-in is over here/, 410)
  assert.equal(linked(house), 0)
})

linkingStory('who became somebody else meanwhile adds nothing to either of them', BOTH, async ({ house }) => {
  const dana = guest(house)
  const otherTab = await dana.browser.click(await dana.openService(), 'Google')
  const page = await dana.withPassword(await dana.browser.open(ownPage(house)))
  const question = await dana.withGoogle(await dana.browser.submit(page), BEN)
  assertPage(house, question, /Add this way to sign in/, 200)
  const whether = await dana.onward(await dana.browser.click(otherTab, ANA))
  await dana.onward(await dana.browser.submit(whether, { choice: 'continue' }))
  assertPage(house, await dana.browser.open(ownPage(house)), /Your ways to sign in .* as Ana Ruiz/)
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /You are not signed in as before/, 409)
  assert.doesNotMatch((await dana.browser.open(ownPage(house))).text, /dana@/)
  assert.equal(linked(house), 0)
})

linkingStory('a confirmation counts once, and not again after it was taken back', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  const page = await dana.browser.submit(question, { choice: 'continue' })
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /You have signed in already/)
  const way = /name="way" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  const removal = { ...page, forms: page.forms.filter(({ action }) => action.startsWith('/you/remove')) }
  await dana.browser.submit(removal, { way })
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), ANYTHING)
  await dana.browser.submit(removal, { way })
  assert.doesNotMatch((await dana.browser.open(ownPage(house))).text, /okafor/)
  assert.deepEqual([linked(house), events(house, 'user_unlinked').length], [1, 1])
})

linkingStory('of ten confirmations at once one counts', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  const stops = await Promise.all(Array.from({ length: 10 }, () => dana.browser.submit(question, { choice: 'continue' })))
  assert.equal(linked(house), 1)
  for (const stop of stops) assert.ok(stop.status < 500, `${stop.status} ${stop.title}`)
  assert.equal((await dana.browser.open(ownPage(house))).text.match(/ben@okafor/g)?.length, 1)
})

linkingStory('of two people who claim one identity at once one has it', BOTH, async ({ house }) => {
  const one = await asked(house)
  const other = guest(house)
  const home = await other.withGoogle(await other.browser.open(ownPage(house)), ANA)
  const question = await other.withGoogle(await other.browser.submit(home), BEN)
  const stops = await Promise.all([
    one.dana.browser.submit(one.question, { choice: 'continue' }),
    other.browser.submit(question, { choice: 'continue' }),
  ])
  assert.deepEqual(stops.map(({ status }) => status).sort(), [200, 409])
  assert.equal(linked(house), 1)
})

linkingStory('a question nobody answers for ten minutes is no question any more', BOTH, async ({ house, clock }) => {
  const { dana, question } = await asked(house)
  clock.advance(11 * ONE_MINUTE_MS)
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /This sign-in page has expired/, 410)
  assert.equal(linked(house), 0)
})

linkingStory('what was switched off while the question stood is not added', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  await house.app().apply(linking({ guests: 'explicit' })(demoSettings(house.publicUrl, house.emulator, house.secrets)))
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /cannot be added/, 403)
  assert.equal(linked(house), 0)
})

linkingStory('one’s own identity is not another way to sign in', BOTH, async ({ house }) => {
  const { dana, page } = await danaAtHome(house)
  const question = await dana.withPassword(await dana.browser.submit(page))
  assertPage(house, question, /Add this way to sign in/)
  assertPage(house, await dana.browser.submit(question, { choice: 'continue' }), /in use already/, 409)
  assert.equal(linked(house), 0)
})

linkingStory('to see the other’s account, or to make none, is not for who only claims it', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  const chooser = await dana.browser.submit(question, { choice: 'switch' })
  assertPage(house, chooser, /Continue with Google/)
  const page = await dana.browser.open(ownPage(house))
  assert.match(page.text, /as Dana Whitfield/)
  assert.equal(linked(house), 0)
  assert.equal(await house.app().findUser('google-oauth2|108234567890123456702'), undefined, 'nobody was made of it')
})

story(
  'who shows one factor does not bring along a second way that shows two',
  async ({ house }) => {
    const { dana, question } = await asked(house)
    assert.match((await dana.browser.submit(question, { choice: 'continue' })).text, /ben@okafor\.example/, 'before there was none')
    await house.emulator.scenario('googleSecondFactor', true)
    const thief = await asked(house, ANA)
    assertPage(house, thief.question, /cannot be added/, 403)
    const transaction = thief.question.url.searchParams.get('state')?.split('.')[0]
    const form = { ...question, forms: question.forms.map((one) => ({ ...one, action: `/sign-in/${transaction}/account` })) }
    const insisting = await thief.dana.browser.submit(form, { choice: 'continue' })
    assert.equal(insisting.url.origin, house.emulator.addresses.google, 'there is nothing to say yes to')
    assert.equal(linked(house), 1)
    const owner = guest(house)
    const home = await owner.withGoogle(await owner.browser.open(ownPage(house)), BEN)
    const again = await owner.withGoogle(await owner.browser.submit(home), ANA)
    assertPage(house, again, /Add this way to sign in/, 200)
    assert.match((await owner.browser.submit(again, { choice: 'continue' })).text, /ana\.ruiz@gmail\.com/)
  },
  { settings: trustingGoogle(BOTH), databases: ['sqlite'] },
)

linkingStory('an address that nobody checked is not shown as if it were theirs', BOTH, async ({ house }) => {
  const { question } = await asked(house, 'Chris Lund')
  assertPage(house, question, /Add this way to sign in\? Google chris\.lund@fabrikam\.example \(not confirmed\)/, 200)
})

linkingStory('no link in a mail adds, removes or confirms anything', BOTH, async ({ house }) => {
  const { dana, question } = await asked(house)
  const transaction = /\/sign-in\/[\w-]+/.exec(question.forms[0]?.action ?? '')?.[0]
  for (const path of [`${transaction}/account?choice=continue`, `${transaction}/next?choice=continue`, '/you/add', '/you?way=x'])
    assertPage(house, await dana.browser.open(new URL(path, house.publicUrl)), /Add this way to sign in|Your ways to sign in/, 200)
  assert.equal(linked(house), 0)
  const page = await dana.browser.submit(question, { choice: 'continue' })
  const way = /name="way" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  for (const path of ['/you/remove', '/you'])
    assert.match((await dana.browser.open(new URL(`${path}?client=${house.clientId}&way=${way}`, house.publicUrl))).text, /okafor/)
  const elsewhere = {
    ...page,
    url: new URL('https://mallory.example/'),
    forms: [{ action: `${house.publicUrl.origin}/you/remove`, method: 'POST' as const, fields: { way } }],
  }
  assertPage(house, await dana.browser.submit(elsewhere), /came from another site/, 403)
  assert.match((await dana.browser.open(ownPage(house))).text, /okafor/)
  assert.deepEqual([linked(house), events(house, 'user_unlinked').length], [1, 0])
})

linkingStory('a page that was left open removes nothing for who signed in since', BOTH, async ({ house }) => {
  const dana = guest(house)
  const otherTab = await dana.browser.click(await dana.openService(), 'Google')
  const home = await dana.withPassword(await dana.browser.open(ownPage(house)))
  const page = await dana.browser.submit(await dana.withGoogle(await dana.browser.submit(home), BEN), { choice: 'continue' })
  const way = /name="way" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  const whether = await dana.onward(await dana.browser.click(otherTab, ANA))
  await dana.onward(await dana.browser.submit(whether, { choice: 'continue' }))
  const form = { ...page, forms: page.forms.filter(({ action }) => action.startsWith('/you/remove')) }
  assertPage(house, await dana.browser.submit(form, { way }), /cannot be added or removed/, 403)
  assert.deepEqual(events(house, 'user_unlinked'), [])
})
