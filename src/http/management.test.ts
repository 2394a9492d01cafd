import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeHttp, unasked } from '../../test/support/fake-sign-in.ts'
import { lintHeaders } from '../../test/support/header-lint.ts'
import type { ManagementAnswer, ManagementRequest } from './management-port.ts'

const HOST = 'id.fabrikam.example'
const JSON_TYPE = { 'content-type': 'application/json' }
const changing = ['POST', 'PATCH', 'PUT', 'DELETE'] as const

/** A web server whose Management API answers what the test says and remembers what it was asked. */
const withManagement = (answer: ManagementAnswer = { status: 200, headers: {}, body: { ok: true } }) => {
  const asked: ManagementRequest[] = []
  const management = {
    answer: async (request: ManagementRequest) => {
      asked.push(request)
      return answer
    },
  }
  const http = fakeHttp(unasked, { management })
  const inject = async (method: 'GET' | 'HEAD' | 'OPTIONS' | (typeof changing)[number], url: string, more: object = {}) => {
    const { headers = {}, ...rest }: { readonly headers?: object } = more
    const response = await http.server.app.inject({ method, url, headers: { host: HOST, ...headers }, ...rest })
    const given = new Headers(Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]))
    assert.deepEqual(lintHeaders({ url: `https://${HOST}${url}`, status: response.statusCode, headers: given }), [], `${method} ${url}`)
    assert.equal(given.get('set-cookie'), null)
    return response
  }
  return { ...http, asked, inject }
}

test('a request goes in as it came, and the answer out as JSON that nobody keeps', async () => {
  const { inject, asked } = withManagement()
  const payload = '{"blocked": true}'
  const url = '/api/v2/users/auth0%7C1?fields=a%2Cb'
  const response = await inject('PATCH', url, { headers: { ...JSON_TYPE, authorization: 'Bearer t' }, payload })
  assert.deepEqual([response.statusCode, response.body], [200, '{"ok":true}'])
  assert.equal(response.headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(response.headers['cache-control'], 'no-store')
  const [request] = asked
  assert.deepEqual(
    { ...request, reference: '' },
    {
      ...{ method: 'PATCH', path: url, authorization: 'Bearer t', body: payload, reference: '', address: '127.0.0.1' },
    },
  )
  await inject('GET', '/api/v2/users/auth0|1', { headers: { authorization: 'Bearer t' } })
  assert.equal(asked[1]?.path, '/api/v2/users/auth0|1')
})

test('statuses, headers and empty answers are what the API says', async () => {
  const empty = await withManagement({ status: 204, headers: {} }).inject('DELETE', '/api/v2/rules/1')
  assert.deepEqual([empty.statusCode, empty.body], [204, ''])
  const refused = await withManagement({ status: 401, headers: { 'www-authenticate': 'Bearer' }, body: {} }).inject('GET', '/api/v2/users')
  assert.deepEqual([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer'])
})

test('a cookie opens nothing: only the header says who asks', async () => {
  const { inject, asked, sessions } = withManagement()
  await sessions.start({
    id: 's',
    user: 'dana',
    connection: 'c',
    authentication: { at: 0, method: 'password' },
    createdAt: 0,
    expiresAt: 9e15,
  })
  await inject('GET', '/api/v2/users', { headers: { cookie: '__Host-usher_session=s; usher_session=s; authorization=Bearer t' } })
  assert.equal(asked[0]?.authorization, undefined)
})

test('what a foreign page can post is refused before the API is asked', async (context) => {
  const types = ['text/plain', 'text/plain;application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
  let refused = 0
  for (const type of types)
    for (const method of changing)
      for (const headers of [{}, { authorization: 'Bearer t' }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }]) {
        const { inject, asked } = withManagement()
        const response = await inject(method, '/api/v2/users/1', {
          headers: { ...headers, 'content-type': type },
          payload: '{"blocked":true}',
        })
        assert.equal(response.statusCode, 400)
        assert.equal(JSON.parse(response.body).errorCode, 'request_malformed')
        assert.deepEqual(asked, [])
        refused += 1
      }
  context.diagnostic(`${refused} refused`)
})

test('no method but the five there are, and none in a header', async () => {
  const { inject, asked } = withManagement()
  for (const method of ['HEAD', 'OPTIONS'] as const) {
    const response = await inject(method, '/api/v2/users', { headers: { origin: 'https://evil.example' } })
    assert.equal(response.statusCode, 405)
    assert.equal(response.headers['allow'], 'GET, POST, PATCH, PUT, DELETE')
  }
  assert.equal(asked.length, 0)
  await inject('GET', '/api/v2/users', { headers: { 'x-http-method-override': 'DELETE' } })
  assert.equal(asked[0]?.method, 'GET')
})

test('refusals of the server itself are told in the same form', async () => {
  const { inject, asked } = withManagement()
  const large = await inject('POST', '/api/v2/rules', { headers: JSON_TYPE, payload: `"${'x'.repeat(600_000)}"` })
  assert.deepEqual([large.statusCode, JSON.parse(large.body).errorCode], [413, 'request_too_large'])
  const elsewhere = await inject('GET', '/api/v2/users', { headers: { host: 'evil.example' } })
  assert.deepEqual([elsewhere.statusCode, JSON.parse(elsewhere.body).statusCode], [421, 421])
  assert.deepEqual(asked, [])
})

test('where no program is let in there is no such address', async () => {
  const { server } = fakeHttp(unasked)
  const response = await server.app.inject({ method: 'GET', url: '/api/v2/users', headers: { host: HOST } })
  assert.equal(response.statusCode, 404)
})

test('JSON stays outside of everything else', async () => {
  const { server, calls } = withManagement()
  const headers = { host: HOST, ...JSON_TYPE, origin: `https://${HOST}` }
  const response = await server.app.inject({ method: 'POST', url: '/sign-in/t/password', headers, payload: '{}' })
  assert.equal(response.statusCode, 400)
  assert.deepEqual(calls, [])
})
