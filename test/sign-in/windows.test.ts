import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after } from 'node:test'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { fakeKerberos, NTLM_TOKEN, ticketFor } from '../support/fake-kerberos.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { AT_WORK, HERE, openOffice, synchronized } from '../support/office.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

const { userPrincipalName: UPN, principal: PRINCIPAL, right: RIGHT } = AT_WORK
const office = await openOffice()
after(() => office.close())

const KERBEROS = { via: 'kerberos', networks: HERE, service: 'HTTP@usher.localhost' }
const HEADER = { via: 'header', networks: HERE, proxies: ['127.0.0.1', '::1'] }

const kerberos = fakeKerberos()
const optionsWith = (windows: unknown, others?: readonly string[]) =>
  ({ databases: ['sqlite'], settings: office.settings(windows, others), kerberos }) as const

/** No time passes while the directory is asked. */
const unhurried = async ({ clock }: Pick<Told, 'clock'>, work: () => Promise<Stop>): Promise<Stop> => {
  const over = clock.busy()
  try {
    return await work()
  } finally {
    over()
  }
}

const open = (told: Told, person: Guest, query = ''): Promise<Stop> =>
  unhurried(told, async () => {
    const { login, service } = told.house.emulator.addresses
    const target = encodeURIComponent(`${service}/sites/partners`)
    return person.onward(
      await person.browser.open(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.employeeDomain}&wreply=${target}${query}`),
    )
  })

const type = (told: Told, person: Guest, page: Stop, who: Readonly<Record<string, string>> = RIGHT): Promise<Stop> =>
  unhurried(told, async () => person.onward(await person.browser.submit(page, who)))

/** How often the browser was asked for a ticket. */
const challenges = (person: Guest): number => person.browser.hops.filter(({ status }) => status === 401).length

const assertNobodyCameIn = (house: House): void => {
  assert.ok(!house.lines.some((line) => line.includes('"token_issued"')))
  assert.deepEqual(graphWrites(house), [])
}

story(
  'somebody at work arrives by the ticket they have, and types nothing',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house, { ticket: ticketFor(PRINCIPAL) })
    assert.equal(assertArrived(house, await open(told, person)), UPN)
    assert.equal(challenges(person), 1)
    assert.deepEqual(graphWrites(house), [])
    assert.ok(!person.browser.hops.some(({ method, url }) => method === 'POST' && url.pathname.endsWith('/password')))
    assert.ok(!house.lines.join('').includes(ticketFor(PRINCIPAL)))
  },
  optionsWith(KERBEROS),
)

story(
  'whoever has no ticket sees the password page in the same answer, and comes in with it',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house)
    const page = await open(told, person)
    assertPage(house, page, /the office password/, 401)
    assert.equal(page.headers.get('www-authenticate'), 'Negotiate')
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self'/)
    const wrong = await type(told, person, page, { username: 'alice', password: 'not hers' })
    assertPage(house, wrong, /not right/, 422)
    assert.equal(wrong.headers.get('www-authenticate'), null)
    assert.equal(assertArrived(house, await type(told, person, wrong)), UPN)
  },
  optionsWith(KERBEROS),
)

/** In the audit. */
const refusalsKept = ({ folder }: House): number => {
  const config = readdirSync(folder).find((name) => /^usher-\d+\.json$/.test(name)) ?? ''
  const written: { readonly database: string } = JSON.parse(readFileSync(join(folder, config), 'utf8'))
  const database = new DatabaseSync(written.database.replace(/^sqlite:/, ''), { readOnly: true })
  try {
    return database.prepare("select type from events where type = 'ticket_refused'").all().length
  } finally {
    database.close()
  }
}

const BAD_TICKETS = {
  NTLM: NTLM_TOKEN,
  'a broken ticket': Buffer.from([0x60, 0, 0]).toString('base64'),
  'another realm': ticketFor('alice@OTHER.TEST'),
  'somebody the directory does not know': ticketFor('mallory@AD.USHER.TEST'),
} as const

story(
  'a ticket that does not do leads to the password page, once',
  async (told) => {
    const { house } = told
    await synchronized(house)
    for (const [what, ticket] of Object.entries(BAD_TICKETS)) {
      const before = house.lines.length
      const person = guest(house, { ticket })
      const page = await open(told, person)
      assertPage(house, page, /the office password/, 200)
      assert.equal(page.headers.get('www-authenticate'), null)
      const again = await unhurried(told, () => person.browser.open(page.url))
      assertPage(house, again, /the office password/, 200)
      assert.equal(challenges(person), 1, `${what}: asked for again`)
      assert.match(house.lines.slice(before).join(''), /"windows_refused".*"office"|"office".*"windows_refused"/, what)
      assertNobodyCameIn(house)
    }
    assert.equal(refusalsKept(house), Object.keys(BAD_TICKETS).length, 'whoever must answer for it later finds each')
    const person = guest(house, { ticket: NTLM_TOKEN })
    assert.equal(assertArrived(house, await type(told, person, await open(told, person))), UPN)
  },
  optionsWith(KERBEROS),
)

story(
  'an account that is switched off leads to the password page, and not in a circle',
  async (told) => {
    const { house } = told
    await synchronized(house)
    office.change({ userAccountControl: '514' })
    try {
      const person = guest(house, { ticket: ticketFor(PRINCIPAL) })
      const page = await open(told, person)
      assertPage(house, page, /the office password/, 200)
      assert.equal(challenges(person), 1)
      assertPage(house, await type(told, person, page), /Your account is switched off/, 403)
      assertNobodyCameIn(house)
    } finally {
      office.change()
    }
  },
  optionsWith(KERBEROS),
)

story(
  'the password page has an address of its own, and whoever opened it is not asked for a ticket any more',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house)
    const asked = await open(told, person)
    assertPage(house, asked, /the office password/, 401)
    const page = await unhurried(told, () => person.browser.open('password', asked))
    assertPage(house, page, /the office password/, 200)
    const again = await unhurried(told, () => person.browser.open(new URL(page.url.pathname.replace('/password', ''), page.url)))
    assertPage(house, again, /the office password/, 200)
    assert.equal(challenges(person), 1)
    assert.equal(assertArrived(house, await type(told, person, page)), UPN)
  },
  optionsWith(KERBEROS),
)

story(
  'where credentials are asked for anew a ticket is no answer',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house, { ticket: ticketFor(PRINCIPAL) })
    assertArrived(house, await open(told, person))
    const fresh = await unhurried(told, () =>
      person.browser.open(`${house.publicUrl.origin}/wsfed?wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wfresh=0`),
    )
    assertPage(house, fresh, /the office password/, 200)
    const direct = await unhurried(told, () =>
      person.browser.open(new URL(fresh.forms[0]?.action.replace('/password', '/windows') ?? '', fresh.url)),
    )
    assertPage(house, direct, /the office password/, 200)
    const minutes = await unhurried(told, () =>
      person.browser.open(`${house.publicUrl.origin}/wsfed?wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wfresh=60`),
    )
    assertPage(house, minutes, /the office password/, 200)
    assert.equal(challenges(person), 1)
  },
  optionsWith(KERBEROS),
)

/** Types an address into the chooser. */
const typeAddress = (told: Told, person: Guest, email: string): Promise<Stop> =>
  unhurried(told, async () => person.onward(await person.browser.submit(await person.smartLink(), { email })))

story(
  'who types their own address arrives by their ticket; who types another’s is asked for the password',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const bob = guest(house, { ticket: ticketFor(PRINCIPAL) })
    const page = await typeAddress(told, bob, 'bob@usher.test')
    assertPage(house, page, /the office password/, 200)
    assert.equal(page.forms[0]?.fields['username'], 'bob@usher.test')
    assertNobodyCameIn(house)
    const wrong = await type(told, bob, page, { username: 'bob@usher.test', password: 'not his' })
    assertPage(house, await unhurried(told, () => bob.browser.open(wrong.url)), /the office password/, 200)
    assert.equal(challenges(bob), 1)
    assertNobodyCameIn(house)
    const herself = guest(house, { ticket: ticketFor(PRINCIPAL) })
    const arrived = await typeAddress(told, herself, 'Alice@usher.test')
    assert.equal(arrived.headers.get('x-emulator-arrived'), UPN)
  },
  optionsWith(KERBEROS, ['guests']),
)

story(
  'who typed another’s address at Microsoft is asked for that one’s password',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house, { ticket: ticketFor(PRINCIPAL) })
    const named = (name: string) => {
      const query = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', username: name })
      return unhurried(told, async () => person.browser.open(`${house.publicUrl.origin}/wsfed?${query}`))
    }
    const page = await named(`bob@${DEMO_TENANT.employeeDomain}`)
    assertPage(house, page, /the office password/, 200)
    assert.equal(page.forms[0]?.fields['username'], `bob@${DEMO_TENANT.employeeDomain}`)
    assertNobodyCameIn(house)
    assert.ok((await named(UPN.toUpperCase())).forms[0]?.fields['wresult'])
  },
  optionsWith(KERBEROS),
)

story(
  'whoever goes back to choose another way is not made the owner of the computer',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house)
    const page = await unhurried(told, async () => person.browser.click(await person.smartLink(), 'the office password'))
    assertPage(house, page, /the office password/, 401)
    const ways = await person.browser.click(page, 'another way')
    const again = await unhurried(told, () => person.browser.click(ways, 'the office password'))
    assertPage(house, again, /the office password/, 200)
    assert.equal(challenges(person), 1)
  },
  optionsWith(KERBEROS, ['guests']),
)

story(
  'outside the networks nobody is asked for a ticket, and none is taken',
  async (told) => {
    const { house } = told
    const person = guest(house, { ticket: ticketFor(PRINCIPAL), says: { authorization: `Negotiate ${ticketFor(PRINCIPAL)}` } })
    const page = await open(told, person)
    assertPage(house, page, /the office password/, 200)
    const direct = await person.browser.open(new URL(page.forms[0]?.action.replace('/password', '/windows') ?? '', page.url))
    assertPage(house, direct, /the office password/, 200)
    assert.equal(challenges(person), 0)
    assertNobodyCameIn(house)
  },
  optionsWith({ ...KERBEROS, networks: ['192.0.2.0/24'] }),
)

story(
  'somebody behind a listed proxy arrives by its word',
  async (told) => {
    const { house } = told
    await synchronized(house)
    const person = guest(house, { says: { 'x-remote-user': PRINCIPAL } })
    assert.equal(assertArrived(house, await open(told, person)), UPN)
    assert.equal(challenges(person), 0)
  },
  optionsWith(HEADER),
)

const SAYS_NOTHING: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'x-remote-user': '' },
  { 'x-remote-user': `${PRINCIPAL}, ${PRINCIPAL}` },
  { x_remote_user: PRINCIPAL },
]

story(
  'a proxy that says nothing, and a stranger who says something, lead to the password page',
  async (told) => {
    const { house } = told
    for (const says of SAYS_NOTHING) {
      const person = guest(house, { says })
      assertPage(house, await open(told, person), /the office password/, 200)
      assert.equal(challenges(person), 0)
    }
    assertNobodyCameIn(house)
  },
  optionsWith(HEADER),
)

story(
  'what a visit says of its way does not make it one of a proxy',
  async (told) => {
    const { house } = told
    for (const [name, value] of [
      ['x-forwarded-for', '192.0.2.9'],
      ['forwarded', 'for=192.0.2.9'],
      ['x-real-ip', '192.0.2.9'],
    ] as const) {
      const person = guest(house, { says: { [name]: value, 'x-remote-user': PRINCIPAL } })
      assertPage(house, await open(told, person), /the office password/, 200)
    }
    assertNobodyCameIn(house)
  },
  optionsWith({ ...HEADER, proxies: ['192.0.2.9'] }),
)
