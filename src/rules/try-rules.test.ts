import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#kernel/json.ts'
import { rememberingLog } from '../../test/support/rule-pool.ts'
import { createPool } from './pool.ts'
import { readStubs } from './trial-stubs.ts'
import { type Bench, tryRules } from './try-rules.ts'

const log = rememberingLog()

const trial = async (body: string, more: Partial<Bench> = {}, user: JsonObject = { user_id: 'auth0|1', email: 'ada@fabrikam.example' }) => {
  const script = `function (user, context, callback) {\n${body}\n}`
  const bench: Bench = {
    scripts: [{ id: 'rul_1', name: 'One', kind: 'rule', script, legacyGlobals: true, secrets: {} }],
    configuration: {},
    stubs: [],
    budgetMs: 5_000,
    domain: 'id.contoso.example',
    ...more,
  }
  const [result] = await tryRules(bench, [{ user, context: { clientID: 'office365' } }], (outside) =>
    createPool({ jail: 'auto', log, ...outside }),
  )
  assert.ok(result)
  return result
}

test('what a rule changes is shown, and nothing else', async () => {
  const { result, user, context, claims, calls, metadata } = await trial(
    "user.city = 'Berlin'; user.email = 'x@y.example'; context.idToken = { a: 1 }; context.samlConfiguration = { mappings: { city: 'city' } }; console.log('hello'); callback(null, user, context)",
  )
  assert.equal(result.kind, 'passed')
  assert.deepEqual(user, [
    { path: 'city', after: 'Berlin' },
    { path: 'email', before: 'ada@fabrikam.example', after: 'x@y.example' },
  ])
  assert.deepEqual(context, [
    { path: 'idToken', after: { a: 1 } },
    { path: 'samlConfiguration', after: { mappings: { city: 'city' } } },
  ])
  assert.deepEqual(claims, { city: ['Berlin'] })
  assert.deepEqual([calls, metadata], [[], []])
  assert.deepEqual(
    result.console.map(({ text }) => text),
    ['hello'],
  )
  assert.equal(result.timings.length, 1)
})

test('a denial is shown', async () => {
  const { result } = await trial("callback(new UnauthorizedError('Partners only'))")
  assert.equal(result.kind === 'denied' && result.message, 'Partners only')
})

const CALLS = `const request = require('request')
request({ url: configuration.API + '/score?x=1', json: true }, (error, response, body) => {
  user.score = body && body.score; user.failed = Boolean(error) || response.statusCode >= 400
  callback(null, user, context)
})`

test('calls are answered from stubs, and those without one are refused; both are listed', async () => {
  const configuration = { API: 'https://api.vendor.example/v1' }
  const stubs = readStubs([{ method: 'GET', url: 'https://api.vendor.example/v1/*', body: { score: 7 } }])
  const answered = await trial(CALLS, { configuration, stubs })
  assert.deepEqual(answered.user, [
    { path: 'failed', after: false },
    { path: 'score', after: 7 },
  ])
  assert.deepEqual(answered.calls, [{ method: 'GET', url: '[secret]/score?x=1', answeredBy: 'stub', status: 200 }])
  const refused = await trial(CALLS, { configuration })
  assert.deepEqual(
    refused.calls.map(({ answeredBy }) => answeredBy),
    ['nobody'],
  )
  assert.deepEqual(refused.user[0], { path: 'failed', after: true })
})

test('a host that only shows while the rule runs is reached by nobody either', async () => {
  const { calls, user } = await trial(
    "require('request')('ht' + 'tps://' + ['hidden', 'example', 'com'].join('.'), (error) => { user.code = error.code; callback(null, user, context) })",
  )
  assert.deepEqual(calls, [{ method: 'CONNECT', url: 'hidden.example.com:443', answeredBy: 'nobody' }])
  assert.deepEqual(user, [{ path: 'code', after: 'EACCES' }])
})

test('metadata is listed, and the script sees it as stored', async () => {
  const { metadata, user } = await trial(
    'auth0.users.updateAppMetadata(user.user_id, { seen: true }).then((changed) => { user.was = changed.app_metadata; callback(null, user, context) })',
    {},
    { user_id: 'auth0|1', app_metadata: { a: 1 } },
  )
  assert.deepEqual(metadata, [{ kind: 'app', publicId: 'auth0|1', patch: { seen: true } }])
  assert.deepEqual(user, [{ path: 'was', after: { a: 1, seen: true } }])
})

test('accounts are made by a stand-in: what would be sent is listed, tokens and secrets are not', async () => {
  const { calls, result } = await trial(
    `const rp = require('request-promise')
    rp({ method: 'POST', url: 'https://login.windows.net/contoso.example/oauth2/token', form: { client_secret: configuration.KEY }, json: true })
      .then(({ access_token }) => rp({ url: 'https://graph.windows.net/contoso.example/users?api-version=1.6', json: true,
        headers: { Authorization: 'Bearer ' + access_token }, body: { userPrincipalName: 'a@b.example', password: configuration.KEY } }))
      .then((made) => { if (!made.objectId) throw new Error('none'); callback(null, user, context) }).catch(callback)`,
    { configuration: { KEY: 'a-secret-of-the-app' } },
  )
  assert.equal(result.kind, 'passed', JSON.stringify(result))
  assert.deepEqual(
    calls.map(({ method, url, answeredBy }) => [method, url, answeredBy]),
    [
      ['POST', 'https://login.windows.net/contoso.example/oauth2/token', 'stand-in'],
      ['GET', 'https://graph.windows.net/contoso.example/users?api-version=1.6', 'stand-in'],
    ],
  )
  assert.equal(calls[1]?.body, '{"userPrincipalName":"a@b.example","password":"[secret]"}')
  assert.ok(!JSON.stringify(calls).includes('a-secret-of-the-app'))
})

test('one sample after the other, each with its own', async () => {
  const script = 'function (user, context, callback) { console.log(user.n); callback(null, { ...user, m: user.n * 2 }, context) }'
  const scripts = [{ id: 'rul_1', name: 'One', kind: 'rule', script, legacyGlobals: true, secrets: {} }] as const
  const bench = { scripts, configuration: {}, stubs: [], budgetMs: 5_000, domain: 'id.contoso.example' }
  const samples = [1, 2, 3].map((n) => ({ user: { n }, context: {} }))
  const results = await tryRules(bench, samples, (outside) => createPool({ jail: 'auto', log, ...outside }))
  assert.deepEqual(
    results.map(({ user }) => user),
    [[{ path: 'm', after: 2 }], [{ path: 'm', after: 4 }], [{ path: 'm', after: 6 }]],
  )
})

test('stubs that say nothing sensible are refused with their place', () => {
  assert.throws(() => readStubs([{ url: 'file:///etc/passwd' }]), /settings_invalid/)
  assert.throws(() => readStubs({}), /settings_invalid/)
})

const named = (id: string, body: string, kind: 'rule' | 'action' = 'rule') => ({
  ...{ id, name: `Script ${id}`, kind, legacyGlobals: false, secrets: {} },
  script:
    kind === 'rule'
      ? `function (user, context, callback) {\n${body}\n}`
      : `exports.onExecutePostLogin = async (event, api) => {\n${body}\n}`,
})

test('of all that a sign-in runs, what each script changes is shown by itself, in one run', async () => {
  const scripts = [
    named(
      'rul_1',
      "global.seen = 1; user.groups = ['a']; user.city = 'Berlin'; context.idToken.a = configuration.SECRET; callback(null, user, context)",
    ),
    named('rul_2', 'callback(null, user, context)'),
    named('rul_3', "user.groups.push('b'); user.shared = global.seen; delete user.city; delete user.email; callback(null, user, context)"),
    named('act_1', "api.idToken.setCustomClaim('b', 2)", 'action'),
  ]
  const { steps, result } = await trial('', { scripts, isTraced: true, configuration: { SECRET: 'not for anybody' } })
  assert.equal(result.kind, 'passed', JSON.stringify(result))
  assert.deepEqual(steps, [
    {
      ...{ rule: 'rul_1', name: 'Script rul_1' },
      user: [
        { path: 'city', after: 'Berlin' },
        { path: 'groups', after: ['a'] },
      ],
      context: [{ path: 'idToken', after: { a: '[secret]' } }],
    },
    { rule: 'rul_2', name: 'Script rul_2', user: [], context: [] },
    {
      ...{ rule: 'rul_3', name: 'Script rul_3' },
      user: [
        { path: 'city', before: 'Berlin' },
        { path: 'email', before: 'ada@fabrikam.example' },
        { path: 'groups', before: ['a'], after: ['a', 'b'] },
        { path: 'shared', after: 1 },
      ],
      context: [],
    },
    { rule: 'act_1', name: 'Script act_1', user: [], context: [{ path: 'idToken.b', after: 2 }] },
  ])
})

test('a chain ends with the script that denies, and what ran before it is shown', async () => {
  const scripts = [
    named('rul_1', 'user.a = 1; callback(null, user, context)'),
    named('rul_2', "user.b = 1; callback(new UnauthorizedError('Partners only'))"),
    named('rul_3', 'user.c = 1; callback(null, user, context)'),
  ]
  const { steps, result } = await trial('', { scripts, isTraced: true })
  assert.deepEqual(result.kind === 'denied' && [result.rule, result.message], ['rul_2', 'Partners only'])
  assert.deepEqual(steps, [{ rule: 'rul_1', name: 'Script rul_1', user: [{ path: 'a', after: 1 }], context: [] }])
  assert.equal('steps' in (await trial('callback()')), false)
})
