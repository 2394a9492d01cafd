import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionConformance, settingsOf } from '../../../test/conformance/connection.ts'
import { ANNA, CALLBACK, CLIENT } from '../../../test/support/fake-provider/provider-state.ts'
import { annaAtAcme, type OAuth2Row, oauth2Rows, oauth2Stage } from '../../../test/support/oauth2-stage.ts'
import { orderOf } from '../../../test/support/oidc-stage.ts'

const { oauth2, facebook, github } = oauth2Rows

for (const row of Object.values<OAuth2Row>(oauth2Rows))
  connectionConformance({
    kind: 'redirect',
    name: row.type,
    identity: { issuer: row.issuer, subject: row.subject },
    openWrongly: () => {
      const { type, provider } = oauth2Stage(row)
      return { open: () => type.open(settingsOf(row.type, { settings: row.wrong })), calls: () => provider.calls.length }
    },
    open: async () => {
      const { connection, provider, clock } = oauth2Stage(row)
      return {
        connection,
        order: orderOf(),
        now: clock.now,
        agree: ({ location }) => provider.authorize(location),
        refuse: ({ location }) => provider.refuse(location, 'access_denied'),
        cutOff: () => provider.misbehave({ call: () => Promise.reject(new TypeError('fetch failed')) }),
        beginsAlone: true,
        secrets: [CLIENT.secret],
      }
    },
  })

const signInAt = async (row: OAuth2Row, more: Parameters<typeof oauth2Stage>[1] = {}) => {
  const { leave, comeBack, provider } = oauth2Stage(row, more)
  const leg = await leave()
  return comeBack(provider.authorize(leg.location), leg)
}
const ACME = 'https://login.acme.example'
const invalid = { code: 'connection_answer_invalid' } as const

test('what the settings say where it stands becomes the profile', async () => {
  const { names, email, emailVerified, attributes } = await signInAt(oauth2)
  assert.deepEqual(names, { given: 'Anna', family: 'Berg', display: 'Anna Berg' })
  assert.deepEqual([email, emailVerified], [ANNA.email, true])
  assert.deepEqual(attributes.data, annaAtAcme.data)
})

test('what is not mapped decides nothing, whatever it is called', async () => {
  const profile = { subject: 'data.user.id' }
  const person = { ...annaAtAcme, sub: 'ceo', email: 'ceo@acme.example', email_verified: true, name: 'The boss' }
  const read = await signInAt(oauth2, { settings: { profile }, person })
  assert.deepEqual([read.subject, read.email, read.emailVerified, read.names], [ANNA.sub, undefined, false, {}])
  assert.ok(!JSON.stringify(read).includes('ceo@'))
})

/** What stands where the subject should, and who that is; undefined when it is nobody. */
const subjects: readonly (readonly [unknown, string | undefined])[] = [
  ['anna-1', 'anna-1'],
  [17, '17'],
  [9_007_199_254_740_991, '9007199254740991'],
  [2 ** 53, undefined],
  [1.5, undefined],
  [true, undefined],
  [null, undefined],
  [['anna-1'], undefined],
  [{}, undefined],
  ['', undefined],
  [undefined, undefined],
]
for (const [id, subject] of subjects)
  test(`a subject ${JSON.stringify(id)} is ${subject ?? 'nobody'}`, async () => {
    const person = { data: { user: { id } } }
    const signingIn = signInAt(oauth2, { person })
    if (subject === undefined) await assert.rejects(signingIn, { code: 'profile_incomplete' })
    else assert.equal((await signingIn).subject, subject)
  })

const inherited = ['constructor', '__proto__', 'data.constructor.name', 'data.user.id.length', 'data.emails.length', 'toString']
for (const subject of inherited)
  test(`what a profile does not say itself is nobody: ${subject}`, () =>
    assert.rejects(signInAt(oauth2, { settings: { profile: { subject } } }), { code: 'profile_incomplete' }))

test('an address is verified when true says so, or the settings do', async () => {
  const saying = async (confirmed: unknown, emailVerified: unknown) => {
    const person = { data: { user: { id: 'a' }, emails: [{ value: ANNA.email, confirmed }] } }
    const profile = { subject: 'data.user.id', email: 'data.emails.0.value', ...(emailVerified !== undefined && { emailVerified }) }
    return (await signInAt(oauth2, { person, settings: { profile } })).emailVerified
  }
  const at = 'data.emails.0.confirmed'
  assert.equal(await saying(true, at), true)
  for (const other of ['true', 1, [true], null, undefined, false]) assert.equal(await saying(other, at), false)
  assert.equal(await saying(false, true), true)
  assert.equal(await saying(true, undefined), false)
})

test('what we ask for is what we must', async () => {
  const { location, order } = await oauth2Stage(oauth2).leave()
  const { origin, pathname, searchParams } = new URL(location)
  assert.equal(origin + pathname, `${ACME}/authorize`)
  const { code_challenge: challenge, ...rest } = Object.fromEntries(searchParams)
  assert.match(challenge ?? '', /^[\w-]{43}$/)
  assert.deepEqual(rest, {
    client_id: CLIENT.id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'profile',
    state: order.state,
    code_challenge_method: 'S256',
  })
})

test('a provider without PKCE is sent none', async () => {
  const profile = await signInAt(oauth2, { settings: { pkce: false }, binding: 'state' })
  assert.equal(profile.subject, ANNA.sub)
})

for (const [secretIn, method] of [
  ['header', 'client_secret_basic'],
  ['form', 'client_secret_post'],
] as const)
  test(`the secret goes into the ${secretIn}`, async () => {
    assert.equal((await signInAt(oauth2, { settings: { secretIn }, authenticationMethods: [method] })).subject, ANNA.sub)
  })

test('who must prove themselves again is asked which account, where that can be asked', async () => {
  const promptOf = async (row: OAuth2Row) =>
    new URL((await oauth2Stage(row).leave({ freshness: { maxAgeMs: 0 } })).location).searchParams.get('prompt')
  assert.equal(await promptOf(github), 'select_account')
  assert.equal(await promptOf(facebook), null)
})

const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a profile address elsewhere': { profileUrl: 'https://evil.example/me' },
  'a token address beside it': { tokenUrl: 'https://acme.example/token' },
  'a token address without TLS': { tokenUrl: 'http://login.acme.example/token' },
  'an authorization address with a port': { authorizationUrl: 'https://login.acme.example:8443/authorize' },
  'an address of this machine': { profileUrl: 'http://127.0.0.1/me' },
  'an address that carries a password': { profileUrl: 'https://a:b@login.acme.example/me' },
  'another scheme': { profileUrl: 'file:///etc/passwd' },
  'an issuer on this machine': { issuer: 'http://acme.localhost' },
  'no mapping': { profile: undefined },
  'a mapping without a subject': { profile: { email: 'email' } },
  'a mapping nobody knows': { profile: { subject: 'id', admin: 'x' } },
  'a path that is code': { profile: { subject: '$..id' } },
  'a secret in the open': { clientSecret: 'hunter2hunter2' },
  'a word nobody knows': { checkState: false },
}
for (const [name, settings] of Object.entries(wrong))
  test(`${name} is refused`, () =>
    assert.throws(
      () => oauth2Stage(oauth2, { settings }),
      (error) => {
        assert.ok(error instanceof Error && 'code' in error && 'detail' in error, String(error))
        assert.equal(error.code, 'settings_invalid')
        assert.ok(!JSON.stringify(error.detail).includes('hunter2'))
        return true
      },
    ))

test('an address on another host is taken when the settings name the host', async () => {
  const profileUrl = 'https://api.acme-cloud.example/me'
  const elsewhere = { userinfo_endpoint: profileUrl }
  assert.equal((await signInAt(oauth2, { settings: { profileUrl, endpointHosts: ['acme-cloud.example'] }, elsewhere })).subject, ANNA.sub)
})

test('what is known of a provider is nothing to set', () => {
  for (const settings of [{ profile: { subject: 'email' } }, { pkce: false }, { secretIn: 'header' }])
    for (const row of [facebook, github]) assert.throws(() => oauth2Stage(row, { settings }), { code: 'settings_invalid' })
})

test('an ID token nobody asked for is not looked at', async () => {
  const stage = oauth2Stage(oauth2)
  stage.provider.misbehave({ tokens: (right) => ({ ...right, id_token: 'not a token' }) })
  const leg = await stage.leave()
  assert.equal((await stage.comeBack(stage.provider.authorize(leg.location), leg)).subject, ANNA.sub)
})

test('a profile that only another token opens is nobody’s', async () => {
  const stage = oauth2Stage(oauth2)
  stage.provider.misbehave({ tokens: (right) => ({ ...right, access_token: 'of-somebody-else' }) })
  const leg = await stage.leave()
  await assert.rejects(stage.comeBack(stage.provider.authorize(leg.location), leg), invalid)
})
