import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { connectionConformance, settingsOf } from '../../test/conformance/connection.ts'
import { ANNA, CLIENT } from '../../test/support/fake-provider/provider-state.ts'
import { oidcStage, orderOf } from '../../test/support/oidc-stage.ts'
import type { OidcParts } from './oidc-client.ts'
import { socialTypes } from './social.ts'

const GOOGLE = 'https://accounts.google.com'

const google = (parts: OidcParts) => {
  const found = socialTypes(parts).find(({ type }) => type === 'google')
  if (!found) throw new Error('there is no google')
  return found
}

/** Google as its own description has it: keys and tokens are on other hosts than the issuer. */
const stageOf = (more: Parameters<typeof oidcStage>[0] = {}) =>
  oidcStage({
    typeOf: google,
    issuer: GOOGLE,
    elsewhere: {
      token_endpoint: 'https://oauth2.googleapis.com/token',
      userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
      jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    },
    ...more,
  })

connectionConformance({
  kind: 'redirect',
  name: 'google',
  identity: { issuer: GOOGLE, subject: ANNA.sub },
  openWrongly: () => {
    const { type, provider } = stageOf()
    return {
      open: () => type.open(settingsOf('google', { settings: { clientSecret: new Secret('s') } })),
      calls: () => provider.calls.length,
    }
  },
  open: async () => {
    const { connection, provider, clock } = stageOf()
    return {
      connection,
      order: orderOf(),
      now: clock.now,
      agree: ({ location }) => provider.authorize(location),
      refuse: ({ location }) => provider.refuse(location, 'access_denied'),
      cutOff: () => provider.misbehave({ call: () => Promise.reject(new TypeError('fetch failed')) }),
      secrets: [CLIENT.secret],
    }
  },
})

test('an administrator names a client and a secret, and no address', async () => {
  const { type } = stageOf()
  assert.equal(
    type.open(settingsOf('google', { settings: { clientId: CLIENT.id, clientSecret: new Secret(CLIENT.secret) } })).kind,
    'redirect',
  )
})

test('Google is never asked what it does not know', async () => {
  const { leave } = stageOf()
  for (const freshness of [{ maxAgeMs: 0 }, { maxAgeMs: 60_000 }, { secondFactor: { maxAgeMs: 0 } }]) {
    const { searchParams } = new URL((await leave({ freshness })).location)
    assert.equal(searchParams.has('max_age'), false)
    assert.ok([null, 'select_account'].includes(searchParams.get('prompt')))
  }
})

test('who must prove themselves again is at least asked which account', async () => {
  const { leave } = stageOf()
  assert.equal(new URL((await leave({ freshness: { maxAgeMs: 0 } })).location).searchParams.get('prompt'), 'select_account')
  assert.equal(new URL((await leave({ choose: true })).location).searchParams.get('prompt'), 'select_account')
})

test('only Google’s own hosts are called', async () => {
  const { leave, provider } = stageOf({ elsewhere: { token_endpoint: 'https://oauth2.googleapis.com.evil.example/token' } })
  await assert.rejects(leave(), { code: 'connection_unavailable' })
  assert.deepEqual(provider.calls, ['/.well-known/openid-configuration'])
})

test('text is not taken for true', async () => {
  const { leave, comeBack, provider } = stageOf({ person: { ...ANNA, email_verified: 'true' } })
  const leg = await leave()
  assert.equal((await comeBack(provider.authorize(leg.location), leg)).emailVerified, false)
})
