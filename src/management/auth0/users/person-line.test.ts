import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPersonLine } from './person-line.ts'

const DANA = {
  user_id: 'google-oauth2|1234',
  email: 'dana@fabrikam.example',
  email_verified: true,
  name: 'Dana Whitfield',
  given_name: 'Dana',
  family_name: 'Whitfield',
  nickname: 'dana',
  picture: 'https://pictures.example/dana',
  identities: [{ connection: 'google-oauth2', provider: 'google-oauth2', user_id: '1234', isSocial: true }],
  created_at: '2020-01-02T03:04:05.000Z',
  last_login: '2026-01-02T03:04:05.000Z',
  last_ip: '192.0.2.1',
  logins_count: 42,
  app_metadata: {
    office365Provisioned: true,
    office365UPN: 'auth0-1@guests.contoso.example',
    office365ImmutableId: 'MTIzNA==',
    crm: { id: 7 },
  },
  user_metadata: { color: 'green' },
}

test('a person with everything that is kept of them', () => {
  assert.deepEqual(readPersonLine(JSON.stringify(DANA)), {
    publicId: 'google-oauth2|1234',
    connection: 'google-oauth2',
    names: { given: 'Dana', family: 'Whitfield', display: 'Dana Whitfield' },
    email: 'dana@fabrikam.example',
    emailVerified: true,
    blocked: false,
    root: {
      email: 'dana@fabrikam.example',
      email_verified: true,
      name: 'Dana Whitfield',
      given_name: 'Dana',
      family_name: 'Whitfield',
      nickname: 'dana',
      picture: 'https://pictures.example/dana',
    },
    appMetadata: DANA.app_metadata,
    userMetadata: { color: 'green' },
    createdAt: Date.UTC(2020, 0, 2, 3, 4, 5),
    lastLoginAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    lastIp: '192.0.2.1',
    loginsCount: 42,
    account: { immutableId: 'MTIzNA==', userPrincipalName: 'auth0-1@guests.contoso.example' },
    linked: [],
  })
})

test('an export that asked for few fields', () => {
  const { publicId, connection, emailVerified, account, loginsCount } = readPersonLine(
    '{"user_id":"auth0|5f00","identities[0].connection":"guests","email":null}',
  )
  assert.deepEqual(
    { publicId, connection, emailVerified, account, loginsCount },
    {
      publicId: 'auth0|5f00',
      connection: 'guests',
      emailVerified: false,
      account: undefined,
      loginsCount: 0,
    },
  )
})

test('identities besides their own', () => {
  const identities = [...DANA.identities, { connection: 'guests', provider: 'auth0', user_id: 99, profileData: { email: 'd@x.example' } }]
  assert.deepEqual(readPersonLine(JSON.stringify({ ...DANA, identities })).linked, [
    { connection: 'guests', provider: 'auth0', userId: '99', profile: { email: 'd@x.example' } },
  ])
})

for (const [line, says] of [
  ['{"user_id"', /^Error: not JSON$/],
  ['[]', /expected object/i],
  ['{}', /user_id/],
  ['{"user_id":"5f00"}', /user_id: a user_id has the form provider\|id/],
  ['{"user_id":"auth0|1","app_metadata":"x"}', /app_metadata/],
  ['{"user_id":"auth0|1","app_metadata":{"office365UPN":"a@b.example"}}', /office365ImmutableId is not an immutable ID/],
  [
    '{"user_id":"auth0|1","app_metadata":{"office365ImmutableId":"abc","office365UPN":"a b@c"}}',
    /office365UPN is not a user principal name/,
  ],
] as const)
  test(`${line} is refused with a reason`, () => {
    assert.throws(() => readPersonLine(line), says)
  })
