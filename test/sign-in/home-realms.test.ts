import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ANA, assertArrived, assertPage, BEN, type Guest, graphWrites, guest } from '../support/guests.ts'
import { DANA, type House, type HouseOptions } from '../support/house.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

const OF_GOOGLE = ['okafor.example', 'both.example', DEMO_TENANT.guestDomain]
const OF_GUESTS = ['fabrikam.example', 'both.example', 'bücher.example']

interface Declared {
  readonly connections: readonly { readonly name: string }[]
}

const realms: Readonly<Record<string, readonly string[]>> = { google: OF_GOOGLE, guests: OF_GUESTS }

const withRealms: NonNullable<HouseOptions['settings']> = (settings: Declared) => ({
  ...settings,
  connections: settings.connections.map((one) => ({ ...one, homeRealms: realms[one.name] ?? [] })),
})

/** What a database does with it is the same everywhere. */
const realmStory = (name: string, tell: (told: Told) => Promise<void>): void =>
  story(name, tell, { settings: withRealms, databases: ['sqlite'] })

const ways = (stop: Stop): readonly string[] => stop.links.map(({ text }) => text).filter((text) => text.startsWith('Continue with'))
const ALL_WAYS = 3

const typing = (person: Guest, stop: Stop, email: string): Promise<Stop> => person.browser.submit(stop, { email })

/** As Microsoft sends somebody whose name it knows. */
const sentFor = ({ browser }: Guest, house: House, query: Readonly<Record<string, string>>): Promise<Stop> => {
  const request = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'c', ...query })
  return browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${request}`)
}

realmStory('an address leads to the provider of its domain, which is told it, and from there into Microsoft 365', async ({ house }) => {
  const ben = guest(house)
  const google = await typing(ben, await ben.openService(), ' Ben@Okafor.example ')
  assert.equal(google.url.origin, house.emulator.addresses.google)
  assert.equal(
    ben.browser.hops.findLast(({ location }) => location?.includes('login_hint'))?.status,
    200,
    'no redirect leaves after a post',
  )
  assert.match(ben.browser.hops.map(({ location }) => location).join(' '), /[?&]login_hint=Ben%40Okafor\.example(&|\s|$)/)
  assertArrived(house, await ben.untilArrived(await ben.onward(await ben.browser.click(google, BEN))))
})

realmStory('an address of people with a password leads to their page, where it is filled in', async ({ house }) => {
  const dana = guest(house)
  const page = await typing(dana, await dana.openService(), DANA.username)
  assertPage(house, page, /with a guest password/, 200)
  assert.equal(page.forms[0]?.fields['username'], DANA.username)
  assertArrived(house, await dana.untilArrived(await dana.withPassword(page)))
})

realmStory('who typed one address, and means another, may go back and choose', async ({ house }) => {
  const dana = guest(house)
  const chooser = await dana.openService()
  const page = await typing(dana, chooser, DANA.username)
  const other = await dana.browser.click(page, 'Sign in another way')
  assert.equal(ways(other).length, ALL_WAYS)
  assert.equal(other.forms[0]?.fields['email'], '', 'what was typed is forgotten')
  const google = await typing(dana, chooser, 'ben@okafor.example')
  assert.equal(google.url.origin, house.emulator.addresses.google, 'also from the page that was left open')
  const password = await dana.browser.click(chooser, 'guest password')
  assert.equal(password.forms[0]?.fields['username'], '', 'an address goes nowhere it does not belong')
})

realmStory('a domain nobody has leads nowhere, and the answer says nothing about people', async ({ house }) => {
  const ana = guest(house)
  assertArrived(house, await ana.untilArrived(await ana.withGoogle(await ana.openService(), ANA)))
  const account = `ana.ruiz@${DEMO_TENANT.guestDomain}`
  const person = guest(house)
  const chooser = await person.openService()
  const same = (stop: Stop) => stop.body.replaceAll(/"\/sign-in\/[^"]*"/g, '').replaceAll(/value="[^"]*"/g, '')
  const [known, unknown] = [await typing(person, chooser, account), await typing(person, chooser, `nobody@${DEMO_TENANT.guestDomain}`)]
  assert.equal(same(known), same(unknown), 'an account there is and one there is not')
  for (const address of [account, 'dana@mail.fabrikam.example', 'dana@nowhere.example']) {
    const stop = await typing(person, chooser, address)
    const domain = address.slice(address.indexOf('@') + 1)
    assertPage(house, stop, new RegExp(`We cannot tell from ${RegExp.escape(domain)} where you sign in`), 422)
    assert.match(stop.title, /^Problem: /)
    assert.equal(stop.forms[0]?.fields['email'], address)
    assert.equal(ways(stop).length, ALL_WAYS, 'the other ways are offered')
  }
  assert.equal((await person.browser.open((await typing(person, chooser, account)).url)).status, 200, 'its address can be opened again')
})

realmStory('what is no address is said to be none, and harms nobody', async ({ house }) => {
  const person = guest(house)
  const chooser = await person.openService()
  assertPage(house, await typing(person, chooser, '  '), /Enter your work or school email address/, 422)
  const hostile = ['dana', '@fabrikam.example', 'a@b@fabrikam.example', 'x\u202e@fabrikam.example', `${'a'.repeat(900)}@fabrikam.example`]
  for (const typed of [...hostile, `"><script>alert(1)</script>@fabrikam.example`, 'dana@fabrikam.example\r\nset-cookie: a=b']) {
    const stop = await typing(person, chooser, typed)
    assertPage(house, stop, /Enter an email address in the correct format/, 422)
    assert.ok(!stop.body.includes('<script>alert'))
    assert.ok((stop.forms[0]?.fields['email'] ?? '').length <= 320)
  }
  const forms = chooser.forms.map((form) => ({ ...form, action: new URL(form.action, chooser.url).href }))
  const elsewhere = { ...chooser, forms, url: new URL('https://evil.example/') }
  assertPage(house, await person.browser.submit(elsewhere, { email: DANA.username }), /This request came from another site/, 403)
  const foreign = await guest(house).browser.submit(chooser, { email: DANA.username })
  assertPage(house, foreign, /blocking sign-in cookies/, 400)
  assert.deepEqual(graphWrites(house), [])
})

realmStory('where two have a domain those two are offered, also when the page is opened again', async ({ house }) => {
  assert.deepEqual(await house.app().settingsNotes(), [
    `relying party ${house.clientId}: people of both.example choose between google and guests`,
    `relying party ${house.clientId}: ${DEMO_TENANT.guestDomain} is federated with Usher, so it leads nobody to connection google`,
  ])
  const person = guest(house)
  const two = await typing(person, await person.openService(), 'kim@both.example')
  assert.deepEqual(ways(two), ['Continue with Google', 'Continue with a guest password'])
  assert.equal(two.forms.length, 0)
  const again = await person.browser.open(two.url)
  assert.deepEqual(ways(again), ways(two))
  const password = await person.browser.click(again, 'guest password')
  assert.equal(password.forms[0]?.fields['username'], 'kim@both.example')
  assert.equal(ways(await person.browser.click(two, 'Sign in another way')).length, ALL_WAYS)
})

realmStory('a name Microsoft mentions leads to its domain; the domain of our own accounts is nobody’s home', async ({ house }) => {
  const named = await sentFor(guest(house), house, { username: 'someone@okafor.example' })
  assert.equal(named.url.origin, house.emulator.addresses.google)
  const ours: readonly Readonly<Record<string, string>>[] = [
    { whr: DEMO_TENANT.guestDomain },
    { username: `nobody@${DEMO_TENANT.guestDomain}` },
    { whr: `below.${DEMO_TENANT.guestDomain}` },
  ]
  for (const query of ours) {
    const stop = await sentFor(guest(house), house, query)
    assertPage(house, stop, /Your work or school email/, 200)
    assert.equal(stop.forms[0]?.fields['email'], '', 'a name of an account is no address')
  }
  const realm = await sentFor(guest(house), house, { whr: 'FABRIKAM.example', username: 'x@okafor.example' })
  assertPage(house, realm, /with a guest password/, 200)
})

realmStory('the way somebody used last is shown first, and not taken for them', async ({ house }) => {
  const ana = guest(house)
  await ana.untilArrived(await ana.withGoogle(await ana.openService(), ANA))
  await ana.browser.open(`${house.publicUrl.origin}/logout`)
  const stop = await ana.openService()
  assert.equal(stop.url.origin, house.publicUrl.origin)
  assert.match(ways(stop)[0] ?? '', /Google.*last used/)
  assert.ok(!/<input id="email"[^>]*autofocus/.test(stop.body), 'and the cursor is not in the way')
  assert.match((await guest(house).openService()).body, /<input id="email"[^>]*autofocus/)
})

realmStory(
  'a name of one of our own accounts stands on no page that asks for a guest’s password, but on the directory’s',
  async ({ house }) => {
    const somebody = guest(house)
    const filled = async (username: string, words: string): Promise<string | undefined> => {
      const page = await somebody.browser.click(await sentFor(somebody, house, { username, wfresh: '0' }), words)
      return page.forms.find(({ fields }) => 'password' in fields)?.fields['username']
    }
    assert.equal(await filled(`whoever@${DEMO_TENANT.guestDomain}`, 'guest password'), '')
    assert.equal(await filled('dana@elsewhere.example', 'guest password'), 'dana@elsewhere.example')
    const employee = `erika.vogt@${DEMO_TENANT.employeeDomain}`
    assert.equal(await filled(employee, 'guest password'), '')
    assert.equal(await filled(employee, 'staff password'), employee)
  },
)
