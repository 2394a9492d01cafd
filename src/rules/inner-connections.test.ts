import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { callerOf, jobOf, scriptOf } from '../../test/support/rule-jobs.ts'
import { openPool } from '../../test/support/rule-pool.ts'
import { reachWith } from './inner-connections.ts'
import type { InnerRequest } from './runner.ts'

interface Heard extends InnerRequest {
  readonly user: string
}

const house = () => {
  const heard: Heard[] = []
  const graph = {
    names: ['graph.windows.net', 'login.windows.net'],
    answer: async (request: InnerRequest, { userId }: { readonly userId: string }) => {
      heard.push({ ...request, user: userId })
      if (request.path.startsWith('/broken')) throw new Error('secret detail')
      if (request.path.startsWith('/empty')) return { status: 204 }
      return { status: 201, headers: { 'x-own': 'yes' }, body: { path: request.path, user: userId } }
    },
  }
  return { heard, graph }
}

/** How rules call, each to `https://graph.windows.net/t/users?api-version=1.6` with `{"a":1}`. */
const URL_TEXT = 'https://graph.windows.net/t/users?api-version=1.6'
const finish = (body: string) => `callback(null, { body: ${body} }, context)`
const collected = `(r) => { let t = ''; r.on('data', (d) => t += d); r.on('end', () => ${finish('JSON.parse(t)')}) }`
const clients: Readonly<Record<string, { readonly method: string; readonly call: string }>> = {
  'request, without a method': {
    method: 'GET',
    call: `require('request')({ url: ' ${URL_TEXT}', json: true, body: { a: 1 } }, (error, r, body) => error ? callback(error) : ${finish('body')})`,
  },
  'request-promise': {
    method: 'POST',
    call: `require('request-promise')({ method: 'POST', url: '${URL_TEXT}', json: true, body: { a: 1 } }).then((body) => ${finish('body')}).catch(callback)`,
  },
  'request-promise, without a method': {
    method: 'GET',
    call: `require('request-promise')({ url: '${URL_TEXT}', json: true, body: { a: 1 } }).then((body) => ${finish('body')}).catch(callback)`,
  },
  axios: { method: 'POST', call: `require('axios').post('${URL_TEXT}', { a: 1 }).then((r) => ${finish('r.data')}).catch(callback)` },
  'node-fetch': {
    method: 'PUT',
    call: `require('node-fetch')('${URL_TEXT}', { method: 'PUT', body: '{"a":1}' }).then((r) => r.json()).then((body) => ${finish('body')}).catch(callback)`,
  },
  fetch: {
    method: 'PATCH',
    call: `fetch('${URL_TEXT}', { method: 'PATCH', body: '{"a":1}' }).then((r) => r.json()).then((body) => ${finish('body')}).catch(callback)`,
  },
  'https.request, with a port': {
    method: 'GET',
    call: `require('https').request('${URL_TEXT.replace('.net/', '.net:443/')}', { method: 'GET', headers: { 'content-length': 7 } }, ${collected}).on('error', callback).end('{"a":1}')`,
  },
  'http.request, with a port of its own': {
    method: 'POST',
    call: `require('http').request('${URL_TEXT.replace('https', 'http').replace('.net/', '.net:8080/')}', { method: 'POST' }, ${collected}).on('error', callback).end('{"a":1}')`,
  },
  'https.request, with an agent that keeps connections': {
    method: 'POST',
    call: `require('https').request('${URL_TEXT}', { method: 'POST', agent: new (require('https').Agent)({ keepAlive: true }) }, ${collected}).on('error', callback).end('{"a":1}')`,
  },
}

describe('hosts within Usher', () => {
  const { heard, graph } = house()
  const { pool } = openPool({}, { innerHosts: [graph] })
  after(pool.stop)
  const rule = (body: string) => `function (user, context, callback) { ${body} }`

  for (const [name, { method, call }] of Object.entries(clients))
    test(`${name} reaches one as it would the real one`, async () => {
      heard.splice(0)
      const result = await pool.run(jobOf([rule(call)], { caller: callerOf([], { userId: name }) }))
      const body = { path: '/t/users?api-version=1.6', user: name }
      assert.deepEqual(result.kind === 'passed' && result.user, { body }, JSON.stringify(result))
      assert.deepEqual(
        heard.map((request) => [request.method, request.host, request.path, request.body, request.user]),
        [[method, 'graph.windows.net', body.path, '{"a":1}', name]],
      )
    })

  test('a connection serves one request, so that none answers for another person', async () => {
    heard.splice(0)
    const calls = rule(`
      const https = require('https')
      const go = (left) => https.get({ host: 'graph.windows.net', path: '/' + left, agent: https.globalAgent }, (r) => {
        r.resume().on('end', () => left > 1 ? go(left - 1) : callback(null, { kept: r.headers.connection }, context))
      }).on('error', callback)
      go(2)`)
    const people = ['ann', 'bob', 'eve']
    const results = await Promise.all(people.map((userId) => pool.run(jobOf([calls], { caller: callerOf([], { userId }) }))))
    for (const result of results) assert.deepEqual(result.kind === 'passed' && result.user, { kept: 'close' })
    for (const userId of people) assert.equal(heard.filter(({ user }) => user === userId).length, 2)
  })

  test('a failure within says nothing of itself, and an answer may be empty', async () => {
    const statuses = rule(`
      Promise.all(['/broken', '/empty'].map((path) => fetch('https://graph.windows.net' + path).then(async (r) => [r.status, await r.text()])))
        .then((answers) => callback(null, { answers }, context), callback)`)
    const result = await pool.run(jobOf([statuses]))
    const answers = [
      [500, '{"error":"internal_error"}'],
      [204, ''],
    ]
    assert.deepEqual(result.kind === 'passed' && result.user, { answers })
  })

  test('a body larger than anybody sends is refused', async () => {
    heard.splice(0)
    const large = rule(
      `fetch('https://graph.windows.net/t', { method: 'POST', body: 'x'.repeat(300000) }).then((r) => callback(null, { status: r.status }, context), () => callback(null, { status: 413 }, context))`,
    )
    const result = await pool.run(jobOf([large]))
    assert.deepEqual(result.kind === 'passed' && result.user, { status: 413 })
    assert.deepEqual(heard, [])
  })

  test('what is no request ends its connection', async () => {
    const noise = rule(`
      const s = require('net').connect(80, 'graph.windows.net')
      s.on('close', () => callback(null, { closed: true }, context)).on('error', () => {}).resume().write('noise\\r\\n\\r\\n')`)
    const result = await pool.run(jobOf([noise]))
    assert.deepEqual(result.kind === 'passed' && result.user, { closed: true })
  })

  test('a script with a list of hosts reaches only what is on it', async () => {
    const call = rule(
      `fetch('https://login.windows.net/').then((r) => callback(null, { status: r.status }, context), (e) => callback(null, { code: e.cause.code }, context))`,
    )
    const allowed = await pool.run(jobOf([scriptOf(call, { hosts: ['login.windows.net'] })]))
    assert.deepEqual(allowed.kind === 'passed' && allowed.user, { status: 201 })
    const refused = await pool.run(jobOf([scriptOf(call, { hosts: ['api.example.com'] })]))
    assert.deepEqual(refused.kind === 'passed' && refused.user, { code: 'EACCES' })
  })
})

test('any other host is left to the way out', async () => {
  const asked: string[] = []
  const reach = reachWith([house().graph], async ({ host }) => {
    asked.push(host)
    throw new Error('no')
  })
  await assert.rejects(reach({ host: 'graph.windows.net.evil.example', port: 443 }, callerOf()))
  await assert.rejects(reach({ host: 'xgraph.windows.net', port: 443 }, callerOf()))
  assert.deepEqual(asked, ['graph.windows.net.evil.example', 'xgraph.windows.net'])
})
