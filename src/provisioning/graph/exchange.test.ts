import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jumpClock } from '../../../test/support/jump-clock.ts'
import { exchange, type Fetch, TRY_LIMIT_MS } from './exchange.ts'

const URL_ASKED = 'https://graph.example/v1.0/users'

const run = (fetch: Fetch, init: RequestInit = {}) => {
  const clock = jumpClock()
  const begun = clock.now()
  return clock.run(async () => {
    try {
      return { answer: await exchange({ fetch, clock }, URL_ASKED, init), ms: clock.now() - begun }
    } catch (error) {
      return { error, ms: clock.now() - begun }
    }
  })
}

const streamOf = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>): Response =>
  new Response(new ReadableStream<Uint8Array>({ pull }), { headers: { 'content-type': 'application/json' } })

test('status, headers and the parsed body come back', async () => {
  const { answer, ms } = await run(async () => new Response('{"value":[]}', { status: 201, headers: { 'Request-Id': 'an id' } }))
  assert.equal(answer?.status, 201)
  assert.equal(answer?.header('request-id'), 'an id')
  assert.equal(answer?.header('retry-after'), null)
  assert.deepEqual(answer?.json, { value: [] })
  assert.equal(ms, 0, 'the limit is forgotten once the answer is there')
})

test('no body, or none that is JSON, is no JSON', async () => {
  assert.equal((await run(async () => new Response(null, { status: 204 }))).answer?.json, undefined)
  assert.equal((await run(async () => new Response('<html>', { status: 502 }))).answer?.json, undefined)
  assert.equal((await run(async () => new Response('{"value":', { status: 200 }))).answer?.json, undefined)
})

test('an answer that never comes is given up in time, and its request is aborted', async () => {
  let aborted = false
  const { error, ms } = await run(
    (_, init) =>
      new Promise((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => {
          aborted = true
          reject(init.signal?.reason)
        })
      }),
  )
  assert.ok(error instanceof Error)
  assert.equal(ms, TRY_LIMIT_MS)
  assert.equal(aborted, true)
})

test('a network that does not even heed the abort is given up, too', async () => {
  const { error, ms } = await run(() => new Promise(() => undefined))
  assert.ok(error instanceof Error)
  assert.equal(ms, TRY_LIMIT_MS)
})

test('a body that never ends is given up in time', async () => {
  const { error, ms } = await run(async () => streamOf((controller) => new Promise(() => controller.enqueue(Buffer.from('{')))))
  assert.ok(error instanceof Error)
  assert.equal(ms, TRY_LIMIT_MS)
})

test('a body that is larger than any of Graph’s is refused after a megabyte, and no more of it is read', async () => {
  let sent = 0
  const { error } = await run(async () =>
    streamOf((controller) => {
      sent += 64 * 1024
      controller.enqueue(new Uint8Array(64 * 1024))
    }),
  )
  assert.match(String(error), /larger than 1 MiB/)
  assert.ok(sent <= 1024 * 1024 + 3 * 64 * 1024, `${sent} bytes`)
})

test('a body that breaks off is an error', async () => {
  const { error } = await run(async () => streamOf((controller) => controller.error(new TypeError('terminated'))))
  assert.ok(error instanceof TypeError)
})

test('a connection that cannot be made is an error', async () => {
  const { error } = await run(async () => {
    throw new TypeError('fetch failed')
  })
  assert.ok(error instanceof TypeError)
})

test('redirects are not followed: the caller sees them', async () => {
  let redirect: RequestInit['redirect']
  const { answer } = await run(async (_, init) => {
    redirect = init.redirect
    return new Response(null, { status: 302, headers: { location: 'https://evil.example' } })
  })
  assert.equal(redirect, 'manual')
  assert.equal(answer?.status, 302)
})
