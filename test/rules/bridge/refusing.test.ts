import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { GUEST_DOMAIN, TENANT_ID, USHER_CLIENT_ID } from '../../../emulator/tenant.ts'
import { TENANT_SECRET } from '../../support/emulated-tenant.ts'
import { BASIC, STANDARD, TARGET } from '../../support/provisioning.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'

const codeOf = (body: JsonObject): unknown => {
  const error = body['odata.error']
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

const license = (skuId: string, more: JsonObject = {}) => ({ addLicenses: [{ disabledPlans: [], skuId }], removeLicenses: [], ...more })

test('a token is opaque, the same for the run, and nothing to any other run', async () => {
  const { stage, open } = await openBridge()
  const { run } = open()
  const [one, other] = [run(1), run(1)]
  await stage.clock.run(async () => {
    const { status, body } = await one.login()
    assert.equal(status, 200)
    for (const value of Object.values(body)) assert.equal(typeof value, 'string')
    assert.equal(body['token_type'], 'Bearer')
    assert.doesNotMatch(JSON.stringify(body), new RegExp(TENANT_SECRET))
    const headers = { authorization: `Bearer ${String(body['access_token'])}` }
    const path = `/${TENANT_ID}/subscribedSkus?api-version=1.6`
    assert.equal((await one.send('GET', ['graph.windows.net', path], '', headers)).status, 200)
    for (const [rule, wrong] of [
      [other, headers],
      [one, {}],
      [one, { authorization: 'Bearer usher.x' }],
    ] as const) {
      const refused = await rule.send('GET', ['graph.windows.net', path], '', wrong)
      assert.equal(refused.status, 401)
      assert.equal(codeOf(refused.body), 'Authentication_MissingOrMalformed')
    }
  })
})

test('a token is asked for as Microsoft has it, or refused as Microsoft would', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const json = JSON.stringify({
    client_id: 'a',
    client_secret: 'b',
    grant_type: 'client_credentials',
    resource: 'https://graph.windows.net/',
  })
  await stage.clock.run(async () => {
    const place = ['login.windows.net', ` /${TENANT_ID.toUpperCase()}/oauth2/token`] as const
    assert.equal((await rule.send('POST', place, json, { 'content-type': 'application/json' })).status, 200)
    assert.equal((await rule.login({ client_id: USHER_CLIENT_ID, client_secret: TENANT_SECRET })).status, 200)
    const refused = [
      [{ client_id: '' }, 400, 90_014],
      [{ client_secret: '' }, 400, 90_014],
      [{ grant_type: 'password' }, 400, 70_003],
      [{ resource: 'https://graph.microsoft.com' }, 400, 500_011],
      [{ client_id: USHER_CLIENT_ID.toUpperCase(), client_secret: 'wrong' }, 401, 7_000_215],
    ] as const
    for (const [form, status, code] of refused) {
      const response = await rule.login(form)
      assert.equal(response.status, status, JSON.stringify(form))
      assert.deepEqual(response.body['error_codes'], [code])
      assert.match(String(response.body['error_description']), new RegExp(`^AADSTS${code}: `))
    }
    const stranger = await rule.login({}, 'fabrikam.onmicrosoft.com')
    assert.deepEqual([stranger.status, stranger.body['error_codes']], [400, [90_002]])
  })
  assert.ok(rule.notes.some((line) => line.includes('fabrikam.onmicrosoft.com') && line.includes('guests.contoso.example')))
  assert.deepEqual(stage.graphCalls(), [])
})

test('whom a rule may have made: not in any other domain, not without an ID, not by any form', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const wrong: readonly JsonObject[] = [
    { userPrincipalName: 'boss@contoso.onmicrosoft.com' },
    { userPrincipalName: 'boss@employees.contoso.example' },
    { userPrincipalName: 'two@@guests.contoso.example' },
    { userPrincipalName: 'a b@guests.contoso.example' },
    { userPrincipalName: 7 },
    { immutableId: '' },
    { immutableId: 'under_score' },
    { immutableId: 'x'.repeat(65) },
    { immutableId: null },
    { accountEnabled: false },
  ]
  await stage.clock.run(async () => {
    for (const more of wrong) {
      const refused = await rule.graph('POST', '/users', orderOf('ana', more))
      assert.equal(refused.status, 400, JSON.stringify(more))
      assert.equal(codeOf(refused.body), 'Request_BadRequest')
    }
    for (const path of ['/users?', '/users?api-version=']) assert.equal((await rule.graph('POST', path, orderOf('ana'))).status, 400)
  })
  assert.ok(rule.notes.some((line) => line.includes('named in guests.contoso.example')))
  assert.equal(await stage.account(1), undefined)
  assert.deepEqual(stage.graphCalls(), [])
})

test('no password a rule sends is anybody’s, and what it may not set is left out', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const order = orderOf('ana', {
    employeeType: 'boss',
    mobile: '+49 1',
    department: 'Sales',
    jobTitle: '\u202eeval',
    otherMails: ['x@y.example'],
  })
  const made = await stage.clock.run(() => rule.graph('POST', '/users', order))
  assert.equal(made.status, 201)
  const [call] = stage.graphCalls().filter(({ method, path }) => method === 'POST' && path.endsWith('/users'))
  const sent = JSON.stringify(call)
  assert.doesNotMatch(sent, /id-of-ana|boss|\+49 1|x@y\.example/)
  assert.match(sent, /Sales/)
  assert.ok(rule.notes.some((line) => line.includes('password is thrown away')))
  assert.ok(rule.notes.some((line) => line.startsWith('Left out') && line.includes('employeeType')))
  assert.deepEqual(stage.schema().problems(), [])
})

test('a rule changes harmless things about its own person, and nothing else about anybody', async () => {
  const { stage, open } = await openBridge()
  const { run } = open()
  const [ana, ben] = [run(1), run(2)]
  await stage.clock.run(async () => {
    const made = await ana.graph('POST', '/users', orderOf('ana'))
    await ben.graph('POST', '/users', orderOf('ben'))
    const id = String(made.body['objectId'])
    const before = stage.writes().length
    const harmful: readonly JsonObject[] = [
      { accountEnabled: false },
      { passwordProfile: { password: 'x' } },
      { immutableId: 'new' },
      { userPrincipalName: 'new@guests.contoso.example' },
      { displayName: 'fine', otherMails: [] },
      { mobile: '+49 1' },
    ]
    for (const values of harmful) assert.equal((await ana.graph('PATCH', `/users/${id}`, values)).status, 403, JSON.stringify(values))
    const unusable: readonly JsonObject[] = [{ usageLocation: 'XX' }, { displayName: '' }, { jobTitle: 7 }]
    for (const values of unusable) assert.equal((await ana.graph('PATCH', `/users/${id}`, values)).status, 400)
    const foreign = await ben.graph('PATCH', `/users/${id}`, { displayName: 'Not Ana' })
    assert.deepEqual([foreign.status, codeOf(foreign.body)], [403, 'Authorization_RequestDenied'])
    assert.equal((await ben.graph('PATCH', '/users/auth0-ana@guests.contoso.example', { displayName: 'Not Ana' })).status, 403)
    assert.equal((await ben.graph('POST', `/users/${id}/assignLicense`, license(STANDARD))).status, 403)
    assert.equal(stage.writes().length, before)
    assert.equal((await ana.graph('PATCH', `/users/${id}`, { displayName: 'Ana R.', usageLocation: 'FR' })).status, 204)
  })
  assert.deepEqual(
    stage.made().map(({ displayName, usageLocation }) => [displayName, usageLocation]),
    [
      ['Ana R.', 'FR'],
      ['ben', 'US'],
    ],
  )
  assert.deepEqual(stage.schema().problems(), [])
})

test('everything else is refused', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const calls = [
    ['DELETE', '/users/x'],
    ['GET', '/groups'],
    ['POST', '/users/x/changePassword'],
    ['PUT', '/users/x/thumbnailPhoto'],
    ['GET', '/users/x/y/z'],
    ['GET', '/oauth2PermissionGrants'],
  ] as const
  await stage.clock.run(async () => {
    for (const [method, path] of calls) {
      const refused = await rule.graph(method, path)
      assert.deepEqual([refused.status, codeOf(refused.body)], [403, 'Authorization_RequestDenied'], path)
    }
    for (const path of ['/users', `/users?api-version=1.6&$filter=${encodeURIComponent("startswith(displayName,'a')")}`])
      assert.equal((await rule.graph('GET', path)).status, 400)
  })
  assert.deepEqual(stage.graphCalls(), [])
})

test('nobody is made for people of a directory', async () => {
  const { stage, open } = await openBridge()
  stage.accounts.put({
    userId: 'user-1',
    target: TARGET,
    origin: 'directory',
    stage: 'ready',
    immutableId: 'employee',
    userPrincipalName: 'employee@guests.contoso.example',
    usageLocation: '',
    attempts: 0,
    nextAttemptAt: 0,
    version: 1,
    reference: 'r',
    createdAt: 0,
  })
  const refused = await stage.clock.run(() => open().run(1).graph('POST', '/users', orderOf('ana')))
  assert.deepEqual([refused.status, codeOf(refused.body)], [403, 'Authorization_RequestDenied'])
  assert.deepEqual(stage.graphCalls(), [])
})

test('licenses: only those of the target, only for one’s own, and none is taken away', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  await stage.clock.run(async () => {
    const early = await rule.graph('GET', '/users/undefined/assignLicense', license(STANDARD))
    assert.deepEqual([early.status, codeOf(early.body)], [404, 'Request_ResourceNotFound'])
    const made = await rule.graph('POST', '/users', orderOf('ana'))
    const path = `/users/${String(made.body['objectId'])}/assignLicense`
    assert.equal((await rule.graph('POST', path, license(BASIC))).status, 400)
    assert.equal((await rule.graph('POST', path, { addLicenses: [{ disabledPlans: [] }], removeLicenses: [] })).status, 400)
    assert.equal((await rule.graph('POST', path, license(STANDARD, { removeLicenses: [BASIC] }))).status, 403)
    assert.equal((await rule.graph('POST', path, {})).status, 400)
    assert.deepEqual(stage.writes(), ['POST /users'])
    assert.equal((await rule.graph('POST', path, license(STANDARD.toUpperCase()))).status, 200)
    assert.equal((await rule.graph('POST', path, license(STANDARD))).status, 200)
  })
  assert.deepEqual(stage.writes(), ['POST /users', 'POST /users/{id}/assignLicense'])
  assert.ok(rule.notes.some((line) => line.includes('an administrator adds it to the licenses')))
})

test('today’s address of the token endpoint: what is for the retired API is answered here, and nothing else', async () => {
  const { stage, open } = await openBridge()
  const passed: string[] = []
  const microsoft: typeof fetch = async (input, init) => {
    passed.push(`${init?.method} ${String(input)} ${String(init?.body ?? '')} ${Object.keys(init?.headers ?? {}).join()}`)
    return String(input).includes('/authorize') ? new Response('<html>', { status: 200 }) : Response.json({ access_token: 'theirs' })
  }
  const rule = open(stage.open(), microsoft).run(1)
  const form = (resource: string) =>
    new URLSearchParams({ client_id: 'a', client_secret: 'b', grant_type: 'client_credentials', resource }).toString()
  const post = (path: string, body: string) =>
    rule.send('POST', ['login.microsoftonline.com', path], body, { 'content-type': 'x', cookie: 'y' })
  await stage.clock.run(async () => {
    const ours = await post(`/${TENANT_ID}/oauth2/token`, form('https://graph.windows.net'))
    assert.match(String(ours.body['access_token']), /^usher\./)
    const other = await post('/fabrikam.example/oauth2/token', form('https://graph.windows.net'))
    assert.deepEqual(other.body['error_codes'], [90_002])
    assert.deepEqual(passed, [])
    for (const [path, body] of [
      [`/${TENANT_ID}/oauth2/token`, form('https://graph.microsoft.com')],
      [`//${TENANT_ID}/oauth2/v2.0/token`, 'scope=x'],
    ] as const) {
      const theirs = await post(path, body)
      assert.deepEqual([theirs.status, theirs.body], [200, { access_token: 'theirs' }])
    }
    const page = await rule.send('GET', ['login.microsoftonline.com', `/${TENANT_ID}/oauth2/authorize?x=1`], '{}')
    assert.equal(page.status, 502)
  })
  const origin = `https://login.microsoftonline.com/${TENANT_ID}/oauth2`
  assert.deepEqual(passed, [
    `POST ${origin}/token ${form('https://graph.microsoft.com')} content-type`,
    `POST ${origin}/v2.0/token scope=x content-type`,
    `GET ${origin}/authorize?x=1  `,
  ])
})

test('the tenant may be called by any of its names, which Microsoft is asked about once', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const login = () => stage.emulator.journal.entries('login').filter(({ path }) => path.includes('openid-configuration'))
  await stage.clock.run(async () => {
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await rule.login({}, 'contoso.onmicrosoft.com')
      assert.equal(status, 200)
      const headers = { authorization: `Bearer ${String(body['access_token'])}` }
      const path = '/contoso.onmicrosoft.com/subscribedSkus?api-version=1.6'
      assert.equal((await rule.send('GET', ['graph.windows.net', path], '', headers)).status, 200)
      assert.equal((await rule.send('GET', ['graph.windows.net', path.replace('contoso', 'fabrikam')], '', headers)).status, 404)
    }
  })
  assert.equal(login().filter(({ path }) => path.startsWith('/contoso.')).length, 1)
})

for (const name of ['admin', 'Admin', 'c.e.o', 'HELP-desk', 'chief.buyer'])
  test(`nobody is made who is called ${name}, whoever chose the name: the rule is told to ask for another one`, async () => {
    const { stage, open } = await openBridge({ settings: { protectedNames: ['Chief Buyer'] } })
    const rule = open().run(1)
    await stage.clock.run(async () => {
      const refused = await rule.graph('POST', '/users', orderOf('ana', { userPrincipalName: `${name}@${GUEST_DOMAIN}` }))
      assert.equal(refused.status, 400)
      assert.match(JSON.stringify(refused.body), /ObjectConflict/)
      assert.ok(rule.notes.some((line) => line.startsWith('userPrincipalName: people would take')))
      assert.equal(await stage.account(1), undefined)
      assert.deepEqual(stage.writes(), [])
      const made = await rule.graph('POST', '/users', orderOf('ana', { mailNickname: name }))
      assert.equal(made.status, 201)
      assert.notEqual(String(made.body['mailNickname']).toLowerCase(), name.toLowerCase())
    })
  })

test('a key of dots is nobody’s, and nothing is asked', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  await stage.clock.run(async () => {
    for (const key of ['..', '.', '%2e%2e', '%2E']) {
      const { status, body } = await rule.graph('GET', `/users/${key}`)
      assert.deepEqual([status, codeOf(body)], [404, 'Request_ResourceNotFound'], key)
    }
  })
  assert.deepEqual(stage.graphCalls(), [])
})
