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

test('ids, lists and words as providers of organizations say them', () => {
  const line = {
    user_id: 'samlp|acme|CN=John Doe,OU=People',
    email: ['a@acme.example', 'b@acme.example'],
    email_verified: 'true',
    given_name: ['John', 'Jack'],
    family_name: 'Doe',
    identities: [{ connection: 'acme', provider: 'samlp', user_id: 'acme|CN=John Doe,OU=People' }],
  }
  const read = readPersonLine(JSON.stringify(line))
  assert.equal(read.publicId, line.user_id)
  assert.deepEqual(read.names, { family: 'Doe' })
  assert.equal(read.email, undefined)
  assert.equal(read.emailVerified, false, 'a word vouches for nothing')
  assert.deepEqual(read.root['email'], line.email, 'rules find it as it is')
})

test('moments and ids in extended JSON', () => {
  const at = Date.UTC(2019, 0, 1)
  for (const said of [
    '2019-01-01T00:00:00.000Z',
    { $date: '2019-01-01T00:00:00.000Z' },
    { $date: at },
    { $date: { $numberLong: `${at}` } },
  ]) {
    const identities = [{ connection: 'guests', provider: 'auth0', user_id: { $oid: '5f00' } }]
    const read = readPersonLine(
      JSON.stringify({ _id: { $oid: '5f00' }, user_id: 'auth0|5f00', created_at: said, last_login: said, identities }),
    )
    assert.deepEqual([read.createdAt, read.lastLoginAt], [at, at])
    assert.deepEqual(read.root, {})
  }
})

test('metadata that was asked for field by field is metadata', () => {
  const flat = {
    user_id: 'auth0|1',
    'app_metadata.office365UPN': 'a@guests.contoso.example',
    'app_metadata.office365ImmutableId': 'MTIz',
    'user_metadata.color': 'green',
  }
  const read = readPersonLine(JSON.stringify(flat))
  assert.deepEqual(read.account, { immutableId: 'MTIz', userPrincipalName: 'a@guests.contoso.example' })
  assert.deepEqual(read.userMetadata, { color: 'green' })
  assert.deepEqual(read.root, {})
  const none = { user_id: 'auth0|1', 'app_metadata.office365UPN': null, 'app_metadata.office365ImmutableId': '' }
  assert.deepEqual(readPersonLine(JSON.stringify(none)).appMetadata, {})
  const both = readPersonLine(JSON.stringify({ ...flat, app_metadata: { office365UPN: 'whole@guests.contoso.example' } }))
  assert.equal(both.account?.userPrincipalName, 'whole@guests.contoso.example')
})

test('an account that was unset is none', () => {
  const line = { user_id: 'auth0|1', app_metadata: { office365UPN: null, office365ImmutableId: null } }
  assert.equal(readPersonLine(JSON.stringify(line)).account, undefined)
})

for (const [line, says] of [
  ['{"user_id"', /^Error: not JSON$/],
  ['[]', /expected object/i],
  ['{}', /user_id/],
  ['{"user_id":"5f00"}', /user_id: a user_id has the form provider\|id/],
  ['{"user_id":"auth0|1","app_metadata":"x"}', /app_metadata/],
  ['{"user_id":"auth0| 1"}', /user_id: a user_id has the form/],
  ['{"user_id":"auth0|1\\u0007x"}', /user_id: a user_id has the form/],
  ['{"user_id":"auth0|1","blocked":"false"}', /blocked/],
  ['{"user_id":"auth0|1","app_metadata":{"office365UPN":"a@b.example"}}', /office365ImmutableId is not an immutable ID/],
  [
    '{"user_id":"auth0|1","app_metadata":{"office365ImmutableId":"abc","office365UPN":"a b@c"}}',
    /office365UPN is not a user principal name/,
  ],
] as const)
  test(`${line} is refused with a reason`, () => {
    assert.throws(() => readPersonLine(line), says)
  })
