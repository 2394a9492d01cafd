import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { RedirectConnection } from '#connections/connection.ts'
import { oauth2Types } from '#connections/oauth2/oauth2.ts'
import { socialTypes } from '#connections/oidc/social.ts'
import { oidcType } from '#connections/oidc/oidc.ts'
import { Secret } from '#kernel/secret.ts'
import { outbound } from '#lib/outbound.ts'
import { createHandClock } from '../../../emulator/clock.ts'
import { settingsOf, visitAt } from '../../conformance/connection.ts'
import { listening } from '../../support/listening.ts'
import { orderOf, settled } from '../../support/oidc-stage.ts'

const LIMIT_MS = 5_000
const AWAY = { code: 'connection_unavailable' } as const
const JSON_TYPE = { 'content-type': 'application/json' } as const

/** A site that answers as it should until somebody asks at `path`: there one byte follows the other, without an end. */
const trickling = async (t: TestContext, path: string) => {
  let isOver = false
  let open = 0
  const sent = Promise.withResolvers<void>()
  let bytes = 0
  const drip = (response: ServerResponse): void => {
    if (isOver || response.destroyed) return
    response.write(' ', () => {
      bytes += 1
      // Long after the first: each byte would begin a limit anew that looks at silence only.
      if (bytes === 50) sent.resolve()
      setImmediate(drip, response)
    })
  }
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://localhost').pathname
    if (asked !== path) return void response.writeHead(200, JSON_TYPE).end(JSON.stringify({ access_token: 'a', token_type: 'bearer' }))
    open += 1
    response.once('close', () => {
      open -= 1
    })
    return drip(response.writeHead(200, JSON_TYPE))
  })
  const port = await listening(server)
  t.after(() => {
    isOver = true
    server.closeAllConnections()
    server.close()
  })
  return { at: `http://slow.localhost:${port}`, sent: sent.promise, open: () => open }
}

const client = { clientId: 'usher', clientSecret: new Secret('s') } as const

interface Kind {
  readonly path: string
  readonly settings: (at: string) => Readonly<Record<string, unknown>>
  /** What of a sign-in asks there. */
  readonly half: 'begin' | 'complete'
}

const plain = (at: string) => ({
  issuer: at,
  authorizationUrl: `${at}/authorize`,
  tokenUrl: `${at}/token`,
  profileUrl: `${at}/me`,
})

const kinds: Readonly<Record<string, Kind>> = {
  oidc: { path: '/.well-known/openid-configuration', settings: (issuer) => ({ issuer }), half: 'begin' },
  google: { path: '/.well-known/openid-configuration', settings: (issuer) => ({ issuer }), half: 'begin' },
  oauth2: { path: '/token', settings: (at) => ({ ...plain(at), profile: { subject: 'id' } }), half: 'complete' },
  facebook: { path: '/me', settings: plain, half: 'complete' },
  github: { path: '/me', settings: plain, half: 'complete' },
}

const halves: Readonly<Record<Kind['half'], (connection: RedirectConnection, now: number) => Promise<unknown>>> = {
  begin: (connection) => connection.begin(orderOf()),
  complete: async (connection, now) => {
    const order = orderOf()
    const { memory } = await connection.begin(order)
    const back = new URL(order.callbackUrl)
    back.search = new URLSearchParams({ code: 'c', state: order.state }).toString()
    return connection.complete(visitAt(back, now), { state: order.state, memory, callbackUrl: order.callbackUrl })
  },
}

for (const [name, { path, settings, half }] of Object.entries(kinds))
  test(`${name}: an answer of single bytes is cut off at the limit, and its socket closed`, async (t) => {
    const site = await trickling(t, path)
    const calls = outbound()
    t.after(calls.close)
    const clock = createHandClock()
    const parts = { fetch: calls.fetch, clock, randomness: { bytes: randomBytes }, publicUrl: new URL('http://usher.localhost:1') }
    const type = [oidcType(parts), ...socialTypes(parts), ...oauth2Types(parts)].find((one) => one.type === name)
    const connection = type?.open(settingsOf(name, { settings: { ...settings(site.at), ...client } }))
    assert.ok(connection?.kind === 'redirect')
    let isOver = false
    const trying = assert.rejects(halves[half](connection, clock.now()), AWAY).finally(() => {
      isOver = true
    })
    await site.sent
    clock.advance(LIMIT_MS - 1)
    await settled()
    assert.equal(isOver, false, 'given up too early')
    assert.equal(site.open(), 1)
    clock.advance(1)
    await trying
    while (site.open() > 0) await settled()
  })
