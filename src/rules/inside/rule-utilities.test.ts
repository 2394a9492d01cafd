import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import jwt from 'jsonwebtoken'
import type { Json } from '#kernel/json.ts'
import { deniedOf, passedOf, rule, runInside } from '../../../test/support/run-inside.ts'

const SECRET = 'a long and random string'
const request = { ip: '203.0.113.7', hostname: 'usher.example', query: {} }
const configuration = { SESSION_TOKEN_SECRET: SECRET }

const withUtilities = (body: string): string =>
  rule(`var utilities = require('@auth0/rule-utilities@0.1.0');
    var redirect = new utilities.Auth0RedirectRuleUtilities(user, context, configuration);
    ${body}; callback(null, user, context)`)

const tokenIn = (context: unknown): string => {
  const url = JSON.stringify(context).match(/"url":"([^"]+)"/)?.[1] ?? ''
  return new URL(url).searchParams.get('session_token') ?? ''
}

describe('@auth0/rule-utilities', () => {
  const sends = withUtilities(`
    if (redirect.canRedirect) redirect.doRedirect("https://consent.example/ask", redirect.createSessionToken({ ask: 1 }))`)

  test('sends somebody away with a token, and reads the one they come back with', async () => {
    const sent = passedOf(await runInside([sends], { configuration, context: { protocol: 'wsfed', request } }))
    const context = { protocol: 'redirect-callback', request: { ...request, query: { session_token: tokenIn(sent.context) } } }
    const reads = withUtilities(
      'user.said = redirect.isRedirectCallback && redirect.validateSessionToken(); user.again = redirect.canRedirect',
    )
    const { user } = passedOf(await runInside([reads], { configuration, context }))
    const { said, again } = user
    assert.ok(typeof said === 'object' && said !== null && 'ask' in said && 'sub' in said && 'iss' in said && 'ip' in said && 'exp' in said)
    assert.deepEqual([said.ask, said.sub, said.iss, said.ip], [1, 'auth0|1', 'https://usher.example/', '203.0.113.7'])
    assert.equal(again, false)
  })

  test('a token of somebody else, of another secret or of another house is refused', async () => {
    const sent = passedOf(await runInside([sends], { configuration, context: { protocol: 'wsfed', request } }))
    const back = { ...request, query: { session_token: tokenIn(sent.context) } }
    const reads = [withUtilities('redirect.validateSessionToken()')]
    const message = async (more: Parameters<typeof runInside>[1]) =>
      deniedOf(await runInside(reads, { configuration, context: { protocol: 'redirect-callback', request: back }, ...more })).message
    assert.match(await message({ user: { user_id: 'auth0|2' } }), /jwt subject invalid/)
    assert.match(await message({ configuration: { SESSION_TOKEN_SECRET: 'another' } }), /invalid signature/)
    assert.match(
      await message({ context: { protocol: 'redirect-callback', request: { ...back, hostname: 'other.example' } } }),
      /jwt issuer invalid/,
    )
    assert.match(await message({ configuration: {} }), /SESSION_TOKEN_SECRET/)
  })

  test('nobody is sent away twice, nor where nobody can be', async () => {
    const context = { protocol: 'oauth2-refresh-token', request }
    const sendsAnyway = withUtilities('redirect.doRedirect("https://consent.example/")')
    assert.equal(deniedOf(await runInside([sendsAnyway], { configuration, context })).message, 'Cannot redirect')
    const twice = await runInside([sends, sendsAnyway], { configuration, context: { protocol: 'wsfed', request } })
    assert.deepEqual([deniedOf(twice).rule, deniedOf(twice).message], ['rul_2', 'Cannot redirect'])
  })

  test('carries a token made before, one of its own or none, as either version is told', async () => {
    const tokens = async (how: string): Promise<readonly string[]> => {
      const body = `redirect.doRedirect("https://consent.example/ask?a=1"${how})`
      const { context } = passedOf(await runInside([withUtilities(body)], { configuration, context: { protocol: 'wsfed', request } }))
      return [new URL(JSON.stringify(context).match(/"url":"([^"]+)"/)?.[1] ?? '').searchParams.get('session_token') ?? 'none']
    }
    assert.deepEqual(await tokens(', "made-before"'), ['made-before'])
    assert.deepEqual(await tokens(', { sessionToken: "made-before" }'), ['made-before'])
    assert.deepEqual(await tokens(', false'), ['none'])
    assert.deepEqual(await tokens(', { generateSessionToken: false }'), ['none'])
    for (const how of ['', ', undefined', ', {}', ', { generateSessionToken: true }']) assert.match((await tokens(how))[0] ?? '', /^eyJ/)
  })

  test('nobody is sent to nowhere, nor where a second factor is asked for or nobody may be asked', async () => {
    const may = withUtilities('user.may = [redirect.canRedirect, redirect.protocolCanRedirect]')
    const asked = async (context: Readonly<Record<string, Json>>) =>
      passedOf(await runInside([may], { configuration, context: { protocol: 'wsfed', request, ...context } })).user['may']
    assert.deepEqual(await asked({}), [true, true])
    assert.deepEqual(await asked({ multifactor: { provider: 'any' } }), [false, true])
    assert.deepEqual(await asked({ request: { ...request, query: { prompt: 'none' } } }), [false, true])
    assert.deepEqual(await asked({ protocol: 'redirect-callback' }), [false, false])
    const nowhere = await runInside([withUtilities('redirect.doRedirect(configuration.NOT_SET)')], { configuration, context: { request } })
    assert.equal(deniedOf(nowhere).message, 'Cannot redirect')
  })

  test('what a rule adds to a token counts, and what it demands of one', async () => {
    const adds = withUtilities(
      'redirect.doRedirect("https://consent.example", redirect.createSessionToken({ aud: "site", iss: "https://me.example/" }))',
    )
    const sent = passedOf(await runInside([adds], { configuration, context: { protocol: 'wsfed', request } }))
    const query = { session_token: tokenIn(sent.context) }
    const reads = async (demanded: string) =>
      runInside([withUtilities(`user.said = redirect.validateSessionToken(${demanded}).aud`)], {
        configuration,
        context: { protocol: 'redirect-callback', request: { ...request, hostname: 'me.example', query } },
      })
    assert.equal(passedOf(await reads('{ audience: "site" }')).user['said'], 'site')
    assert.match(deniedOf(await reads('{ audience: "another" }')).message, /jwt audience invalid/)
  })

  test('a site may sign with any hash, and nothing but the secret', async () => {
    const claims = { sub: 'auth0|1', iss: 'https://usher.example/' }
    const reads = async (token: string) =>
      runInside([withUtilities('redirect.validateSessionToken()')], {
        configuration,
        context: { protocol: 'redirect-callback', request: { ...request, query: { session_token: token } } },
      })
    passedOf(await reads(jwt.sign(claims, SECRET, { algorithm: 'HS512', expiresIn: 60 })))
    assert.match(deniedOf(await reads(jwt.sign(claims, '', { algorithm: 'none', expiresIn: 60 }))).message, /jwt signature is required/)
    assert.equal(deniedOf(await reads(jwt.sign(claims, SECRET))).message, 'Expired token')
  })

  test('the name itself stands for all that is kept under it', async () => {
    const body = `
      var metadata = new (require('@auth0/rule-utilities').Auth0UserUpdateUtilities)(user, auth0, 'visits');
      metadata.setAppMeta('first', 1); metadata.setAppMeta('visits', { status: 'pending' });
      user.read = [metadata.getAppMeta('status'), metadata.getAppMeta('visits'), metadata.getAppMeta('first')];
      callback(null, user, context)`
    const { user } = passedOf(await runInside([rule(body)]))
    assert.deepEqual(
      [user['read'], user['app_metadata']],
      [['pending', { status: 'pending' }, undefined], { visits: { status: 'pending' } }],
    )
  })

  test('keeps metadata under a name, and stores it', async () => {
    const stored: unknown[] = []
    const body = `
      var metadata = new (require('@auth0/rule-utilities').Auth0UserUpdateUtilities)(user, auth0, 'consent');
      metadata.setAppMeta('given', true); metadata.setUserMeta('color', 'red');
      user.read = [metadata.getAppMeta('given'), metadata.getUserMeta('color')];
      Promise.all([metadata.updateAppMeta(), metadata.updateUserMetadata()]).then(function () { callback(null, user, context) })`
    const updateMetadata = async (...said: readonly unknown[]) => {
      stored.push(said)
      return {}
    }
    const { user } = passedOf(await runInside([rule(body)], { updateMetadata }))
    assert.deepEqual(user['read'], [true, 'red'])
    assert.deepEqual(stored, [
      ['app', 'auth0|1', { consent: { given: true } }],
      ['user', 'auth0|1', { consent: { color: 'red' } }],
    ])
  })
})
