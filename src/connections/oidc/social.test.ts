import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionConformance, settingsOf } from '../../../test/conformance/connection.ts'
import { ANNA, CLIENT } from '../../../test/support/fake-provider/provider-state.ts'
import { orderOf } from '../../../test/support/oidc-stage.ts'
import { PERSONAL, signInAt, type SocialRow, socialRows, socialStage, TENANT } from '../../../test/support/social-stage.ts'
import { issuerOf } from './social.ts'

const { google, linkedin, 'google-workspace': workspace, microsoft, apple, 'microsoft-personal': personal } = socialRows

for (const [name, row] of Object.entries<SocialRow>(socialRows))
  connectionConformance({
    kind: 'redirect',
    name,
    identity: { issuer: row.issuer, subject: ANNA.sub },
    openWrongly: () => {
      const { type, provider } = socialStage(row)
      return { open: () => type.open(settingsOf(row.type, { settings: row.wrong })), calls: () => provider.calls.length }
    },
    open: async () => {
      const { connection, provider, clock, visit } = socialStage(row)
      return {
        connection,
        order: orderOf(),
        now: clock.now,
        visit,
        agree: ({ location }) => provider.authorize(location),
        refuse: ({ location }) => provider.refuse(location, 'access_denied'),
        cutOff: () => provider.misbehave({ call: () => Promise.reject(new TypeError('fetch failed')) }),
        ...(row.provider.binding === 'state' && { binding: 'state' as const }),
        secrets: [row.secret],
      }
    },
  })

test('nobody is asked what they do not know', async () => {
  const asked = async (row: SocialRow) => {
    const { searchParams } = new URL((await socialStage(row).leave({ freshness: { maxAgeMs: 0 } })).location)
    assert.equal(searchParams.has('max_age'), false)
    return searchParams.get('prompt')
  }
  assert.equal(await asked(google), 'select_account')
  assert.equal(await asked(workspace), 'select_account')
  assert.equal(await asked(microsoft), 'login')
  assert.equal(await asked(linkedin), null)
  assert.equal(await asked(apple), null)
})

test('who must prove themselves again is at least asked which account', async () => {
  const { leave } = socialStage(google)
  assert.equal(new URL((await leave({ choose: true })).location).searchParams.get('prompt'), 'select_account')
  const both = await socialStage(microsoft).leave({ choose: true, freshness: { maxAgeMs: 0 } })
  assert.equal(new URL(both.location).searchParams.get('prompt'), 'login')
})

test('only Google’s own hosts are called', async () => {
  const { leave, provider } = socialStage(google, { elsewhere: { token_endpoint: 'https://oauth2.googleapis.com.evil.example/token' } })
  await assert.rejects(leave(), { code: 'connection_unavailable' })
  assert.deepEqual(provider.calls, ['/.well-known/openid-configuration'])
})

test('text is taken for true only from those who are known to write it', async () => {
  const person = { ...ANNA, email_verified: 'true' }
  assert.equal((await signInAt(google, { person })).emailVerified, false)
  assert.equal((await signInAt(linkedin, { person })).emailVerified, true)
  assert.equal((await signInAt(linkedin, { person: { ...person, email_verified: 'false' } })).emailVerified, false)
})

test('LinkedIn is given no challenge, and no verifier', async () => {
  const { leave } = socialStage(linkedin)
  const { searchParams } = new URL((await leave()).location)
  assert.equal(searchParams.has('code_challenge'), false)
  assert.equal(searchParams.get('scope'), 'openid profile email')
  // The pretend one refuses whoever sends a verifier, as LinkedIn does.
  assert.equal((await signInAt(linkedin)).subject, ANNA.sub)
})

test('should LinkedIn begin to repeat the nonce, it must be ours', async () => {
  const stage = socialStage(linkedin)
  const leg = await stage.leave()
  stage.provider.misbehave({ claims: (right) => ({ ...right, nonce: leg.departure.memory.nonce }) })
  assert.equal((await stage.comeBack(stage.provider.authorize(leg.location), leg)).subject, ANNA.sub)
  const again = await stage.leave()
  stage.provider.misbehave({ claims: (right) => ({ ...right, nonce: 'of somebody else' }) })
  await assert.rejects(stage.comeBack(stage.provider.authorize(again.location), again), { code: 'connection_answer_invalid' })
})

test('whose an imported person is follows from the settings', () => {
  const of = (type: string, settings: Readonly<Record<string, unknown>>) => issuerOf({ id: 'connection-1', type, settings })
  assert.equal(of('google-workspace', { domains: ['acme.example'] }), google.issuer)
  assert.equal(of('microsoft', { tenant: TENANT }), microsoft.issuer)
  assert.equal(of('microsoft', { tenant: 'consumers' }), personal.issuer)
  assert.equal(of('microsoft-personal', {}), `https://login.microsoftonline.com/${PERSONAL}/v2.0`)
  assert.equal(of('linkedin', { issuer: 'http://linkedin.localhost:1' }), 'http://linkedin.localhost:1')
  assert.equal(of('oidc', { issuer: 'https://login.acme.example' }), 'https://login.acme.example')
  assert.equal(of('database', {}), 'connection-1')
})

test('an administrator names a client and a secret, and no address', () => {
  const { type } = socialStage(google)
  assert.equal(type.type, 'google')
  assert.equal(socialStage(google, { settings: { issuer: undefined } }).connection.kind, 'redirect')
  assert.equal(CLIENT.id.length > 0, true)
})
