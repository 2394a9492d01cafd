import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { scopes } from '../../../src/management/api/scopes.ts'
import { lintHeaders } from '../../support/header-lint.ts'
import { declaredRoutes } from '../../support/management.ts'
import { headersIn } from '../../support/raw-http.ts'
import { type Arena, openArena } from '../wsfed/arena.ts'

const BODY = JSON.stringify({ name: 'Planted', script: 'function (u, c, cb) { cb(null, u, c) }', blocked: true, value: 'planted' })

let arena: Arena
let token: string
let cookie: string
before(async () => {
  arena = await openArena()
  cookie = await arena.cookie()
  const desk = await arena.house.app().desk()
  token = (await desk.createToken('attacked', scopes, 1))?.reveal() ?? ''
})
after(() => arena.close())

const changing = declaredRoutes().filter(({ method }) => method !== 'GET')

/** What somebody can make a browser send, or a proxy misread; none of it may be taken for a program with a token. */
const forgeries = (): Readonly<Record<string, { readonly lines: readonly string[]; readonly query?: string; readonly body?: string }>> => {
  const json = 'Content-Type: application/json'
  const bearer = `Authorization: Bearer ${token}`
  const own = `Origin: ${arena.house.publicUrl.origin}`
  return {
    'the session of somebody who is signed in': { lines: [json, `Cookie: ${cookie}`, 'Sec-Fetch-Site: same-origin', own] },
    'the same from another site': { lines: [json, `Cookie: ${cookie}`, 'Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'] },
    'a token in the address': { lines: [json], query: `access_token=${token}&authorization=Bearer%20${token}` },
    'a token in a cookie': { lines: [json, `Cookie: authorization=Bearer ${token}; token=${token}`] },
    'a token in the body': { lines: ['Content-Type: application/x-www-form-urlencoded'], body: `access_token=${token}` },
    'a token as a user name': { lines: [json, `Authorization: Basic ${Buffer.from(`${token}:`).toString('base64')}`] },
    'a token of another spelling': { lines: [json, `Authorization: Bearer ${token.toUpperCase()}`] },
    'a token that is cut': { lines: [json, `Authorization: Bearer ${token.slice(0, -1)}`] },
    'a token with something behind it': { lines: [json, `${bearer}, Bearer x`] },
    'a token in another header': { lines: [json, `X-Authorization: Bearer ${token}`, `Proxy-Authorization: Bearer ${token}`] },
    'JSON as plain text': { lines: ['Content-Type: text/plain', bearer] },
    'JSON as a form': { lines: ['Content-Type: application/x-www-form-urlencoded', bearer] },
    'JSON of no type': { lines: ['Content-Type: x/y', bearer] },
    'another host': { lines: [json, bearer, 'Host: evil.example'] },
  }
}

const send = async (method: string, path: string, lines: readonly string[], body = BODY): Promise<number> => {
  const host = lines.some((line) => line.startsWith('Host:')) ? [] : [`Host: ${arena.house.publicUrl.host}`]
  const head = [`${method} ${path} HTTP/1.1`, ...host, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close']
  const { text, statuses } = await arena.send(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`))
  const url = arena.house.publicUrl.origin + (path.startsWith('/') ? path : '/')
  const given = headersIn(text.slice(0, text.indexOf('\r\n\r\n')))
  assert.deepEqual(lintHeaders({ url, status: statuses[0] ?? 0, headers: given }), [], `${method} ${path}`)
  assert.equal(given.get('set-cookie'), null)
  assert.equal(text.includes(token), false, 'no answer repeats a token')
  return statuses[0] ?? 0
}

const state = async () => {
  const desk = await arena.house.app().desk()
  return { rules: await desk.rules(), keys: await desk.configurationKeys() }
}

test('what changes something over the API is asked for by a header with a token, and by nothing else', async (context) => {
  const before = await state()
  let refused = 0
  for (const { method, path } of changing)
    for (const [what, { lines, query, body }] of Object.entries(forgeries())) {
      const target = `/api/v2${path.replace(/:\w+/g, 'planted')}${query ? `?${query}` : ''}`
      const status = await send(method, target, lines, body)
      assert.ok(status >= 400 && status < 500, `${what}: ${method} ${path} ${status}`)
      refused += 1
    }
  assert.deepEqual(await state(), before)
  context.diagnostic(`count ${refused} forged changes refused, 0 made`)
})

test('a path that is written in another way leads nowhere else', async () => {
  const bearer = [`Authorization: Bearer ${token}`, 'Content-Type: application/json']
  const paths = [
    '/api/v2/../v2/rules',
    '/api/v2/%2e%2e/rules',
    '/api/v2//rules',
    '/api/v2/rules/',
    '/api/v2/rules%2F',
    '/api/v2/rules;x',
    '/api/v2/RULES',
    '/API/v2/rules',
    '/api//v2/rules',
    '/api/v2/%00rules',
    '/api/v2/rules%20',
    '/api/v2/%ff',
    '/api/v2',
    '/api/v1/rules',
    'http://evil.example/api/v2/rules',
  ]
  for (const path of paths) {
    const status = await send('POST', path, bearer)
    assert.ok(status >= 400 && status < 500, `${path} ${status}`)
  }
  assert.deepEqual((await state()).rules, [])
})

test('a request that two programs would read differently is read by none', async () => {
  const { host } = arena.house.publicUrl
  const lines = [
    'PUT /api/v2/rules-configs/KEY HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
  ]
  const body = JSON.stringify({ value: 'x' })
  const twice = [...lines, 'Transfer-Encoding: chunked', `Content-Length: ${body.length}`, 'Connection: close']
  const { statuses } = await arena.send(Buffer.from(`${twice.join('\r\n')}\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`))
  assert.deepEqual(statuses, [400])
  assert.deepEqual((await state()).keys, [])
})

test('a method in a header or a field is none', async () => {
  const lines = [`Authorization: Bearer ${token}`, 'X-HTTP-Method-Override: DELETE', 'X-HTTP-Method: DELETE', 'X-Method-Override: PUT']
  assert.equal(await send('GET', '/api/v2/rules-configs/KEY?_method=PUT', lines, ''), 404)
  assert.deepEqual((await state()).keys, [])
})

test('a program with a token gets through, so that the refusals mean something', async () => {
  const lines = [`Authorization: Bearer ${token}`, 'Content-Type: application/json']
  const value = JSON.stringify({ value: 'x' })
  assert.equal(await send('PUT', '/api/v2/rules-configs/KEY', lines, value), 200)
  assert.deepEqual((await state()).keys, ['KEY'])
  assert.equal(await send('DELETE', '/api/v2/rules-configs/KEY', lines, ''), 204)
})
