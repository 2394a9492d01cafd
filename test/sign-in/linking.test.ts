import assert from 'node:assert/strict'
import { DEMO_CONNECTIONS, DEMO_GOOGLE_CLIENT } from '../../src/cli/demo-settings.ts'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House, HouseOptions } from '../support/house.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

/** A second connection to the pretend Google: whoever comes through it is somebody new, with the address they have there. */
const MAIL = 'mail'

type Linking = Readonly<Record<string, 'explicit' | 'verified-email' | undefined>>

const linking =
  (how: Linking): NonNullable<HouseOptions['settings']> =>
  (settings) => {
    const google = settings.connections.find(({ name }: { name: string }) => name === DEMO_CONNECTIONS.google)
    const connections = [...settings.connections, { ...google, name: MAIL, label: 'Mail' }].map((one) => {
      const wanted = how[one.name]
      return wanted ? { ...one, linking: wanted } : one
    })
    const [relyingParty] = settings.relyingParties
    return { ...settings, connections, relyingParties: [{ ...relyingParty, connections: [...relyingParty.connections, MAIL] }] }
  }

const BOTH: Linking = { [DEMO_CONNECTIONS.google]: 'explicit', [DEMO_CONNECTIONS.guests]: 'explicit' }

const linkingStory = (name: string, how: Linking, tell: (told: Told) => Promise<void>): void =>
  story(
    name,
    async (told) => {
      const redirectUris = [DEMO_CONNECTIONS.google, MAIL].map((one) => new URL(`/login/callback/${one}`, told.house.publicUrl).href)
      await told.house.control('PUT', `/google/${DEMO_GOOGLE_CLIENT}`, { secret: told.house.secrets.google, redirectUris })
      await tell(told)
    },
    { settings: linking(how), databases: ['sqlite'] },
  )

const ownPage = ({ publicUrl }: House) => new URL('/you', publicUrl)
const withMail = async (person: Guest, stop: Stop, who: string): Promise<Stop> =>
  person.onward(await person.browser.click(await person.browser.click(stop, 'Mail'), who))

/** Dana, with her password, on her own page. */
const danaAtHome = async (house: House): Promise<{ readonly dana: Guest; readonly page: Stop }> => {
  const dana = guest(house)
  return { dana, page: await dana.withPassword(await dana.browser.open(ownPage(house))) }
}

/** As far as the question whether Google's Ben is to be Dana's as well. */
const asked = async (house: House, who: string = BEN) => {
  const { dana, page } = await danaAtHome(house)
  const chooser = await dana.browser.submit(page)
  return { dana, chooser, question: await dana.withGoogle(chooser, who) }
}

const events = (house: House, name: string) => house.lines.filter((line) => line.includes(`"${name}"`))

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
  const back = await dana.browser.click(refused, 'Try again')
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
  const { dana, page } = await danaAtHome(house)
  assert.deepEqual(page.forms, [])
  const ben = guest(house)
  const home = await ben.withGoogle(await ben.browser.open(ownPage(house)), BEN)
  const chooser = await ben.browser.submit(home)
  assert.doesNotMatch(chooser.text, /guest password/)
  const typed = await ben.browser.open(new URL(`${chooser.url.pathname.replace(/\/next$/, '')}/connection/guests`, house.publicUrl))
  assertPage(house, await dana.withPassword(typed).catch(() => typed), /does not exist|cannot be added|Continue with/)
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
