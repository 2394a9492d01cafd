import assert from 'node:assert/strict'
import { test } from 'node:test'
import { managementOver } from '../../../test/support/management.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'
import type { ApiRoute } from './route.ts'
import { ruleScopes, scopes } from './scopes.ts'

/** What the Management API does and who may: the whole of it, written down a second time. */
const DECLARED: Readonly<Record<string, string>> = {
  'GET /users': 'read:users',
  'GET /users-by-email': 'read:users',
  'GET /users/:id': 'read:users',
  'PATCH /users/:id': 'update:users',
  'POST /users/:id/identities': 'update:users',
  'DELETE /users/:id/identities/:provider/:identity': 'update:users',
  'GET /rules': 'read:rules',
  'POST /rules': 'create:rules',
  'GET /rules/:id': 'read:rules',
  'PATCH /rules/:id': 'update:rules',
  'DELETE /rules/:id': 'delete:rules',
  'GET /rules-configs': 'read:rules_configs',
  'PUT /rules-configs/:key': 'update:rules_configs',
  'DELETE /rules-configs/:key': 'delete:rules_configs',
  'GET /connections': 'read:connections',
  'POST /connections/:name/tests': 'update:connections',
  'GET /connections/:name/tests/:id': 'read:connections',
  'GET /users/:id/sessions': 'read:sessions',
  'DELETE /users/:id/sessions': 'delete:sessions',
  'DELETE /sessions/:id': 'delete:sessions',
}

const pathOf = ({ path }: ApiRoute): string => path.replace(/:\w+/g, 'nobody')

onEachDatabase((name, open) => {
  if (name === 'postgres') return

  test('every route lets in exactly whom it says', async (t) => {
    const { api, ask, token, tokens, clock } = await managementOver((await open(t)).stores)
    assert.deepEqual(Object.fromEntries(api.routes.map(({ method, path, scope }) => [`${method} ${path}`, scope])), DECLARED)
    const expired = await token(scopes)
    clock.at += 60_000
    const single = new Map(await Promise.all(scopes.map(async (scope) => [scope, await token([scope])] as const)))
    const ruleToken = tokens.issue({ reference: 'r' })
    let decisions = 0
    for (const route of api.routes) {
      const status = async (bearer: string) => (await ask(route.method, pathOf(route), { bearer })).status
      const isLetIn = async (bearer: string) => ![401, 403].includes(await status(bearer))
      for (const bearer of ['', 'wrong', expired, `${ruleToken}x`]) assert.equal(await status(bearer), 401, `${route.path} ${bearer}`)
      assert.equal(await status(await token([])), 403, route.path)
      for (const [scope, bearer] of single) assert.equal(await isLetIn(bearer), scope === route.scope, `${route.path} ${scope}`)
      assert.equal(
        await isLetIn(ruleToken),
        ruleScopes.some((one) => one === route.scope),
        route.path,
      )
      decisions += single.size + 6
    }
    t.diagnostic(`${api.routes.length} routes, ${decisions} decisions as declared`)
  })

  test('what is not declared is not there, for whoever asks', async (t) => {
    const { api, ask, clock } = await managementOver((await open(t)).stores)
    const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'TRACE', 'get']
    const paths = [...new Set(api.routes.map(pathOf)), '/', '/users/', '/users//identities', '/nothing', '/users/a/b', '/constructor']
    for (const path of paths)
      for (const method of methods) {
        // As many a second as one token may ask.
        clock.at += 50
        const isDeclared = api.routes.some((route) => route.method === method && pathOf(route) === path)
        if (!isDeclared) assert.equal((await ask(method, path)).status, 404, `${method} ${path}`)
      }
  })

  test('a no is told in Auth0’s form, and what it is about comes before what is wrong with it', async (t) => {
    const { api, ask } = await managementOver((await open(t)).stores)
    const unauthorized = await ask('GET', '/users', { bearer: '' })
    assert.deepEqual(unauthorized.body, { statusCode: 401, error: 'Unauthorized', message: 'Invalid token', errorCode: 'invalid_token' })
    assert.deepEqual(unauthorized.headers, { 'www-authenticate': 'Bearer' })
    assert.equal((await ask('POST', '/nothing', { bearer: '', body: '{' })).status, 401)
    assert.equal((await ask('GET', '/users/%zz')).status, 400)
    const at = (path: string, authorization: string) => api.answer({ method: 'GET', path, authorization, body: '', reference: 'r' })
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'Bearer a,Bearer b', 'Bearer  x'])
      assert.equal((await at('/api/v2/users', authorization)).status, 401, authorization)
  })

  test('what is not JSON, or nested without end, is refused and nothing is asked', async (t) => {
    const { ask, errors } = await managementOver((await open(t)).stores)
    for (const body of [
      '{',
      'undefined',
      "{'a':1}",
      '[]',
      '"text"',
      'null',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      '{"a":1}{"b":2}',
    ])
      assert.equal((await ask('PATCH', '/users/nobody', { body })).status, 400, body.slice(0, 20))
    for (const body of [{ page: 1 }, [], 'text']) assert.equal((await ask('GET', '/users', { body })).status, 400)
    assert.equal((await ask('GET', '/users', { body: {} })).status, 200, 'some clients send an empty object')
    for (const query of [
      'page=0&page=1',
      'page=-1',
      'page=x',
      'per_page=0',
      'per_page=101',
      'page=1e9',
      'role=owner',
      'include_totals=yes',
    ])
      assert.equal((await ask('GET', `/users?${query}`)).status, 400, query)
    assert.deepEqual(errors, [])
  })

  test('a store that fails is a 500 that says nothing, and never a yes', async (t) => {
    const { stores } = await open(t)
    const broken = { ...stores, records: { ...stores.records, search: () => Promise.reject(new Error('secret detail')) } }
    const { ask, errors } = await managementOver(broken)
    const answer = await ask('GET', '/users')
    assert.equal(answer.status, 500)
    assert.doesNotMatch(JSON.stringify(answer), /secret detail/)
    assert.equal(errors.length, 1)
    const deaf = { ...stores, apiTokens: { ...stores.apiTokens, find: () => Promise.reject(new Error('down')) } }
    assert.equal((await (await managementOver(deaf)).ask('GET', '/users')).status, 500)
  })
})
