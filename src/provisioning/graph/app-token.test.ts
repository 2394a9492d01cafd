import assert from 'node:assert/strict'
import { test } from 'node:test'
import { USHER_CLIENT_ID, TENANT_ID } from '../../../emulator/tenant.ts'
import { jumpClock } from '../../../test/support/jump-clock.ts'
import { TENANT_SECRET } from '../../../test/support/emulated-tenant.ts'
import { candidate } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'
import type { LogFields } from '../../kernel/log.ts'
import { Secret } from '../../kernel/secret.ts'
import { type AppTokenParts, appToken } from './app-token.ts'
import { cloudOf } from './clouds.ts'
import type { Fetch } from './exchange.ts'

const HOUR_MS = 3_600_000
const ENDPOINT = `https://login.microsoftonline.com/${TENANT_ID}/oauth2/v2.0/token`

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

const granted = (n: number, seconds = 3_599) =>
  json(200, { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: `token-${n}` })

const refused = (status: number, code: number, error = 'invalid_client') =>
  json(status, { error, error_description: `AADSTS${code}: a secret of theirs`, error_codes: [code] })

/** A token endpoint that answers as it is told, one after the other. */
const stand = (answers: readonly (() => Response | Promise<Response>)[]) => {
  const clock = jumpClock()
  const lines: (LogFields & { readonly event: string })[] = []
  const note = (event: string, fields: LogFields = {}) => void lines.push({ event, ...fields })
  const requests: { readonly url: string; readonly init: RequestInit; readonly at: number }[] = []
  const fetch: Fetch = async (url, init) => {
    requests.push({ url, init, at: clock.now() })
    const answer = answers[Math.min(requests.length, answers.length) - 1]
    if (answer === undefined) throw new Error('no answer prepared')
    return answer()
  }
  const parts: AppTokenParts = {
    settings: { tenant: TENANT_ID, clientId: USHER_CLIENT_ID, credential: { kind: 'secret', secret: new Secret(TENANT_SECRET) } },
    cloud: cloudOf({ cloud: 'global' }),
    fetch,
    clock,
    randomness: { bytes: (length) => Buffer.alloc(length, 7) },
    log: { info: note, warn: note, error: note },
  }
  const token = appToken(parts)
  const get = () => clock.run(() => token.get())
  const reveal = async () => {
    const reply = await get()
    return reply.ok ? reply.token.reveal() : reply.setback
  }
  return { clock, requests, lines, token, get, reveal }
}

test('the request is one of client credentials for Graph', async () => {
  const { requests, reveal } = stand([() => granted(1)])
  assert.equal(await reveal(), 'token-1')
  assert.equal(requests[0]?.url, ENDPOINT)
  assert.equal(requests[0]?.init.method, 'POST')
  assert.deepEqual(Object.fromEntries(new URLSearchParams(String(requests[0]?.init.body))), {
    client_id: USHER_CLIENT_ID,
    scope: 'https://graph.microsoft.com/.default',
    grant_type: 'client_credentials',
    client_secret: TENANT_SECRET,
  })
})

test('a token is kept until five minutes before it ends', async () => {
  const { clock, requests, reveal } = stand([() => granted(1), () => granted(2)])
  await reveal()
  await clock.pass(HOUR_MS - 5 * 60_000 - 1_001)
  assert.equal(await reveal(), 'token-1')
  assert.equal(requests.length, 1)
  await clock.pass(1)
  assert.equal(await reveal(), 'token-2')
})

test('a token that lives shortly is still used for half of its life', async () => {
  const { clock, requests, reveal } = stand([() => granted(1, 120), () => granted(2)])
  await reveal()
  await clock.pass(59_999)
  await reveal()
  assert.equal(requests.length, 1)
  await clock.pass(1)
  assert.equal(await reveal(), 'token-2')
})

test('many who need one at once ask once', async () => {
  const { clock, requests, token } = stand([async () => granted(1)])
  const replies = await clock.run(() => Promise.all(Array.from({ length: 50 }, () => token.get())))
  assert.ok(replies.every((reply) => reply.ok))
  assert.equal(requests.length, 1)
})

test('a token that Graph refused is dropped, and an older refusal drops no newer token', async () => {
  const { requests, token, reveal, get } = stand([() => granted(1), () => granted(2)])
  const first = await get()
  assert.ok(first.ok)
  token.drop(first.token)
  assert.equal(await reveal(), 'token-2')
  token.drop(first.token)
  assert.equal(await reveal(), 'token-2')
  assert.equal(requests.length, 2)
})

for (const [name, answer, setback] of [
  ['wrong secret', () => refused(401, 7000215), { kind: 'later', failure: 'target_credential_refused' }],
  ['expired secret', () => refused(401, 7000222), { kind: 'later', failure: 'target_credential_refused' }],
  ['unknown certificate', () => refused(401, 700027), { kind: 'later', failure: 'target_credential_refused' }],
  ['unknown app', () => refused(400, 700016, 'unauthorized_client'), { kind: 'later', failure: 'target_credential_refused' }],
  ['unknown tenant', () => refused(400, 90002, 'invalid_request'), { kind: 'later', failure: 'target_credential_refused' }],
  ['transient, as 503', () => refused(503, 90033, 'temporarily_unavailable'), { kind: 'again', failure: 'target_unavailable' }],
  ['transient, as 400', () => refused(400, 90033, 'temporarily_unavailable'), { kind: 'again', failure: 'target_unavailable' }],
  ['a gateway’s page', () => new Response('<html>', { status: 502 }), { kind: 'again', failure: 'target_unavailable' }],
  ['a 200 without a token', () => json(200, { token_type: 'Bearer' }), { kind: 'again', failure: 'target_unavailable' }],
  ['a 200 that is no JSON', () => new Response('<html>'), { kind: 'again', failure: 'target_unavailable' }],
  ['numbers as text', () => json(200, { access_token: 'x', expires_in: '3599' }), { kind: 'again', failure: 'target_unavailable' }],
  ['throttled', () => json(429, {}), { kind: 'again', failure: 'target_throttled' }],
] as const) {
  test(`${name}: ${setback.failure}`, async () => {
    const { reveal, lines } = stand([answer])
    assert.deepEqual(await reveal(), setback)
    assert.equal(lines.length, 1)
    assert.equal(JSON.stringify(lines).includes('secret'), false, 'neither ours nor what they say about it')
  })
}

test('the log says which of Microsoft’s reasons it was', async () => {
  const { get, lines } = stand([() => refused(401, 7000222)])
  await get()
  assert.deepEqual(lines, [{ event: 'app_token_refused', status: 401, code: 7000222 }])
})

test('an endpoint that never answers is given up after ten seconds', async () => {
  const { clock, reveal } = stand([() => new Promise(() => undefined)])
  const begun = clock.now()
  assert.deepEqual(await reveal(), { kind: 'again', failure: 'target_unavailable' })
  assert.equal(clock.now() - begun, 10_000)
})

test('after a refusal nobody asks for two seconds', async () => {
  const { clock, requests, get } = stand([() => refused(401, 7000215), () => granted(1)])
  await get()
  await clock.pass(1_999)
  assert.equal((await get()).ok, false)
  assert.equal(requests.length, 1)
  await clock.pass(1)
  assert.equal((await get()).ok, true)
})

for (const [form, header] of [
  ['seconds', () => '40'],
  ['a date', (now: number) => new Date(now + 40_000).toUTCString()],
] as const) {
  for (const status of [429, 503]) {
    test(`${status} with Retry-After as ${form}: nobody asks before`, async () => {
      const answers: (() => Response)[] = []
      const { clock, requests, get } = stand(answers)
      const begun = clock.now()
      answers.push(
        () => json(status, {}, { 'retry-after': header(begun) }),
        () => granted(1),
      )
      const first = await get()
      assert.ok(!first.ok && first.setback.kind === 'again')
      assert.equal(first.setback.notBefore, begun + 40_000)
      for (let time = 0; time < 39; time += 1) {
        await clock.pass(1_000)
        assert.deepEqual(await get(), first)
      }
      await clock.pass(999)
      await get()
      assert.equal(requests.length, 1)
      await clock.pass(1)
      assert.equal((await get()).ok, true)
    })
  }
}

const withHold =
  (stage: TargetStage): Fetch =>
  (url, init) =>
    stage.clock.hold(stage.network(url, init))

test('while the token endpoint is down accounts wait; nothing is sent to Graph', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('tokenEndpointDown', true)
  const target = stage.open({ fetch: withHold(stage) })
  const progress = await stage.clock.run(() => target.ensure(candidate(person(1))))
  assert.ok(progress.kind === 'pending')
  assert.equal(progress.reason, 'target_unavailable')
  assert.deepEqual(stage.graphCalls(), [])
})
