import assert from 'node:assert/strict'
import { DEMO_CONNECTIONS, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, guest, madeByUsher } from '../support/guests.ts'
import { ERIKA, type House } from '../support/house.ts'
import { story } from '../support/story.ts'

interface Declared {
  readonly relyingParties: readonly object[]
}

/** Google does not vouch for this one's address. */
const CHRIS = 'Chris Lund'
const NO_INVITATION = /You need an invitation/

/** Keeps what was declared, so that a story can change its mind. */
const changing = (change: object) => {
  let declared: Declared = { relyingParties: [] }
  const with_ = (more: object) => ({ relyingParties: declared.relyingParties.map((one) => ({ ...one, ...more })) })
  return {
    settings: (settings: Declared) => {
      declared = settings
      return { ...settings, ...with_(change) }
    },
    changeTo: (house: House, more: object) => house.app().apply(with_(more)),
  }
}

const arrival = async (house: House, person: string) => {
  const one = guest(house)
  return one.withGoogle(await one.openService(), person)
}

const domains = changing({ admission: { policy: 'domains', domains: ['fabrikam.example', 'okafor.example'] } })
story(
  'certain domains: whose address is confirmed is let in, others are not, and an unconfirmed address says nothing',
  async ({ house }) => {
    assertPage(house, await arrival(house, ANA), NO_INVITATION, 403)
    assertPage(house, await arrival(house, CHRIS), /Your email address is not confirmed/, 403)
    assert.deepEqual(madeByUsher(house), [])
    assertArrived(house, await arrival(house, BEN))
    assert.equal(madeByUsher(house).length, 1)
  },
  domains,
)

const invited = changing({ admission: { policy: 'invited', emails: ['ben@okafor.example'] } })
story(
  'invited people are let in, and nobody else',
  async ({ house }) => {
    for (const person of [ANA, CHRIS]) assertPage(house, await arrival(house, person), NO_INVITATION, 403)
    assert.deepEqual(madeByUsher(house), [])
    assertArrived(house, await arrival(house, BEN))
  },
  invited,
)

const everyone = changing({})
story(
  'where everyone is let in an unconfirmed address is no obstacle, and is not confirmed by that',
  async ({ house, clock }) => {
    assertArrived(house, await arrival(house, CHRIS))
    clock.advance(ONE_HOUR_MS)
    await everyone.changeTo(house, { admission: { policy: 'domains', domains: ['fabrikam.example'] } })
    assertPage(house, await arrival(house, CHRIS), /Your email address is not confirmed/, 403)
  },
  everyone,
)

const switchedOff = changing({})
story(
  'a connection that is switched off while somebody is there does not bring them in',
  async ({ house }) => {
    const ana = guest(house)
    const google = await ana.browser.click(await ana.openService(), 'Google')
    await switchedOff.changeTo(house, { connections: [DEMO_CONNECTIONS.guests] })
    assertPage(house, await ana.onward(await ana.browser.click(google, ANA)), /This way to sign in does not exist/, 404)
    assert.deepEqual(madeByUsher(house), [])
    assert.ok(!house.lines.some((line) => line.includes('"token_issued"')))
  },
  switchedOff,
)

story('Microsoft names somebody else: the person is asked who they mean to be', async ({ house, clock }) => {
  const name = assertArrived(house, await arrival(house, BEN))
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  clock.advance(ONE_HOUR_MS)
  const query = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'x', username: name })
  const asked = await ana.browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${query}`)
  assertPage(house, asked, /You are signed in as ana\.ruiz@gmail\.com/, 200)
  assert.match(asked.text, new RegExp(`ben\\.okafor@${DEMO_TENANT.guestDomain}`))
  assert.ok(!asked.body.includes('wresult'))
})

for (const admission of [{ policy: 'domains', domains: ['okafor.example'] }, { policy: 'rule' }])
  story(
    `by ${admission.policy}: a directory's own people are let in, by a session as well`,
    async ({ house, clock }) => {
      const userPrincipalName = `erika.vogt@${DEMO_TENANT.employeeDomain}`
      await house.control('POST', '/users', { userPrincipalName, displayName: 'Erika Vogt', onPremisesImmutableId: 'employee-0001' })
      const erika = guest(house)
      const open = () => erika.openService('/sites/partners', DEMO_TENANT.employeeDomain)
      assert.equal(assertArrived(house, await erika.withPassword(await open(), ERIKA)), userPrincipalName)
      clock.advance(ONE_HOUR_MS)
      assert.equal(assertArrived(house, await open()), userPrincipalName)
      assertPage(house, await arrival(house, ANA), NO_INVITATION, 403)
    },
    { settings: changing({ admission }).settings, databases: ['sqlite'] },
  )
