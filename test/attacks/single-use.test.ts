import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEMO_CONNECTIONS, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { databases } from '../support/databases.ts'
import { assertArrived, guest } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { patient } from '../support/patient.ts'
import { isLong } from '../support/seeds.ts'
import { createStoryClock } from '../support/story-clock.ts'
import type { Visitor } from '../support/visitor.ts'

/** Things of each kind that work once, and how many try each of them at the same moment. No more at once than passwords from one address. */
const ARTEFACTS = isLong ? 40 : 12
const RACERS = isLong ? 50 : 12
const ROUNDS = isLong ? 2 : 1
const PASSWORD = 'a long enough password'
/** Where no session is kept, so that only the hop's grant can answer. */
const FORGETFUL = 'forgetful'

/** What works once: an address, and the browser it works in. */
interface Artefact {
  readonly address: string
  readonly cookie: string
  /** Set for what ends in a way through Microsoft rather than in a token. */
  readonly leadsTo?: string
}

interface Ring {
  readonly house: House
  readonly call: typeof fetch
}

const cookieOf = (browser: Visitor, { publicUrl }: House): string =>
  [...browser.cookies(publicUrl.hostname)].map(([name, value]) => `${name}=${value}`).join('; ')

const requestTo = ({ publicUrl }: House, clientId: string): string =>
  `${publicUrl.origin}/wsfed/${clientId}?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'x' })}`

/** The way back from a provider, not gone yet: it carries a code and our state. */
const callback = async ({ house, call }: Ring): Promise<Artefact> => {
  const { browser, openService } = guest(house)
  const google = await browser.click(await openService(), 'Google')
  const asSomebody = (google.links[0]?.href ?? '').replace(/\/as\/[^?]*/, '/as/guest-1')
  const answer = await call(new URL(asSomebody, google.url), { redirect: 'manual' })
  const address = answer.headers.get('location') ?? ''
  assert.ok(address.startsWith(`${house.publicUrl.origin}/login/callback/`), address)
  return { address, cookie: cookieOf(browser, house) }
}

/** Somebody typed their password; `begin` leads to the form. Answers with where they are sent, not gone yet. */
const afterPassword = async ({ house, call }: Ring, begin: string, number: number): Promise<Artefact> => {
  const { browser } = guest(house)
  const page = await browser.click(await browser.open(begin), 'staff password')
  const form = page.forms[0]
  assert.ok(form)
  const answer = await call(new URL(form.action, page.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(browser, house), origin: house.publicUrl.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form.fields, username: `racer-${number}`, password: PASSWORD }).toString(),
  })
  const address = new URL(answer.headers.get('location') ?? '', page.url).href
  assert.match(address, /\/sign-in\/[^/]+\/next$/, `${answer.status}`)
  return { address, cookie: cookieOf(browser, house) }
}

/** A sign-in that is about to be answered. */
const signIn = (ring: Ring, number: number): Promise<Artefact> => afterPassword(ring, requestTo(ring.house, ring.house.clientId), number)

/** A sign-in that began at Usher, just before it is sent through Microsoft. */
const beforeHop = async (ring: Ring, number: number): Promise<Artefact> => ({
  ...(await afterPassword(ring, `${ring.house.publicUrl.origin}/login?client=${FORGETFUL}&protocol=wsfed`, number)),
  leadsTo: `${ring.house.emulator.addresses.login}/login.srf`,
})

/** A sign-in that began at Usher and was sent through Microsoft: the request that comes back is answered without asking, once. */
const hopGrant = async (ring: Ring, number: number): Promise<Artefact> => {
  const { house, call } = ring
  const { address, cookie } = await beforeHop(ring, number)
  const hop = await call(address, { redirect: 'manual', headers: { cookie } })
  const body = await hop.text()
  assert.ok(!body.includes('wresult') && !hop.headers.getSetCookie().some((one) => one.includes('session')))
  return { address: requestTo(house, FORGETFUL), cookie }
}

const KINDS = {
  'ways back from a provider': callback,
  'sign-ins about to be answered': signIn,
  'sign-ins about to go through the relying party': beforeHop,
  'hops through the relying party': hopGrant,
}

interface Tried {
  /** It did what it does once. */
  readonly worked: boolean
  readonly status: number
}

const use = async ({ call }: Ring, { address, cookie, leadsTo }: Artefact): Promise<Tried> => {
  const answer = await call(address, { redirect: 'manual', headers: { cookie } })
  const body = await answer.text()
  const hasToken = body.includes('name="wresult"')
  assert.ok(!(hasToken && leadsTo), 'no token where Microsoft has nothing open')
  return { worked: leadsTo ? body.includes(leadsTo) : hasToken, status: answer.status }
}

const tokensIssued = ({ lines }: House): number => lines.filter((line) => line.includes('"token_issued"')).length

const statusesOf = (all: readonly Tried[]): string =>
  JSON.stringify(Object.fromEntries([...Map.groupBy(all, ({ status }) => status)].map(([status, some]) => [status, some.length])))

const withARelyingPartyThatForgets = (settings: { readonly relyingParties: readonly object[] }) => ({
  ...settings,
  relyingParties: [...settings.relyingParties, { ...settings.relyingParties[0], clientId: FORGETFUL, sessionMaxAgeSeconds: 0, links: {} }],
})

/** People of the directory: they have their accounts. */
const addRacers = async (house: House): Promise<void> => {
  for (let number = 1; number <= ARTEFACTS; number += 1)
    await house.app().addPerson({
      connection: DEMO_CONNECTIONS.directory,
      username: `racer-${number}`,
      password: PASSWORD,
      names: {},
      attributes: { immutableId: `racer-${number}`, userPrincipalName: `racer-${number}@${DEMO_TENANT.employeeDomain}` },
    })
}

const openRing = async (database: (typeof databases)[number], nodes: number) => {
  const clock = createStoryClock()
  const opened = await database.open()
  const house = await openHouse({ database: opened.address, clock, nodes, settings: withARelyingPartyThatForgets })
  const calls = patient()
  await addRacers(house)
  const first = guest(house)
  assertArrived(house, await first.asNumber(await first.openService(), 1))
  clock.advance(ONE_HOUR_MS)
  const close = async () => {
    await calls.close()
    await house.close()
    await opened.close()
    clock.stop()
  }
  return { house, call: calls.fetch, clock, close }
}

for (const database of databases) {
  const nodes = database.name === 'postgres' ? 3 : 1
  test(`what works once works once (${database.name}, ${nodes} nodes)`, { skip: database.skip }, async (t) => {
    const ring = await openRing(database, nodes)
    t.after(ring.close)
    for (const [kind, make] of Array.from({ length: ROUNDS }, () => Object.entries(KINDS)).flat()) {
      const artefacts: Artefact[] = []
      for (let number = 1; number <= ARTEFACTS; number += 1) artefacts.push(await make(ring, number))
      const issuedBefore = tokensIssued(ring.house)
      const tokens = artefacts.filter(({ leadsTo }) => leadsTo === undefined).length
      const races = await Promise.all(artefacts.map((one) => Promise.all(Array.from({ length: RACERS }, () => use(ring, one)))))
      const won = races.map((all) => all.filter(({ worked }) => worked).length)
      t.diagnostic(`count ${won.length * RACERS} uses of ${won.length} ${kind}; statuses ${statusesOf(races.flat())}`)
      assert.deepEqual(
        won,
        artefacts.map(() => 1),
        kind,
      )
      assert.equal(tokensIssued(ring.house) - issuedBefore, tokens)
      assert.deepEqual(
        races.flat().filter(({ status }) => status >= 500),
        [],
        kind,
      )

      await ring.house.restart()
      const again = await Promise.all(artefacts.map((one) => use(ring, one)))
      assert.deepEqual(
        again.filter(({ worked }) => worked),
        [],
        `${kind}, after a restart`,
      )
      assert.equal(tokensIssued(ring.house) - issuedBefore, tokens)
      ring.clock.advance(ONE_HOUR_MS)
    }
  })
}
