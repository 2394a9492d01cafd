import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA } from '../../../test/support/fake-provider/provider-state.ts'
import { providerKey, type TokenClaims } from '../../../test/support/fake-provider/signing.ts'
import { PERSONAL, signInAt, socialRows, socialStage, TENANT } from '../../../test/support/social-stage.ts'

const { microsoft, 'microsoft of one tenant': oneTenant, 'microsoft-personal': personal } = socialRows
const OTHER = 'bbbbcccc-1111-dddd-2222-eeee3333ffff'
const issuerOf = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`
const of = (tid: unknown, more: TokenClaims = {}): TokenClaims => ({ ...ANNA, iss: issuerOf(String(tid)), tid, ...more })
const failsBy = (reason: string) => ({ code: 'connection_answer_invalid', detail: { connection: 'acme', reason } })

test('each tenant vouches for its own people: the same subject of two tenants is two people', async () => {
  const one = await signInAt(microsoft, { person: of(TENANT) })
  const other = await signInAt(microsoft, { person: of(OTHER) })
  assert.equal(one.subject, other.subject)
  assert.notEqual(one.issuer, other.issuer)
  assert.equal(other.issuer, issuerOf(OTHER))
})

/** Whether an address counts as the person's own: what the token says, and of which tenant. */
const addresses: readonly (readonly [string, TokenClaims, boolean])[] = [
  ['of any tenant', of(TENANT), false],
  ['of any tenant, which says it is verified', of(TENANT, { email_verified: true }), false],
  ['whose domain is the tenant’s own', of(TENANT, { xms_edov: true }), true],
  ['whose domain is the tenant’s own, as a number', of(TENANT, { xms_edov: 1 }), true],
  ['whose domain is the tenant’s own, as text', of(TENANT, { xms_edov: '1' }), true],
  ['whose domain is not the tenant’s', of(TENANT, { xms_edov: false }), false],
  ['whose domain is not the tenant’s, as text', of(TENANT, { xms_edov: '0' }), false],
  ['with a list for a word', of(TENANT, { xms_edov: [true] }), false],
  ['of a personal account', of(PERSONAL), true],
]
for (const [name, person, isVerified] of addresses)
  test(`an address ${name} is ${isVerified ? '' : 'not '}the person’s own`, async () => {
    const profile = await signInAt(microsoft, { person })
    assert.equal(profile.email, ANNA.email)
    assert.equal(profile.emailVerified, isVerified)
  })

test('no address is no verified address', async () => {
  const profile = await signInAt(microsoft, { person: of(PERSONAL, { email: undefined }) })
  assert.deepEqual([profile.email, profile.emailVerified], [undefined, false])
})

/** What a token says about its issuer and tenant, and why it is refused. */
const confusions: readonly (readonly [string, TokenClaims, string])[] = [
  ['the issuer of another tenant', of(TENANT, { iss: issuerOf(OTHER) }), 'iss'],
  ['the pattern itself', of(TENANT, { iss: issuerOf('{tenantid}') }), 'iss'],
  ['an issuer elsewhere', of(TENANT, { iss: `https://login.evil.example/${TENANT}/v2.0` }), 'iss'],
  ['no tenant', of(undefined), 'tid'],
  ['a tenant that is a path', of('../evil'), 'tid'],
  ['a tenant in capitals', of(TENANT.toUpperCase()), 'tid'],
  ['a list of tenants', of([TENANT]), 'tid'],
]
for (const [name, person, reason] of confusions)
  test(`a token that names ${name} is refused`, () => assert.rejects(signInAt(microsoft, { person }), failsBy(reason)))

test('of many tenants only those that are named come in', async () => {
  const settings = { tenants: [TENANT.toUpperCase()] }
  assert.equal((await signInAt(microsoft, { settings })).subject, ANNA.sub)
  await assert.rejects(signInAt(microsoft, { settings, person: of(OTHER) }), failsBy('tid'))
  await assert.rejects(signInAt(microsoft, { settings, person: of(PERSONAL) }), failsBy('tid'))
})

test('organizations are not people with personal accounts', async () => {
  const stage = { settings: { tenant: 'organizations' }, base: issuerOf('organizations') }
  assert.equal((await signInAt(microsoft, stage)).subject, ANNA.sub)
  await assert.rejects(signInAt(microsoft, { ...stage, person: of(PERSONAL) }), failsBy('tid'))
})

test('a connection of one tenant takes nobody of another', async () => {
  for (const row of [oneTenant, personal]) await assert.rejects(signInAt(row, { person: of(OTHER) }), { code: 'connection_answer_invalid' })
})

test('a key of one tenant signs for no other', async () => {
  const stage = socialStage(microsoft)
  const { publicJwk } = await providerKey('key-1', 'RS256')
  const signInWithKeyOf = async (issuer: string) => {
    stage.provider.misbehave({ keys: () => ({ keys: [{ ...publicJwk, issuer }] }) })
    stage.clock.advance(3_600_000)
    const leg = await stage.leave()
    return stage.comeBack(stage.provider.authorize(leg.location), leg)
  }
  assert.equal((await signInWithKeyOf(issuerOf('{tenantid}'))).subject, ANNA.sub)
  assert.equal((await signInWithKeyOf(issuerOf(TENANT))).subject, ANNA.sub)
  await assert.rejects(signInWithKeyOf(issuerOf(OTHER)), failsBy('key issuer'))
})

test('a sovereign cloud has its own issuer, and no other address is taken for one', async () => {
  const cloud = 'https://login.microsoftonline.us'
  const issuer = `${cloud}/${TENANT}/v2.0`
  const settings = { tenant: TENANT, cloud }
  assert.equal((await signInAt(microsoft, { settings, issuer, base: issuer, person: of(TENANT, { iss: issuer }) })).issuer, issuer)
  assert.throws(() => socialStage(microsoft, { settings: { cloud: 'https://login.evil.example' } }), { code: 'settings_invalid' })
})

/** Whether an address is Microsoft's to give, so that whoever has it may be somebody who is here already. */
const given: readonly (readonly [string, TokenClaims, true | undefined])[] = [
  ['whose domain is the tenant’s own', of(TENANT, { xms_edov: true }), true],
  ['whose domain is the tenant’s own, as a number', of(TENANT, { xms_edov: 1 }), true],
  ['whose domain is the tenant’s own, as text', of(TENANT, { xms_edov: '1' }), true],
  ['of a word that is not documented', of(TENANT, { xms_edov: 'true' }), undefined],
  ['of a tenant that writes what it likes', of(TENANT, { email_verified: true }), undefined],
  ['of a personal account', of(PERSONAL), undefined],
  ['of a personal account that was verified once', of(PERSONAL, { xms_edov: true }), undefined],
  ['of a tenant that is trusted', of(OTHER), true],
]
for (const [name, person, isGiven] of given)
  test(`an address ${name} is ${isGiven ? '' : 'not '}Microsoft’s to give`, async () => {
    const profile = await signInAt(microsoft, { person, settings: { addressTenants: [OTHER.toUpperCase()] } })
    assert.equal(profile.emailAuthority, isGiven)
    if (isGiven) assert.equal(profile.emailVerified, true)
  })

test('nobody is trusted with the addresses of personal accounts', () =>
  assert.throws(() => socialStage(microsoft, { settings: { addressTenants: [PERSONAL] } }), { code: 'settings_invalid' }))
