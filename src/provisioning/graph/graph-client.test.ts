import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jumpClock } from '../../../test/support/jump-clock.ts'
import { UsherError } from '../../kernel/errors.ts'
import type { LogFields } from '../../kernel/log.ts'
import { Secret } from '../../kernel/secret.ts'
import type { AppToken } from './app-token.ts'
import { createClockSkew } from './clock-skew.ts'
import { cloudOf } from './clouds.ts'
import { gate } from './gate.ts'
import { type GraphRequest, graphClient } from './graph-client.ts'

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'request-id': 'an id', ...headers } })

const refusal = (status: number, code: string, headers: Readonly<Record<string, string>> = {}) =>
  json(status, { error: { code, message: 'said with a name in it' } }, headers)

/** Graph that answers as it is told, one after the other, and an app token that is always there. */
const stand = (answers: readonly (() => Response | Promise<Response>)[]) => {
  const clock = jumpClock()
  const requests: { readonly url: string; readonly init: RequestInit; readonly headers: Headers; readonly at: number }[] = []
  const lines: (LogFields & { readonly event: string })[] = []
  const note = (event: string, fields: LogFields = {}) => void lines.push({ event, ...fields })
  let tokens = 1
  const token: AppToken = {
    get: async () => ({ ok: true, token: new Secret(`token-${tokens}`) }),
    drop: () => {
      tokens += 1
    },
  }
  const client = graphClient({
    cloud: cloudOf({ cloud: 'global' }),
    token,
    clock,
    skew: createClockSkew(clock),
    gate: gate(),
    log: { info: note, warn: note, error: note },
    fetch: async (url, init) => {
      requests.push({ url, init, headers: new Headers(init.headers), at: clock.now() })
      const answer = answers[Math.min(requests.length, answers.length) - 1]
      if (answer === undefined) throw new Error('no answer prepared')
      return answer()
    },
  })
  const errand = { reference: 'visit-1', notAfter: Number.MAX_SAFE_INTEGER }
  const call = (more: Partial<GraphRequest> = {}) => clock.run(() => client.call({ method: 'GET', path: '/users', errand, ...more }))
  return { client, clock, requests, lines, call, errand }
}

test('a call carries the token, the reference and its query, with blanks that OData reads', async () => {
  const { requests, call } = stand([() => json(200, { value: [] })])
  const reply = await call({ query: { $filter: "onPremisesImmutableId eq 'a+b=c'", $select: 'id,displayName' } })
  assert.deepEqual(reply, { ok: true, value: { value: [] } })
  assert.equal(
    requests[0]?.url,
    "https://graph.microsoft.com/v1.0/users?$filter=onPremisesImmutableId%20eq%20'a%2Bb%3Dc'&$select=id%2CdisplayName",
  )
  assert.equal(requests[0]?.headers.get('authorization'), 'Bearer token-1')
  assert.equal(requests[0]?.headers.get('client-request-id'), 'visit-1')
  assert.equal(requests[0]?.headers.get('content-type'), null)
})

test('an advanced query says so in its header and its query, and no other does', async () => {
  const { requests, call } = stand([() => json(200, { value: [] })])
  await call({ query: { $filter: 'a' }, isAdvanced: true })
  assert.deepEqual([requests[0]?.url.split('?')[1], requests[0]?.headers.get('ConsistencyLevel')], ['$filter=a&$count=true', 'eventual'])
  await call({ query: { $filter: 'a' } })
  assert.deepEqual([requests[1]?.url.split('?')[1], requests[1]?.headers.get('ConsistencyLevel')], ['$filter=a', null])
})

test('a body is JSON', async () => {
  const { requests, call } = stand([() => json(201, { id: 'x' })])
  await call({ method: 'POST', body: { accountEnabled: true } })
  assert.equal(requests[0]?.init.body, '{"accountEnabled":true}')
  assert.equal(requests[0]?.headers.get('content-type'), 'application/json')
})

for (const reference of ['', 'a b', 'a\r\nx-evil: 1', 'ä', 'x'.repeat(101)]) {
  test(`a reference that is not fit for a header is left out: ${JSON.stringify(reference.slice(0, 12))}`, async () => {
    const { requests, call, errand } = stand([() => json(200, {})])
    await call({ errand: { ...errand, reference } })
    assert.equal(requests[0]?.headers.get('client-request-id'), null)
    assert.equal(requests[0]?.headers.get('x-evil'), null)
  })
}

test('a call that is not on the list is a defect of ours, and is not made', async () => {
  const { requests, call } = stand([() => json(200, {})])
  await assert.rejects(call({ path: '/domains' }), (error) => error instanceof UsherError && error.code === 'internal_error')
  assert.deepEqual(requests, [])
})

test('a refused token is renewed once, and the call made again with the new one', async () => {
  const { requests, call } = stand([() => refusal(401, 'InvalidAuthenticationToken'), () => json(200, { value: [1] })])
  assert.deepEqual(await call(), { ok: true, value: { value: [1] } })
  assert.deepEqual(
    requests.map(({ headers }) => headers.get('authorization')),
    ['Bearer token-1', 'Bearer token-2'],
  )
})

test('refused again, it is given up', async () => {
  const { requests, call } = stand([() => refusal(401, 'InvalidAuthenticationToken')])
  const reply = await call()
  assert.deepEqual(reply, { ok: false, setback: { kind: 'again', failure: 'target_credential_refused', requestId: 'an id' } })
  assert.equal(requests.length, 2)
})

for (const [name, header] of [
  ['seconds', () => '30'],
  ['a date', (now: number) => new Date(now + 30_000).toUTCString()],
] as const) {
  for (const status of [429, 503]) {
    test(`${status} with Retry-After as ${name}: no call of any kind is made before`, async () => {
      const answers: (() => Response)[] = []
      const { clock, requests, call } = stand(answers)
      const begun = clock.now()
      answers.push(
        () => refusal(status, 'TooManyRequests', { 'retry-after': header(begun) }),
        () => json(200, {}),
      )
      await call()
      for (let time = 0; time < 29; time += 1) {
        await clock.pass(1_000)
        const reply = await call({ method: time % 2 === 0 ? 'GET' : 'POST', path: '/users' })
        assert.ok(!reply.ok && reply.setback.kind === 'again')
        assert.equal(reply.setback.notBefore, begun + 30_000)
      }
      await clock.pass(999)
      await call()
      assert.equal(requests.length, 1)
      await clock.pass(1)
      assert.equal((await call()).ok, true)
    })
  }
}

test('the longest Retry-After counts when several come in', async () => {
  const { client, clock, requests, call, errand } = stand([
    () => refusal(429, 'x', { 'retry-after': '60' }),
    () => refusal(429, 'x', { 'retry-after': '5' }),
    () => json(200, {}),
  ])
  await clock.run(() => Promise.all([1, 2].map(() => client.call({ method: 'GET', path: '/users', errand }))))
  await clock.pass(59_999)
  await call()
  assert.equal(requests.length, 2)
  await clock.pass(1)
  assert.equal((await call()).ok, true)
})

test('nothing is sent after the errand’s time', async () => {
  const { clock, requests, call, errand } = stand([() => json(200, {})])
  const notAfter = clock.now() + 15_000
  await clock.pass(15_001)
  const reply = await call({ errand: { ...errand, notAfter } })
  assert.deepEqual(reply, { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } })
  assert.deepEqual(requests, [])
})

test('silence is a setback, not an error, and the log names no address', async () => {
  const { call, lines } = stand([
    () => {
      throw new TypeError('fetch failed')
    },
  ])
  assert.deepEqual(await call(), { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } })
  const [{ error: _, ...line } = { event: '' }] = lines
  assert.deepEqual(line, { event: 'graph_silent', reference: 'visit-1', method: 'GET', route: '/users', ms: 0 })
})

test('a success whose body broke off says nothing', async () => {
  const { call } = stand([() => new Response('{"id":"x', { status: 201 })])
  assert.deepEqual(await call({ method: 'POST' }), { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } })
})

test('204 is a success without a body', async () => {
  const { call } = stand([() => new Response(null, { status: 204 })])
  assert.deepEqual(await call({ method: 'PATCH', path: '/users/x' }), { ok: true, value: undefined })
})

test('a redirect is not followed, and no success', async () => {
  const { call, requests } = stand([() => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })])
  assert.equal((await call()).ok, false)
  assert.equal(requests.length, 1)
})

test('the log has the code and Graph’s request id, and nothing of what Graph said or was sent', async () => {
  const { call, lines } = stand([() => refusal(400, 'Request_BadRequest')])
  await call({ method: 'POST', body: { displayName: 'Anna', passwordProfile: { password: 'hush' } } })
  assert.deepEqual(lines, [
    {
      event: 'graph_answered',
      reference: 'visit-1',
      method: 'POST',
      route: '/users',
      status: 400,
      code: 'Request_BadRequest',
      requestId: 'an id',
      ms: 0,
    },
  ])
})
