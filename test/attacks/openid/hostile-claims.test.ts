import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Secret } from '../../../src/kernel/secret.ts'
import { databases, type TestDatabase } from '../../support/databases.ts'
import { fakeProvider } from '../../support/fake-provider/fake-provider.ts'
import { ANNA, CLIENT } from '../../support/fake-provider/provider-state.ts'
import type { TokenClaims } from '../../support/fake-provider/signing.ts'
import { freePort } from '../../support/free-port.ts'
import { assertArrived, guest, madeByUsher } from '../../support/guests.ts'
import { openHouse } from '../../support/house.ts'
import { ISSUER } from '../../support/oidc-stage.ts'
import { patient } from '../../support/patient.ts'
import { createStoryClock } from '../../support/story-clock.ts'

const CHIEF = { userPrincipalName: 'erika.vogt@employees.contoso.example', immutableId: 'employee-0001' } as const

/** Every name under which somebody might write who a token is about. */
const spellings = [
  ...[
    'upn',
    'UPN',
    'userPrincipalName',
    'user_principal_name',
    'unique_name',
    'preferred_username',
    'nameid',
    'NameID',
    'name_id',
    'nameidentifier',
  ],
  ...[
    'immutableid',
    'immutableId',
    'ImmutableID',
    'inmutableid',
    'onPremisesImmutableId',
    'onpremobjectguid',
    'sourceAnchor',
    'source_anchor',
    'objectGUID',
  ],
  ...[
    'user_id',
    'id',
    'oid',
    'sub_id',
    'issuer',
    'authnmethodsreferences',
    'amr',
    'acr',
    'connection',
    'directory',
    'origin',
    'target',
    'account',
  ],
  'http://schemas.xmlsoap.org/claims/UPN',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/issuerid',
  'http://schemas.microsoft.com/claims/authnmethodsreferences',
  'https://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID',
  'app_metadata',
  'user_metadata',
  'attributes',
]
const saying = (value: unknown): TokenClaims => Object.fromEntries(spellings.map((name) => [name, value]))

const XML = '</saml:AttributeValue></saml:Attribute><saml:Attribute AttributeName="ImmutableID"><saml:AttributeValue>employee-0001'

const hostile: readonly (readonly [string, TokenClaims])[] = [
  ['an employee’s immutable id under forty names', saying(CHIEF.immutableId)],
  ['an employee’s user principal name under forty names', saying(CHIEF.userPrincipalName)],
  ['both, in objects', saying(CHIEF)],
  ['both, in lists', saying([CHIEF.immutableId, CHIEF.userPrincipalName])],
  ['an employee’s address', { email: CHIEF.userPrincipalName, email_verified: true, ...saying(CHIEF.userPrincipalName) }],
  ['an employee’s name', { given_name: 'Erika', family_name: 'Vogt', name: 'Erika Vogt' }],
  ['a second factor', { amr: ['mfa', 'hwk'], acr: 'phr', authnmethodsreferences: 'http://schemas.microsoft.com/claims/multipleauthn' }],
  ['markup for names', { given_name: XML, family_name: `]]>${XML}`, name: '<script>alert(1)</script>' }],
  [
    'control characters for names',
    { given_name: 'A\u0000\u0008\u000b\u001b\ufffe', family_name: '\u202eesrever\ud800', name: '\r\n{"event":"token_issued"}' },
  ],
  ['long names', { given_name: 'x'.repeat(50_000), family_name: '😀'.repeat(20_000), name: 'é'.repeat(30_000) }],
  ['names that are not text', { given_name: { toString: 1 }, family_name: ['a'], name: 17, email: { '@': 1 } }],
  ['nothing but a subject', { given_name: undefined, family_name: undefined, name: undefined, email: undefined }],
]

/** Usher with a connection to a provider that is not on any network, and somebody at a browser. */
const openHouseOf = async (t: TestContext, database: TestDatabase) => {
  const port = await freePort()
  const clock = createStoryClock()
  const callback = `http://usher.localhost:${port}/login/callback/acme`
  const provider = fakeProvider({ issuer: ISSUER, now: clock.now, redirectUris: [callback] })
  const network = patient()
  const opened = await database.open()
  const house = await openHouse({
    database: opened.address,
    clock,
    port,
    // Who they are is what this is about, and not when Microsoft hears of them.
    visibilityDelaysMs: { graph: [500, 1_000], signIn: [500, 2_000] },
    fetch: (input, init) => (String(input).startsWith(ISSUER) ? provider.fetch(input, init) : network.fetch(input, init)),
    settings: (settings) => {
      const [target] = settings.targets
      const [relyingParty] = settings.relyingParties
      const acme = {
        name: 'acme',
        type: 'oidc',
        label: 'Acme',
        settings: { issuer: ISSUER, clientId: CLIENT.id, clientSecret: new Secret(CLIENT.secret) },
      }
      return {
        // Nor is it about licenses.
        targets: [{ ...target, licenses: [] }],
        connections: [...settings.connections, acme],
        relyingParties: [{ ...relyingParty, connections: [...relyingParty.connections, 'acme'] }],
      }
    },
  })
  t.after(async () => {
    await house.close()
    await network.close()
    await opened.close()
    clock.stop()
  })
  return { house, provider }
}

for (const database of databases)
  test(`whatever a provider says about somebody, they are nobody else (${database.name})`, { skip: database.skip }, async (t) => {
    const { house, provider } = await openHouseOf(t, database)
    const employees = JSON.stringify(
      house.world.truth.live().filter(({ userPrincipalName }) => userPrincipalName.endsWith('@employees.contoso.example')),
    )
    assert.ok(employees.includes(CHIEF.userPrincipalName))
    const arrived: string[] = []
    for (const [index, [what, claims]] of hostile.entries()) {
      const sub = `${ANNA.sub}-${index}`
      provider.misbehave({ claims: (right) => ({ ...right, ...claims, sub }), userinfo: () => ({ sub, ...saying(CHIEF.immutableId) }) })
      const anna = guest(house)
      const chooser = await anna.openService()
      // Nobody lives at the provider's address: the browser goes no further than the redirect.
      await assert.rejects(anna.browser.click(chooser, 'Acme'))
      const location = anna.browser.hops.at(-1)?.location ?? ''
      const stop = await anna.onward(await anna.browser.open(provider.authorize(new URL(location, house.publicUrl).href)))
      arrived.push(assertArrived(house, stop))
      assert.doesNotMatch(stop.body, /<script>alert/, what)
    }
    const made = madeByUsher(house)
    assert.equal(made.length, hostile.length)
    assert.deepEqual(arrived.toSorted(), made.map(({ userPrincipalName }) => userPrincipalName).toSorted())
    for (const { userPrincipalName, onPremisesImmutableId, displayName } of made) {
      assert.match(onPremisesImmutableId ?? '', /^[a-z2-7]{26}$/)
      assert.match(userPrincipalName, /^[a-z0-9.-]{1,64}@guests\.contoso\.example$/)
      assert.doesNotMatch(displayName, /[\p{Cc}\p{Cs}\u202a-\u202e]/u)
    }
    assert.equal(new Set(made.map(({ onPremisesImmutableId }) => onPremisesImmutableId)).size, hostile.length)
    const after = JSON.stringify(
      house.world.truth.live().filter(({ userPrincipalName }) => userPrincipalName.endsWith('@employees.contoso.example')),
    )
    assert.equal(after, employees, 'no employee was touched')
    for (const line of house.lines) assert.doesNotMatch(line, /^\{"event":"token_issued"\}/)
  })
