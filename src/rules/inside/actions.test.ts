import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import jwt from 'jsonwebtoken'
import type { JsonObject } from '#kernel/json.ts'
import { jobOf, scriptOf } from '../../../test/support/rule-jobs.ts'
import actions from './actions.cjs'
import scripts from './run-scripts.cjs'

type Loose = Record<string, unknown>
interface Given {
  readonly user?: Loose
  readonly context?: Loose
  readonly secrets?: Record<string, string>
  readonly continued?: boolean
  readonly hasReturned?: boolean
  readonly refuses?: boolean
}

let lastId = 0

/** Runs the body of `onExecutePostLogin`, or a whole module, for one person. */
const act = async (code: string, given: Given = {}) => {
  const script = code.includes('exports.') ? code : `exports.onExecutePostLogin = async (event, api) => { ${code} }`
  const user: Loose = { user_id: 'auth0|1', email: 'ann@example.com', clientID: 'office365', app_metadata: { tier: 1 }, ...given.user }
  const context: Loose = { ...freshContext(), ...given.context }
  const writes: unknown[] = []
  const said: string[] = []
  lastId += 1
  const outcome = await actions.runAction(
    { id: `act_${lastId}`, name: 'One', script, secrets: given.secrets ?? {} },
    {
      user,
      context,
      host: {
        now: () => 1_000_000,
        updateMetadata: async (kind: string, id: string, patch: unknown) => {
          if (given.refuses) throw new Error('Not this one.')
          writes.push({ kind, id, patch })
        },
      },
      require: (name: string) => ({ required: name }),
      console: { log: (text: string) => said.push(text), warn: (text: string) => said.push(text) },
      continued: given.continued ?? false,
      executedRules: ['rul_1'],
      hasReturned: given.hasReturned ?? given.continued ?? false,
    },
  )
  return { outcome, user, context, writes, said, id: `act_${lastId}` }
}

const freshJson = (): JsonObject => JSON.parse(JSON.stringify(freshContext()))
const freshContext = (): Loose => ({
  clientID: 'office365',
  clientName: 'Microsoft 365',
  connection: 'google-oauth2',
  connectionStrategy: 'google-oauth2',
  protocol: 'wsfed',
  sessionID: 'tx1',
  stats: { loginsCount: 3 },
  request: { ip: '203.0.113.7', hostname: 'usher.example', userAgent: 'Firefox', query: {}, body: {}, geoip: { country_code3: 'USA' } },
  authentication: { methods: [{ name: 'federated', timestamp: 0 }] },
  authorization: { roles: ['editor'] },
  idToken: {},
  accessToken: {},
  samlConfiguration: {},
})

const passed = { kind: 'passed' }

describe('what an action is shown', () => {
  test('the person, the relying party and the request in the words of actions', async () => {
    const { outcome, context } = await act(
      `api.idToken.setCustomClaim('seen', [event.client.client_id, event.client.name, event.connection.strategy, event.request.user_agent,
        event.request.geoip.countryCode3, event.stats.logins_count, event.authorization.roles[0], event.user.app_metadata.tier,
        event.authentication.methods[0].timestamp, event.transaction.protocol, event.secrets.KEY])`,
      { secrets: { KEY: 'k' } },
    )
    assert.deepEqual(outcome, passed)
    assert.deepEqual(context['idToken'], {
      seen: ['office365', 'Microsoft 365', 'google-oauth2', 'Firefox', 'USA', 3, 'editor', 1, '1970-01-01T00:00:00.000Z', 'wsfed', 'k'],
    })
  })

  test('metadata is always an object, and neither what is for rules alone nor an upstream token is there', async () => {
    const identities = [{ provider: 'google-oauth2', access_token: 'opens doors' }]
    const { context } = await act('api.idToken.setCustomClaim("user", event.user)', { user: { app_metadata: undefined, identities } })
    const { user } = Object(context['idToken'])
    assert.deepEqual([user.app_metadata, user.user_metadata, user.multifactor], [{}, {}, []])
    assert.equal(user.clientID, undefined)
    assert.ok(!JSON.stringify(user).includes('opens doors'))
  })

  test('what it does to the event reaches nobody', async () => {
    const { user, outcome } = await act('event.user.email = "eve@example.com"; delete event.user.app_metadata.tier; event.secrets.KEY = 1')
    assert.deepEqual(outcome, passed)
    assert.deepEqual([user['email'], user['app_metadata']], ['ann@example.com', { tier: 1 }])
  })

  test('who comes back from a redirect of a rule is told the first protocol', async () => {
    const { context } = await act('api.idToken.setCustomClaim("protocol", event.transaction.protocol)', {
      context: { protocol: 'redirect-callback', original_protocol: 'wsfed' },
    })
    assert.deepEqual(context['idToken'], { protocol: 'wsfed' })
  })
})

describe('what an action does', () => {
  test('claims, scopes and the configuration of the token go where rules write them', async () => {
    const { context } = await act(`
      api.accessToken.setCustomClaim('https://example.com/a', 1)
      api.accessToken.addScope('read:a').accessToken.addScope('read:b').accessToken.removeScope('read:a')
      api.samlResponse.setIssuer('urn:example')
      api.samlResponse.setLifetimeInSeconds(600)
      api.samlResponse.setAttribute('http://schemas.example/role', ['a', 'b'])
      api.samlResponse.setAttribute('http://schemas.example/none', 'x').samlResponse.setAttribute('http://schemas.example/none', null)`)
    assert.deepEqual(context['accessToken'], { 'https://example.com/a': 1, scope: ['read:b'] })
    assert.deepEqual(context['samlConfiguration'], {
      issuer: 'urn:example',
      lifetimeInSeconds: 600,
      attributes: { 'http://schemas.example/role': ['a', 'b'] },
    })
  })

  test('a second factor, a primary user and another method', async () => {
    const { context } = await act(
      `api.multifactor.enable('any', { allowRememberBrowser: false }); api.authentication.setPrimaryUser('auth0|2')`,
    )
    assert.deepEqual(context['multifactor'], { allowRememberBrowser: false, provider: 'any' })
    assert.equal(context['primaryUser'], 'auth0|2')
    const challenged = await act(`api.authentication.challengeWith({ type: 'otp' })`)
    assert.deepEqual(challenged.context['multifactor'], { provider: 'any', factors: [{ type: 'otp' }] })
    const twice = await act(`api.authentication.setPrimaryUser('auth0|3')`, { context: { primaryUser: 'auth0|2' } })
    assert.match(JSON.stringify(twice.outcome), /is set already/)
    assert.equal(twice.context['primaryUser'], 'auth0|2')
  })

  test('metadata is written once, when it is done, and the next action sees it', async () => {
    const { writes, user } = await act(`
      api.user.setAppMetadata('tier', null); api.user.setAppMetadata('seats', 2); api.user.setUserMetadata('color', 'blue')`)
    assert.deepEqual(writes, [
      { kind: 'app', id: 'auth0|1', patch: { tier: null, seats: 2 } },
      { kind: 'user', id: 'auth0|1', patch: { color: 'blue' } },
    ])
    assert.deepEqual([user['app_metadata'], user['user_metadata']], [{ seats: 2 }, { color: 'blue' }])
  })

  test('metadata that cannot be written is an error', async () => {
    const { outcome, user } = await act(`api.user.setAppMetadata('seats', 2)`, { refuses: true })
    assert.deepEqual(outcome, { kind: 'denied', message: 'Not this one.', isRefusal: false })
    assert.deepEqual(user['app_metadata'], { tier: 1 })
  })

  test('a refusal is a refusal even when it throws afterwards, and metadata asked for before is written', async () => {
    const { outcome, writes } = await act(`api.user.setAppMetadata('refused', true); api.access.deny('Not today.'); throw new Error('x')`)
    assert.deepEqual(outcome, { kind: 'denied', message: 'Not today.', isRefusal: true })
    assert.equal(writes.length, 1)
  })

  test('a throw is an error, and nothing that was gathered is written', async () => {
    const { outcome, writes } = await act(
      `api.user.setAppMetadata('seats', 2); throw Object.assign(new Error('no'), { options: 'secret' })`,
    )
    assert.deepEqual(outcome, { kind: 'denied', message: 'no', isRefusal: false })
    assert.deepEqual(writes, [])
  })

  test('whatever it calls once it is done counts for nothing', async () => {
    const { context, said, outcome } = await act(`setImmediate(() => api.idToken.setCustomClaim('late', true))`)
    await new Promise(setImmediate)
    assert.deepEqual(outcome, passed)
    assert.deepEqual(context['idToken'], {})
    assert.match(said.join(), /api\.idToken\.setCustomClaim was called after the action was done/)
  })

  test('it knows which rules ran', async () => {
    const { context } = await act(`api.idToken.setCustomClaim('ran', ['rul_1', 'rul_2'].map((id) => api.rules.wasExecuted(id)))`)
    assert.deepEqual(context['idToken'], { ran: [true, false] })
  })

  test('what Usher does not have says so', async () => {
    assert.match(JSON.stringify((await act(`api.session.revoke('x')`)).outcome), /api\.session\.revoke is not available/)
  })
})

describe('the module', () => {
  test('what is at its top runs once, with require and console of whoever is served', async () => {
    const script = `const lib = require('lodash@4.17.21'); let count = 0
      exports.onExecutePostLogin = async (event, api) => { console.log('run ' + ++count); api.idToken.setCustomClaim('lib', lib.required) }`
    const run = async () => {
      const said: string[] = []
      const given = { user: {}, context: freshContext(), continued: false, executedRules: [], hasReturned: false, host: { now: () => 0 } }
      const console = { log: (text: string) => said.push(text) }
      await actions.runAction(
        { id: 'act_same', name: 'One', script, secrets: {} },
        { ...given, console, require: (required: string) => ({ required }) },
      )
      return [said, given.context['idToken']]
    }
    assert.deepEqual(await run(), [['run 1'], { lib: 'lodash@4.17.21' }])
    assert.deepEqual(await run(), [['run 2'], { lib: 'lodash@4.17.21' }])
  })

  for (const [script, reason] of [
    ['exports.onExecutePostLogin = async (event, api) => {', /Unexpected end of input|Unexpected token/],
    ['exports.other = 1', /exports onExecutePostLogin/],
    [`exports.onExecutePostLogin = 1; throw new Error('at the top')`, /at the top/],
  ] as const)
    test(`a module that cannot be used is an error: ${script}`, async () => {
      const { outcome } = await act(script)
      assert.equal(outcome.kind, 'denied')
      assert.match(JSON.stringify(outcome), reason)
    })
})

describe('to another site and back', () => {
  const secret = 'a secret of both sides'
  const claims = { iat: 1, exp: 4_000_000_000, sub: 'auth0|1', iss: 'site', state: 's1', agreed: true }
  const { exp: _, ...endless } = claims
  const back = (token: string, more: Loose = {}): Given => ({
    continued: true,
    secrets: { secret },
    context: { request: { hostname: 'usher.example', query: { state: 's1' }, body: { session_token: token }, ...more } },
  })
  const looks = `exports.onExecutePostLogin = async () => {}
    exports.onContinuePostLogin = async (event, api) => {
      const { agreed } = api.redirect.validateToken({ secret: event.secrets.secret })
      api.authentication.recordMethod('https://example.com/agreed')
      api.idToken.setCustomClaim('agreed', agreed)
    }`

  test('the person is sent with a token that says who they are', async () => {
    const { context, id } = await act(
      `const session_token = api.redirect.encodeToken({ secret: event.secrets.secret, payload: { plan: 'b' }, expiresInSeconds: 60 })
       if (api.redirect.canRedirect()) api.redirect.sendUserTo('https://example.com/agree?a=1', { query: { session_token } })`,
      { secrets: { secret } },
    )
    const { url, by } = Object(context['redirect'])
    assert.equal(by, id)
    assert.equal(new URL(url).searchParams.get('a'), '1')
    const said = Object(jwt.verify(new URL(url).searchParams.get('session_token') ?? '', secret, { algorithms: ['HS256'] }))
    assert.deepEqual([said.sub, said.iss, said.ip, said.plan, said.exp - said.iat], ['auth0|1', 'usher.example', '203.0.113.7', 'b', 60])
  })

  test('who comes back with a good token goes on', async () => {
    const { outcome, context } = await act(looks, back(jwt.sign(claims, secret)))
    assert.deepEqual(outcome, passed)
    assert.deepEqual(context['idToken'], { agreed: true })
    assert.deepEqual(Object(context['authentication']).methods.at(-1), { name: 'https://example.com/agreed', timestamp: 1_000_000 })
  })

  for (const [what, token] of [
    ['by somebody else', jwt.sign(claims, 'another secret')],
    ['about somebody else', jwt.sign({ ...claims, sub: 'auth0|2' }, secret)],
    ['of another redirect', jwt.sign({ ...claims, state: 's2' }, secret)],
    ['that is too old', jwt.sign({ ...claims, exp: 2 }, secret)],
    ['that never ends', jwt.sign(endless, secret)],
    ['without a signature', jwt.sign(claims, '', { algorithm: 'none' })],
    ['that is none', 'x'],
  ] as const)
    test(`a token ${what} leads nowhere`, async () => {
      const { outcome, context } = await act(looks, back(token))
      assert.match(JSON.stringify(outcome), /"denied","message":"The session token is invalid/)
      assert.deepEqual(context['idToken'], {})
    })

  test('an action that does not take people back lets nobody on', async () => {
    const { outcome } = await act('exports.onExecutePostLogin = async () => {}', { continued: true })
    assert.equal(outcome.kind, 'denied')
  })

  test('nobody is sent away twice, nor where no browser is', async () => {
    const sends = `api.idToken.setCustomClaim('can', api.redirect.canRedirect()); api.redirect.sendUserTo('https://example.com/')`
    for (const given of [
      { context: { protocol: 'redirect-callback', original_protocol: 'wsfed' } },
      { context: { protocol: 'wstrust-usernamemixed' } },
      { hasReturned: true },
    ]) {
      const { outcome, context } = await act(sends, given)
      assert.equal(outcome.kind, 'denied')
      assert.deepEqual(context['idToken'], { can: false })
      assert.equal(context['redirect'], undefined)
    }
  })

  test('where the action that sent them away is gone, the others still have their say', async () => {
    const actionOf = (id: string, body: string) =>
      scriptOf(`exports.onExecutePostLogin = async (event, api) => { ${body} }`, { id, kind: 'action' })
    const sends = actionOf('act_sends', `api.redirect.sendUserTo('https://example.com/')`)
    const sendsIfItMay = actionOf('act_may', `if (api.redirect.canRedirect()) api.redirect.sendUserTo('https://example.com/')`)
    const refuses = actionOf('act_refuses', `api.access.deny('Nobody today.')`)
    for (const script of [sends, sendsIfItMay]) {
      const job = jobOf([script, refuses], { user: {}, context: freshJson(), continueAt: 'act_gone' })
      const host = { updateMetadata: job.updateMetadata, now: () => 0, entered: () => undefined }
      assert.equal((await scripts.runScripts(job, host)).kind, 'denied', script.id)
    }
  })

  test('only to a web address', async () => {
    const { outcome, context } = await act(`api.redirect.sendUserTo('javascript:alert(1)')`)
    assert.equal(outcome.kind, 'denied')
    assert.equal(context['redirect'], undefined)
  })
})

describe('limits', () => {
  for (const [what, code] of [
    ['metadata', `api.user.setAppMetadata('x', 'x'.repeat(33_000))`],
    ['the value of an attribute', `api.samlResponse.setAttribute('x', 'x'.repeat(2_049))`],
    ['the name of an attribute', `api.samlResponse.setAttribute('x'.repeat(1_025), 'x')`],
    ['attributes', `for (let index = 0; index < 101; index++) api.samlResponse.setAttribute('x' + index, 'x')`],
    ['attributes together', `for (let index = 0; index < 6; index++) api.samlResponse.setAttribute('x' + index, 'x'.repeat(2_000))`],
    ['an audience', `api.samlResponse.setAudience('x'.repeat(2_049))`],
    ['probes', `api.samlResponse.setNameIdentifierProbes(Array(11).fill('x'))`],
    ['a user id', `api.authentication.setPrimaryUser('x'.repeat(129))`],
    ['what a transaction keeps', `api.transaction.setMetadata('x', 'x'.repeat(8_200))`],
  ] as const)
    test(`too much of ${what} is an error`, async () => {
      assert.equal((await act(code)).outcome.kind, 'denied')
    })

  test('what is kept for the next sign-in is little, and not for long', async () => {
    const { context } = await act(`
      const { cache } = api
      const said = [cache.set('a', 'one', { ttl: 60_000 }), cache.set('b', 2), cache.set('c'.repeat(65), 'x'), cache.set('d', 'x'.repeat(4_097)),
        cache.set('e', 'x', { expires_at: 1 }), cache.get('a'), cache.delete('a'), cache.delete('a'), cache.get('a')]
      for (let index = 0; index < 25; index++) cache.set('n' + index, 'x', { ttl: 1e12 })
      said.push(cache.get('n4'), cache.get('n5'))
      cache.set('full', 'x'.repeat(4_000)); cache.set('fuller', 'x'.repeat(4_000)); cache.set('fullest', 'x'.repeat(4_000))
      said.push(cache.get('full'), cache.get('fullest').value.length)
      api.idToken.setCustomClaim('said', said.map((one) => one?.code ?? one?.type ?? one?.expires_at ?? one ?? null))`)
    assert.deepEqual(Object(context['idToken']).said, [
      ...['success', 'InvalidValue', 'KeySizeExceeded', 'ValueSizeExceeded', 'InvalidExpiry', 1_060_000, 'success', 'ItemNotFound', null],
      ...[null, 1_000_000 + 24 * 3_600_000, null, 4_000],
    ])
  })
})
