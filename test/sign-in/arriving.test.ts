import assert from 'node:assert/strict'
import { ONE_HOUR_MS, ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ANA, assertArrived, assertPage, BEN, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import { DANA, ERIKA } from '../support/house.ts'
import { story } from '../support/story.ts'

story('a guest with Google gets an account and a license, and lands in Microsoft 365', async ({ house }) => {
  const ana = guest(house)
  const chooser = await ana.openService()
  assertPage(house, chooser, /Continue with Google/, 200)

  const arrived = await ana.withGoogle(chooser, ANA)

  assert.equal(assertArrived(house, arrived), `ana.ruiz@${DEMO_TENANT.guestDomain}`)
  assert.match(arrived.text, /Business Standard/)
  const [made, ...others] = madeByUsher(house)
  assert.deepEqual(others, [])
  assert.match(made?.onPremisesImmutableId ?? '', /^[a-z2-7]{26}$/)
  assert.equal(made?.usageLocation, 'DE')
  assert.equal(seatsTaken(house), 1)
})

story('a guest with a password arrives', async ({ house }) => {
  const dana = guest(house)
  const arrived = await dana.withPassword(await dana.openService())
  assert.equal(assertArrived(house, arrived), `dana.whitfield@${DEMO_TENANT.guestDomain}`)
})

story('a wrong password says nothing about which part was wrong, and the right one still works', async ({ house }) => {
  const dana = guest(house)
  const chooser = await dana.openService()
  const wrong = await dana.withPassword(chooser, { ...DANA, password: 'not it' })
  assertPage(house, wrong, /Sign in/, 422)
  const unknown = await dana.withPassword(wrong, { username: 'nobody@fabrikam.example', password: 'not it' })
  assert.equal(unknown.status, 422)
  assert.equal(unknown.text.replaceAll('nobody@fabrikam.example', ''), wrong.text.replaceAll(DANA.username, ''))
  assert.equal(madeByUsher(house).length, 0)
  assertArrived(house, await dana.withPassword(unknown))
})

story('the second time takes one redirect, and nothing is written to Graph', async ({ house, clock }) => {
  const ana = guest(house)
  const first = assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  clock.advance(ONE_HOUR_MS)
  house.emulator.journal.clear()
  const before = ana.browser.hops.length

  const again = await ana.openService('/sites/partners/second')

  assert.equal(assertArrived(house, again, '/sites/partners/second'), first)
  const ours = ana.browser.hops.slice(before).filter(({ url }) => url.origin === house.publicUrl.origin)
  assert.equal(ours.length, 1, 'one visit of ours, and no page in between')
  assert.deepEqual(house.emulator.journal.entries('graph'), [])
  assert.equal(madeByUsher(house).length, 1)
})

story('somebody who comes back at once is waited for again, and the page says so', async ({ house, clock }) => {
  const ana = guest(house)
  const first = assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  clock.advance(ONE_MINUTE_MS)
  const before = clock.now()
  assert.equal(assertArrived(house, await ana.openService()), first)
  assert.ok(clock.now() - before >= 8_000, 'twice the settle margin')
  assert.equal(madeByUsher(house).length, 1)
})

story('a home realm in the request leads past the chooser', async ({ house }) => {
  const ana = guest(house)
  const google = await ana.browser.open(
    `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=LoginOptions%3D3&whr=google`,
  )
  assert.equal(google.url.origin, house.emulator.addresses.google)
  const urn = await ana.browser.open(
    `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x&whr=urn%3Agoogle`,
  )
  assert.equal(urn.url.origin, house.emulator.addresses.google)
})

story('signing out at Microsoft ends the session here, and the next visit asks again', async ({ house, clock }) => {
  const ana = guest(house)
  const arrived = await ana.withGoogle(await ana.openService(), ANA)
  assertArrived(house, arrived)
  clock.advance(ONE_HOUR_MS)
  const out = await ana.browser.click(arrived, 'Sign out')
  assert.ok([house.emulator.addresses.login, house.publicUrl.origin].includes(out.url.origin), out.url.href)
  const cleanUp = /<img src="([^"]+)"/.exec(out.body)?.[1]
  if (cleanUp) await ana.browser.open(cleanUp.replaceAll('&amp;', '&'))
  assertPage(house, await ana.openService(), /Continue with Google/)
})

story('somebody else at the same browser is asked who they mean to be', async ({ house, clock }) => {
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  clock.advance(ONE_HOUR_MS)
  const ways = `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x&wfresh=0`
  const google = await ana.browser.open(ways)
  const chooser = google.url.origin === house.publicUrl.origin ? google : undefined
  assert.ok(chooser, google.url.href)
  const asked = await ana.withGoogle(chooser, BEN)
  assertPage(house, asked, /You are signed in as ben@okafor\.example/, 200)
  assert.equal(madeByUsher(house).length, 1, 'nothing is made before Ben said that he means it')
})

story("a directory's own person arrives with the directory's name, and Graph is not asked for anything", async ({ house }) => {
  await house.control('POST', '/users', {
    userPrincipalName: `erika.vogt@${DEMO_TENANT.employeeDomain}`,
    displayName: 'Erika Vogt',
    onPremisesImmutableId: 'employee-0001',
  })
  const erika = guest(house)
  const arrived = await erika.withPassword(await erika.openService('/sites/partners', DEMO_TENANT.employeeDomain), ERIKA)
  assert.equal(assertArrived(house, arrived), `erika.vogt@${DEMO_TENANT.employeeDomain}`)
  for (const visit of ['second', 'third'])
    assertArrived(house, await erika.openService(`/sites/partners/${visit}`, DEMO_TENANT.employeeDomain), `/sites/partners/${visit}`)
  assert.deepEqual(graphWrites(house), [])
  assert.deepEqual(house.emulator.journal.entries('graph'), [])
})

interface Declared {
  readonly relyingParties: readonly object[]
}

const OTHERS = { never: 0, shortly: 600, long: 7_200 } as const

story(
  'a session that one relying party began is no older at another than may be there',
  async ({ house, clock }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    clock.advance(ONE_HOUR_MS)
    const request = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'x' })
    const at = (clientId: keyof typeof OTHERS) => ana.browser.open(`${house.publicUrl.origin}/wsfed/${clientId}?${request}`)
    assertPage(house, await at('never'), /Continue with Google/, 200)
    assertPage(house, await at('shortly'), /Continue with Google/, 200)
    assert.ok('wresult' in ((await at('long')).forms[0]?.fields ?? {}))
  },
  {
    databases: ['sqlite'],
    settings: ({ relyingParties, ...settings }: Declared) => {
      const others = Object.entries(OTHERS).map(([clientId, sessionMaxAgeSeconds]) => ({ clientId, sessionMaxAgeSeconds, links: {} }))
      return { ...settings, relyingParties: [...relyingParties, ...others.map((other) => ({ ...relyingParties[0], ...other }))] }
    },
  },
)
