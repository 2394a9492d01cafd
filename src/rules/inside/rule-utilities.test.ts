import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
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
  const sends = withUtilities('if (redirect.canRedirect) redirect.doRedirect("https://consent.example/ask", { ask: 1 })')

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
