import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { oidcType } from '#connections/oidc/oidc.ts'
import { Secret } from '#kernel/secret.ts'
import { outbound } from '#lib/outbound.ts'
import { createHandClock } from '../../../emulator/clock.ts'
import { settingsOf } from '../../conformance/connection.ts'
import { orderOf, settled } from '../../support/oidc-stage.ts'

const JSON_TYPE = { 'content-type': 'application/json' } as const

const listening = async (t: TestContext, answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://idp.localhost:${typeof address === 'object' && address ? address.port : 0}`
}

/** A connection over real sockets to a provider on this machine. */
const connectionTo = (t: TestContext, issuer: string) => {
  const calls = outbound()
  t.after(calls.close)
  const clock = createHandClock()
  const type = oidcType({ fetch: calls.fetch, clock, randomness: { bytes: randomBytes }, publicUrl: new URL('http://usher.localhost:1') })
  const opened = type.open(settingsOf('oidc', { settings: { issuer, clientId: 'usher', clientSecret: new Secret('s') } }))
  if (opened.kind !== 'redirect') throw new Error('not a redirect connection')
  return { connection: opened, clock }
}

const away = { code: 'connection_unavailable' } as const

test('an answer that unpacks to 64 MiB is given up early', async (t) => {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
  assert.ok(packed.length < 100_000, 'small on the wire')
  const issuer = await listening(t, (_, response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(packed))
  const before = process.memoryUsage().arrayBuffers
  await assert.rejects(connectionTo(t, issuer).connection.begin(orderOf()), away)
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024, 'it was not unpacked whole')
})

test('an answer without an end is cut off, and its socket closed', async (t) => {
  const chunk = Buffer.alloc(16 * 1024, ' ')
  let sent = 0
  const pour = (response: ServerResponse): void => {
    while (!response.destroyed && response.write(chunk)) sent += chunk.length
    response.once('drain', () => pour(response))
  }
  const closed = Promise.withResolvers<void>()
  const issuer = await listening(t, (_, response) => {
    response.on('close', closed.resolve)
    pour(response.writeHead(200, JSON_TYPE))
  })
  await assert.rejects(connectionTo(t, issuer).connection.begin(orderOf()), away)
  await closed.promise
  assert.ok(sent < 64 * 1024 * 1024)
})

test('an answer that never begins is given up after five seconds, and its socket closed', async (t) => {
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const issuer = await listening(t, (request) => {
    request.socket.on('close', closed.resolve)
    asked.resolve()
  })
  const { connection, clock } = connectionTo(t, issuer)
  const leaving = assert.rejects(connection.begin(orderOf()), away)
  await asked.promise
  clock.advance(4_999)
  await settled()
  clock.advance(1)
  await leaving
  await closed.promise
})

test('a redirect to the inside is not followed', async (t) => {
  const hits: string[] = []
  const canary = await listening(t, (request, response) => {
    hits.push(request.url ?? '')
    response.end('{}')
  })
  for (const status of [301, 302, 303, 307, 308]) {
    const issuer = await listening(t, (_, response) => response.writeHead(status, { location: `${canary}/latest/meta-data` }).end())
    await assert.rejects(connectionTo(t, issuer).connection.begin(orderOf()), away)
  }
  assert.deepEqual(hits, [])
})

test('a description that names the inside is not used', async (t) => {
  const hits: string[] = []
  const canary = await listening(t, (request, response) => {
    hits.push(request.url ?? '')
    response.end('{}')
  })
  const issuer: string = await listening(t, (_, response) => {
    const document = { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${canary}/t`, jwks_uri: `${canary}/k` }
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(document))
  })
  await assert.rejects(connectionTo(t, issuer).connection.begin(orderOf()), away)
  assert.deepEqual(hits, [])
})
