import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { signIn } from '../../../test/conformance/stores/records.ts'
import { managementOver } from '../../../test/support/management.ts'
import { AT, onEachDatabase, type OpenStores } from '../../../test/support/stores.ts'

const DANA = { connection: 'con_google', issuer: 'https://accounts.google.example', subject: '110' }
const ID = 'google-oauth2|110'
const PATH = `/users/${encodeURIComponent(ID)}`
const ISO = new Date(AT).toISOString()

const withDana = async (t: TestContext, open: OpenStores, more: Parameters<typeof managementOver>[1] = {}) => {
  const opened = await open(t)
  await signIn(opened)
  return { ...opened, ...(await managementOver(opened.stores, more)) }
}

const shown = {
  user_id: ID,
  email: 'Dana@Fabrikam.example',
  email_verified: true,
  name: 'Dana W.',
  groups: ['a'],
  identities: [{ connection: 'google', provider: 'google-oauth2', user_id: '110', isSocial: true }],
  created_at: ISO,
  updated_at: ISO,
  last_login: ISO,
  last_ip: '192.0.2.7',
  logins_count: 1,
  blocked: false,
}

onEachDatabase((name, open) => {
  test(`${name}: eight writers over the API lose no key of app metadata`, async (t) => {
    const { ask, tokens } = await withDana(t, open)
    const bearer = tokens.issue({ reference: 'r' })
    for (let round = 0; round < 5; round += 1) {
      const patch = (n: number) => ({ body: { app_metadata: { [`k${n}`]: round } }, ...(n % 2 && { bearer }) })
      const statuses = await Promise.all(Array.from({ length: 8 }, async (_, n) => (await ask('PATCH', PATH, patch(n))).status))
      assert.deepEqual(new Set(statuses), new Set([200]))
      const after = await ask('GET', `${PATH}?fields=app_metadata`)
      assert.deepEqual(after.body, { app_metadata: Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`k${n}`, round])) })
    }
  })

  if (name === 'postgres') return

  test('a user is shown as Auth0 shows one, whichever way the bar in the id is written', async (t) => {
    const { ask } = await withDana(t, open)
    for (const path of [`/users/${ID}`, PATH, `/users/${ID.replace('|', '%7c')}`]) {
      const { status, body } = await ask('GET', path)
      assert.equal(status, 200, path)
      assert.deepEqual(body, shown)
    }
    for (const path of ['/users/google-oauth2|11', '/users/110', '/users/google-oauth2%257C110', '/users/GOOGLE-oauth2|110']) {
      const { status, body } = await ask('GET', path)
      assert.equal(status, 404)
      assert.equal(JSON.stringify(body).includes('inexistent_user'), true)
    }
  })

  test('what a connection said cannot pass for what we know', async (t) => {
    const opened = await open(t)
    const root = { user_id: 'auth0|admin', identities: [], blocked: true, logins_count: 9, app_metadata: { admin: true }, name: 'x' }
    await signIn(opened, DANA, { root })
    const { ask } = await managementOver(opened.stores)
    const { email: _email, email_verified: _verified, groups: _groups, ...others } = shown
    assert.deepEqual((await ask('GET', PATH)).body, { ...others, name: 'x' })
  })

  test('fields are chosen or left out', async (t) => {
    const { ask } = await withDana(t, open)
    assert.deepEqual((await ask('GET', `${PATH}?fields=email,user_id,nothing`)).body, { user_id: ID, email: shown.email })
    const without = await ask('GET', `${PATH}?fields=email,identities&include_fields=false`)
    assert.deepEqual(
      Object.keys(without.body ?? {}).sort(),
      Object.keys(shown)
        .filter((key) => !['email', 'identities'].includes(key))
        .sort(),
    )
  })

  test('lists come in pages, with totals when they are wanted', async (t) => {
    const opened = await open(t)
    for (let n = 0; n < 5; n += 1) await signIn(opened, { ...DANA, subject: `s${n}` })
    const { ask } = await managementOver(opened.stores)
    const first = await ask('GET', '/users?per_page=2&page=1&include_totals=true&fields=user_id')
    assert.ok(first.body && 'users' in first.body && Array.isArray(first.body.users))
    assert.deepEqual({ ...first.body, users: first.body.users.length }, { start: 2, limit: 2, length: 2, total: 5, users: 2 })
    await signIn(opened, { ...DANA, subject: 's3' })
    const busiest = await ask('GET', '/users?per_page=1&sort=logins_count:-1&fields=user_id')
    assert.deepEqual(busiest.body, [{ user_id: 'google-oauth2|s3' }])
    for (const sort of ['logins_count', 'password:1', 'email:2', 'email:1;'])
      assert.equal((await ask('GET', `/users?sort=${sort}`)).status, 400)
    const last = await ask('GET', '/users?per_page=2&page=2&fields=user_id')
    assert.ok(Array.isArray(last.body) && last.body.length === 1)
  })

  test('a search finds whom it names and nobody else, whatever is written into it', async (t) => {
    const { ask } = await withDana(t, open)
    const ids = async (q: string) => {
      const { status, body } = await ask('GET', `/users?fields=user_id&search_engine=v3&q=${encodeURIComponent(q)}`)
      return status === 200 ? body : status
    }
    assert.deepEqual(await ids('email:"dana@fabrikam.example"'), [{ user_id: ID }])
    assert.deepEqual(await ids(`user_id:"${ID}" AND identities.connection:"google"`), [{ user_id: ID }])
    for (const q of [
      `email:"' or '1'='1"`,
      'email:"%"',
      'email:"dana@fabrikam.exampl_"',
      `user_id:"x') or 1=1--"`,
      'identities.connection:"goog%"',
    ])
      assert.deepEqual(await ids(q), [], q)
    for (const q of ['*', 'email:*', 'email:"a" OR email:"b"', "'; drop table users; --"]) assert.equal(await ids(q), 400, q)
    assert.deepEqual((await ask('GET', '/users-by-email?email=dana%40fabrikam.example')).body, [shown])
    assert.deepEqual((await ask('GET', '/users-by-email?email=%25')).body, [])
    assert.equal((await ask('GET', '/users-by-email')).status, 400)
  })

  test('metadata is merged, null takes away, and a change is whole or none', async (t) => {
    const { ask } = await withDana(t, open)
    const change = (body: unknown) => ask('PATCH', PATH, { body })
    const first = await change({ app_metadata: { a: 1, b: { c: 2 } }, user_metadata: { theme: 'dark' }, nickname: 'dw', blocked: true })
    assert.deepEqual(first.body, {
      ...shown,
      nickname: 'dw',
      blocked: true,
      app_metadata: { a: 1, b: { c: 2 } },
      user_metadata: { theme: 'dark' },
    })
    const second = await change({ app_metadata: { a: null, b: { d: 3 } }, user_metadata: { theme: null } })
    assert.deepEqual(second.body, { ...shown, nickname: 'dw', blocked: true, app_metadata: { b: { d: 3 } } })
    const tooLarge = await change({ blocked: false, app_metadata: { text: 'x'.repeat(33_000) } })
    assert.equal(tooLarge.status, 413)
    assert.deepEqual((await ask('GET', PATH)).body, second.body)
  })

  test('nothing is changed that was not declared', async (t) => {
    const { ask } = await withDana(t, open)
    const before = (await ask('GET', PATH)).body
    const strangers = {
      role: 'owner',
      user_id: 'auth0|x',
      identities: [],
      entra_object_id: 'x',
      immutable_id: 'x',
      logins_count: 0,
      created_at: ISO,
      password: 'x',
      root: {},
      publicId: 'x',
      by: 'somebody',
      email: 'other@x.example',
      constructor: {},
      app_metadata: [],
      user_metadata: 'x',
      blocked: 'true',
      picture: 'javascript:alert(1)',
    }
    for (const [field, value] of Object.entries(strangers)) {
      const { status } = await ask('PATCH', PATH, { body: { nickname: 'changed', [field]: value } })
      assert.equal(status, 400, field)
    }
    for (const body of [{}, { connection: 'google' }, '{"__proto__":{"blocked":true}}'])
      assert.equal((await ask('PATCH', PATH, { body })).status, 400, JSON.stringify(body))
    assert.deepEqual((await ask('GET', PATH)).body, before)
    assert.equal((await ask('PATCH', '/users/nobody', { body: { nickname: 'x' } })).status, 404)
  })

  test('an address is confirmed by us only where the password is ours', async (t) => {
    const opened = await open(t)
    await signIn(opened)
    await signIn(opened, { connection: 'con_db', issuer: 'db', subject: 's' }, { connection: { name: 'people', type: 'database' } })
    const { ask } = await managementOver(opened.stores)
    assert.equal((await ask('PATCH', PATH, { body: { email_verified: true } })).status, 400)
    assert.equal((await ask('PATCH', '/users/auth0|s', { body: { email_verified: false, connection: 'people' } })).status, 200)
    assert.equal((await ask('PATCH', '/users/auth0|s', { body: { email_verified: true, connection: 'google' } })).status, 400)
  })

  test('what is kept of app metadata is what the hook makes of it', async (t) => {
    const asked: unknown[] = []
    const beforeMetadata = (userId: string, patch: object) => {
      asked.push([userId, patch])
      return { mine: 1 }
    }
    const { ask, stores } = await withDana(t, open, { beforeMetadata })
    await ask('PATCH', PATH, { body: { app_metadata: { theirs: 1 }, user_metadata: { theirs: 1 } } })
    await ask('PATCH', PATH, { body: { user_metadata: { theirs: 2 } } })
    const record = await stores.records.byPublicId(ID)
    assert.deepEqual([record?.appMetadata, record?.userMetadata], [{ mine: 1 }, { theirs: 2 }])
    assert.deepEqual(asked, [[record?.userId, { theirs: 1 }]])
  })

  test('who changed somebody is written down: the token by its name, the rule by its sign-in', async (t) => {
    const { ask, tokens, sql, token } = await withDana(t, open)
    const bearer = await token(['update:users'])
    await ask('PATCH', PATH, { body: { app_metadata: { a: 1 } }, bearer })
    await ask('PATCH', PATH, { body: { app_metadata: { a: 2 } }, bearer: tokens.issue({ reference: 'sign-in-1' }) })
    const rows = await sql(`select reference, facts_json from events where type = 'metadata_changed' order by id`)
    assert.deepEqual(
      rows.map((row) => [row['reference'], JSON.parse(String(row['facts_json'])).by]),
      [
        ['request', `token t${bearer}`],
        ['sign-in-1', 'rule sign-in-1'],
      ],
    )
  })
})
