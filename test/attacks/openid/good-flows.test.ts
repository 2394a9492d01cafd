import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Misbehavior } from '../../support/fake-provider/misbehavior.ts'
import { ANNA, CALLBACK, CLIENT, type FakeProviderOptions } from '../../support/fake-provider/provider-state.ts'
import { type Algorithm, halfHash, signed } from '../../support/fake-provider/signing.ts'
import { ISSUER, oidcStage } from '../../support/oidc-stage.ts'
import { foreign } from './documents.ts'

interface GoodFlow {
  readonly name: string
  readonly provider?: Partial<FakeProviderOptions>
  readonly ways?: Misbehavior
}

const algorithms: readonly Algorithm[] = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']
const odd = 'a client: with ünusual+characters/&='

/** Things providers do, and may do: being strict must not mean turning people away. */
const flows: readonly GoodFlow[] = [
  ...algorithms.map((algorithm) => ({ name: `signs with ${algorithm}`, provider: { algorithm } })),
  { name: 'lists us alone as audience', ways: { claims: (right) => ({ ...right, aud: [CLIENT.id] }) } },
  {
    name: 'lists another audience and authorizes us',
    ways: { claims: (right) => ({ ...right, aud: [CLIENT.id, 'another'], azp: CLIENT.id }) },
  },
  { name: 'does not hash the access token', ways: { claims: ({ at_hash: _, ...rest }) => rest } },
  { name: 'has a clock 60 seconds slow', ways: { claims: (right, { now }) => ({ ...right, iat: now - 60, exp: now - 59 }) } },
  { name: 'has a clock 60 seconds fast', ways: { claims: (right, { now }) => ({ ...right, iat: now + 60, nbf: now + 60 }) } },
  { name: 'dates tokens back five minutes', ways: { claims: (right, { now }) => ({ ...right, iat: now - 300, nbf: now - 300 }) } },
  { name: 'has one key and does not name it', ways: { sign: (claims, { key }) => signed(claims, key, { kid: undefined }) } },
  {
    name: 'publishes keys of kinds nobody asked for',
    ways: {
      keys: ({ keys }) => ({
        keys: [...keys, { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) }, { kty: 'AKP', alg: 'ML-DSA-65', pub: 'p' }],
      }),
    },
  },
  { name: 'wants the secret in the form', provider: { authenticationMethods: ['client_secret_post'] } },
  { name: 'wants the secret in the header', provider: { authenticationMethods: ['client_secret_basic'] } },
  { name: 'gave us an odd client id and secret', provider: { client: { id: odd, secret: odd } } },
  { name: 'has a slash at the end of its name', provider: { issuer: 'https://login.acme.example/realm/' } },
  { name: 'has no path', provider: { issuer: 'https://login.acme.example' } },
  { name: 'has a port', provider: { issuer: 'https://login.acme.example:8443' } },
  {
    name: 'does not promise to name itself, and does not',
    ways: {
      description: ({ authorization_response_iss_parameter_supported: _, ...rest }) => rest,
      answer: (right) => right.delete('iss'),
    },
  },
  { name: 'adds what nobody asked for to the answer', ways: { answer: (right) => right.append('session_state', 'x') } },
  {
    name: 'adds what nobody asked for to the tokens',
    ways: { tokens: (right) => ({ ...right, refresh_token: 'r', scope: 'openid', 'x-y': [1] }) },
  },
  { name: 'keeps names for the userinfo endpoint', provider: { person: { sub: ANNA.sub }, userinfo: ANNA } },
]

test('there are at least twelve good flows', () => assert.ok(flows.length >= 12))

for (const { name, provider, ways } of flows)
  test(`somebody is signed in where the provider ${name}`, async () => {
    const stage = oidcStage(provider)
    if (ways) stage.provider.misbehave(ways)
    const leg = await stage.leave()
    const profile = await stage.comeBack(stage.provider.authorize(leg.location), leg)
    assert.deepEqual(
      { ...profile, attributes: {} },
      {
        issuer: provider?.issuer ?? ISSUER,
        subject: ANNA.sub,
        names: { given: 'Anna', family: 'Berg', display: 'Anna Berg' },
        email: ANNA.email,
        emailVerified: true,
        attributes: {},
        authentication: { at: stage.clock.now(), method: 'federated' },
      },
    )
  })

test('what was signed counts for more than what the userinfo endpoint says', async () => {
  const stage = oidcStage({ person: { sub: ANNA.sub, groups: ['guests'] }, userinfo: { ...ANNA, groups: ['administrators'] } })
  const leg = await stage.leave()
  const { attributes, names } = await stage.comeBack(stage.provider.authorize(leg.location), leg)
  assert.deepEqual(attributes.groups, ['guests'])
  assert.equal(names.display, ANNA.name)
})

for (const address of foreign)
  test(`a userinfo endpoint "${address}" is not asked, and not needed`, async () => {
    const stage = oidcStage({ person: { sub: ANNA.sub } })
    stage.provider.misbehave({ description: (right) => ({ ...right, userinfo_endpoint: address }) })
    const leg = await stage.leave()
    const { subject, email } = await stage.comeBack(stage.provider.authorize(leg.location), leg)
    assert.deepEqual([subject, email], [ANNA.sub, undefined])
    assert.deepEqual(stage.provider.calls, ['/.well-known/openid-configuration', '/token', '/keys'])
  })

test('what we ask for is what we must', async () => {
  const { leave } = oidcStage({ connection: { homeRealms: ['Acme.Example'] } })
  const { location, departure, order } = await leave({ username: 'anna@acme.example', language: 'de', choose: true })
  const { origin, pathname, searchParams } = new URL(location)
  assert.equal(origin + pathname, `${ISSUER}/authorize`)
  const { nonce, code_challenge: challenge, ...rest } = Object.fromEntries(searchParams)
  assert.equal(nonce, departure.memory.nonce)
  assert.match(challenge ?? '', /^[\w-]{43}$/)
  assert.notEqual(challenge, departure.memory.verifier, 'the verifier stays here')
  assert.ok(!location.includes(String(departure.memory.verifier)))
  assert.deepEqual(rest, {
    client_id: CLIENT.id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile email',
    state: order.state,
    code_challenge_method: 'S256',
    prompt: 'login',
    login_hint: 'anna@acme.example',
    ui_locales: 'de',
  })
  assert.equal(new URL((await leave()).location).searchParams.has('prompt'), false)
})

test('a name is mentioned only to a provider that may know it', async () => {
  const hintFor = async (username: string, connection: Parameters<typeof oidcStage>[0]) =>
    new URL((await oidcStage(connection).leave({ username })).location).searchParams.get('login_hint')
  const directory = { immutableIdAttribute: 'id', userPrincipalNameAttribute: 'upn' }
  assert.equal(await hintFor('ana.ruiz@guests.contoso.example', {}), null)
  assert.equal(await hintFor('ana.ruiz@guests.contoso.example', { connection: { homeRealms: ['contoso.example'] } }), null)
  assert.equal(await hintFor('erika@contoso.example', { connection: { homeRealms: ['contoso.example'] } }), 'erika@contoso.example')
  assert.equal(await hintFor('erika@contoso.example', { connection: { directory } }), 'erika@contoso.example')
})

test('half hashes are those of OpenID Connect Core, appendix A.3', () =>
  // `access_token` and `at_hash` as the specification's own example has them.
  assert.equal(halfHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', 'RS256'), '77QmUPtjPfzWtF2AnpK9RQ'))
