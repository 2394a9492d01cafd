import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { fakeProvider } from './fake-provider.ts'
import { ANNA, CALLBACK, CLIENT, type FakeProviderOptions } from './provider-state.ts'
import type { Algorithm } from './signing.ts'

const ISSUER = 'https://login.acme.example/realm'
const VERIFIER = 'v'.repeat(43)
const QUERY = {
  redirect_uri: CALLBACK,
  scope: 'openid email',
  state: 'the-state',
  nonce: 'the-nonce',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
}
const CHECKS = { expectedState: 'the-state', expectedNonce: 'the-nonce', pkceCodeVerifier: VERIFIER, idTokenExpected: true }

/** openid-client as its manual shows it, signatures checked: somebody else's opinion of the fake. */
const certifiedClient = async (options: Partial<FakeProviderOptions> = {}, secret: string = CLIENT.secret) => {
  const provider = fakeProvider({ issuer: ISSUER, now: Date.now, ...options })
  const algorithm = options.algorithm ?? 'RS256'
  const configuration = await openid.discovery(
    new URL(ISSUER),
    CLIENT.id,
    { id_token_signed_response_alg: algorithm },
    openid.ClientSecretBasic(secret),
    {
      [openid.customFetch]: (url, { method, headers, body }) =>
        provider.fetch(url, { method, headers, body: body instanceof URLSearchParams ? body : null }),
      execute: [openid.enableNonRepudiationChecks],
    },
  )
  const leave = (changes: Readonly<Record<string, string>> = {}) =>
    openid.buildAuthorizationUrl(configuration, { ...QUERY, ...changes }).href
  const redeem = (back: URL, checks: Partial<typeof CHECKS> = {}) =>
    openid.authorizationCodeGrant(configuration, back, { ...CHECKS, ...checks })
  return { provider, configuration, leave, redeem }
}

const algorithms: readonly Algorithm[] = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']
for (const algorithm of algorithms)
  test(`the fake satisfies a certified client with ${algorithm}`, async () => {
    const { provider, configuration, leave, redeem } = await certifiedClient({ algorithm })
    const tokens = await redeem(provider.authorize(leave()))
    assert.equal(tokens.claims()?.sub, ANNA.sub)
    assert.equal((await openid.fetchUserInfo(configuration, tokens.access_token, ANNA.sub)).email, ANNA.email)
  })

test('the fake says when somebody signed in, and asks again when told to', async () => {
  const { provider, leave, redeem } = await certifiedClient()
  const longAgo = Math.floor(Date.now() / 1_000) - 7_200
  provider.signedInAt(longAgo * 1_000)
  const old = await redeem(provider.authorize(leave({ max_age: '10000' })))
  assert.equal(old.claims()?.auth_time, longAgo)
  const again = await redeem(provider.authorize(leave({ max_age: '3600' })))
  assert.ok(Number(again.claims()?.auth_time) > longAgo)
})

test('the fake shows a page rather than redirect a request that is wrong', async () => {
  const { provider, leave } = await certifiedClient()
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { redirect_uri: 'https://usher.example/login/callback/acme/' },
    { redirect_uri: 'https://evil.example/' },
    { code_challenge_method: 'plain' },
    { scope: 'email' },
    { response_type: 'token' },
    { client_id: 'somebody-else' },
  ]
  for (const changes of wrong) assert.throws(() => provider.authorize(leave(changes)), /shows a page/)
  assert.throws(() => provider.authorize(`${leave()}&state=two`), /twice/)
})

test('the fake redeems a code once, for the right client, verifier and address', async () => {
  const { provider, leave, redeem } = await certifiedClient()
  const back = provider.authorize(leave())
  await redeem(back)
  await assert.rejects(redeem(back), { error: 'invalid_grant' })
  await assert.rejects(redeem(provider.authorize(leave()), { pkceCodeVerifier: 'w'.repeat(43) }), { error: 'invalid_grant' })
  const elsewhere = provider.authorize(leave())
  elsewhere.pathname += '/else'
  await assert.rejects(redeem(elsewhere), { error: 'invalid_grant' })
  const stranger = await certifiedClient({}, 'another secret')
  await assert.rejects(stranger.redeem(stranger.provider.authorize(stranger.leave())), { error: 'invalid_client' })
})

test('the fake’s userinfo wants an access token it gave', async () => {
  const { configuration } = await certifiedClient()
  await assert.rejects(openid.fetchUserInfo(configuration, 'made up', ANNA.sub))
})

test('misbehavior reaches a certified client, and ends when told', async () => {
  const { provider, leave, redeem } = await certifiedClient()
  provider.misbehave({ claims: (right) => ({ ...right, nonce: 'another' }) })
  await assert.rejects(redeem(provider.authorize(leave())))
  provider.misbehave({})
  assert.equal((await redeem(provider.authorize(leave()))).claims()?.sub, ANNA.sub)
})
