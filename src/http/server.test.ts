import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { UsherError } from '#kernel/errors.ts'
import type { Answer, SessionChange } from '#kernel/visit.ts'
import { type Call, fakeHttp, unasked } from '../../test/support/fake-sign-in.ts'
import { lintHeaders } from '../../test/support/header-lint.ts'
import { assets } from './assets.ts'
import { hashOfCookie } from './cookies.ts'

const HOST = 'id.fabrikam.example'
const FORM = 'application/x-www-form-urlencoded'
const OWN = { 'sec-fetch-site': 'same-origin', origin: `https://${HOST}` }
const COOKIE = 'C'.repeat(43)

const chooser: Answer = { kind: 'page', status: 200, page: { name: 'chooser', service: 'Microsoft 365', choices: [] } }
const postForm: Answer = { kind: 'post-form', action: 'https://login.example/login.srf', fields: { wresult: '<t a="b">', wctx: '"&<' } }
const change: SessionChange = {
  user: 'u1',
  connection: 'google',
  authentication: { at: 1, method: 'federated' },
  createdAt: 1_700_000_000_000,
  expiresAt: 1_700_003_600_000,
}

type Http = ReturnType<typeof fakeHttp>
interface Asked {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'OPTIONS' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | Buffer
}

/** Asks without a socket; every answer of every test goes past the linter. */
const ask = async ({ server, publicUrl }: Http, url: string, { method = 'GET', headers = {}, payload }: Asked = {}) => {
  const sent = { host: HOST, ...(payload !== undefined && { 'content-type': FORM }), ...headers }
  const response = await server.app.inject({ method, url, headers: sent, ...(payload !== undefined && { payload }) })
  assert.deepEqual(lintHeaders({ url: new URL(url, publicUrl).href, status: response.statusCode, headers: headersOf(response) }), [])
  return response
}

const headersOf = (response: LightMyRequestResponse): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers)) for (const one of [value].flat()) headers.append(name, String(one))
  return headers
}

const cookiesOf = (response: LightMyRequestResponse): readonly string[] => headersOf(response).getSetCookie()

test('a visit carries what was sent: address from the public URL, form as sent and as read', async () => {
  const http = fakeHttp(() => chooser)
  await ask(http, '/wsfed/client1?wa=x', { method: 'POST', payload: 'wctx=a%3Db+c', headers: { 'x-ms-thing': 'y' } })
  const [call] = http.calls
  assert.equal(call?.visit.url.href, 'https://id.fabrikam.example/wsfed/client1?wa=x')
  assert.equal(call?.visit.rawForm, 'wctx=a%3Db+c')
  assert.equal(call?.visit.form.get('wctx'), 'a=b c')
  assert.equal(call?.visit.header('X-MS-Thing'), 'y')
  assert.deepEqual([call?.name, ...(call?.values ?? [])], ['arrive', 'wsfed'])
})

test('each address asks the inside for its own thing', async () => {
  const http = fakeHttp(() => chooser)
  const own = { method: 'POST', payload: '', headers: OWN } as const
  const asked: readonly (readonly [string, Asked, string])[] = [
    ['/login?client=c', {}, 'smartLink'],
    ['/go/teams', {}, 'namedLink teams'],
    ['/sign-in/t1', {}, 'proceed t1'],
    ['/sign-in/t1/next', {}, 'proceed t1'],
    ['/sign-in/t1/ways', {}, 'ways t1'],
    ['/sign-in/t1/connection/google', {}, 'choose t1 google'],
    ['/sign-in/t1/email', own, 'email t1'],
    ['/sign-in/t1/password', own, 'password t1'],
    ['/sign-in/t1/account', own, 'account t1'],
    ['/login/callback?code=x', {}, 'legacyCallback'],
    ['/login/callback', { method: 'POST', payload: 'code=x' }, 'legacyCallback'],
    ['/login/callback/google?code=x', {}, 'callback google'],
    ['/login/callback/google', { method: 'POST', payload: 'code=x' }, 'callback google'],
    ['/logout', {}, 'signOut'],
    ['/v2/logout', {}, 'signOut'],
  ]
  for (const [url, how] of asked) assert.equal((await ask(http, url, how)).statusCode, 200, url)
  assert.deepEqual(
    http.calls.map(({ name, values }) => [name, ...values].join(' ')),
    asked.map(([, , call]) => call),
  )
})

test('a browser without our cookie gets one, and is known inside by its hash', async () => {
  const http = fakeHttp(() => chooser)
  const [cookie = ''] = cookiesOf(await ask(http, '/login'))
  const value = /^__Host-usher_browser=([\w-]{43});/.exec(cookie)?.[1] ?? ''
  assert.equal(http.calls[0]?.visit.browser, hashOfCookie(value))
  const again = await ask(http, '/login', { headers: { cookie: `__Host-usher_browser=${value}` } })
  assert.deepEqual(cookiesOf(again), [])
  assert.equal(http.calls[1]?.visit.browser, hashOfCookie(value))
})

test('a session starts under a new id that nobody can read from what is kept', async () => {
  const http = fakeHttp(() => ({ ...postForm, session: change }))
  const response = await ask(http, '/wsfed', { headers: { cookie: `__Host-usher_session=${COOKIE}` } })
  const cookie = cookiesOf(response).find((one) => one.startsWith('__Host-usher_session=')) ?? ''
  const value = cookie.slice('__Host-usher_session='.length, cookie.indexOf(';'))
  assert.notEqual(value, COOKIE)
  assert.deepEqual([...http.sessions.kept.keys()], [hashOfCookie(value)])
  assert.ok(!JSON.stringify([...http.sessions.kept.values()]).includes(value))
})

test('signing in again ends the session before it', async () => {
  const http = fakeHttp(() => ({ ...postForm, session: change }))
  http.sessions.kept.set(hashOfCookie(COOKIE), { ...change, id: hashOfCookie(COOKIE) })
  await ask(http, '/wsfed', { headers: { cookie: `__Host-usher_session=${COOKIE}` } })
  assert.equal(http.sessions.kept.size, 1)
  assert.ok(!http.sessions.kept.has(hashOfCookie(COOKIE)))
  assert.equal(http.calls[0]?.visit.session?.user, 'u1')
})

test('what is kept about a session is no cookie', async () => {
  const http = fakeHttp(() => chooser)
  http.sessions.kept.set(hashOfCookie(COOKIE), { ...change, id: hashOfCookie(COOKIE) })
  await ask(http, '/login', { headers: { cookie: `__Host-usher_session=${hashOfCookie(COOKIE)}` } })
  assert.equal(http.calls[0]?.visit.session, undefined)
})

test('signing out ends the session and takes the cookie away', async () => {
  const http = fakeHttp(() => ({ kind: 'page', status: 200, page: { name: 'signed-out', elsewhere: [] }, session: 'end' }))
  http.sessions.kept.set(hashOfCookie(COOKIE), { ...change, id: hashOfCookie(COOKIE) })
  const response = await ask(http, '/logout', { headers: { cookie: `__Host-usher_session=${COOKIE}` } })
  assert.equal(http.sessions.kept.size, 0)
  assert.ok(cookiesOf(response).some((cookie) => /^__Host-usher_session=;.*Max-Age=0/.test(cookie)))
})

test('the page that carries the answer escapes it, posts itself, and has a button', async () => {
  const response = await ask(
    fakeHttp(() => postForm),
    '/wsfed',
  )
  assert.ok(response.body.includes("action='https://login.example/login.srf'"))
  assert.ok(response.body.includes(`name="wresult" value='<t a="b">'`))
  assert.ok(response.body.includes(`name="wctx" value='"&amp;<'`))
  assert.match(response.body, /<button[^>]*>Continue<\/button>/)
  assert.ok(!String(response.headers['content-security-policy']).includes('form-action'))
})

test('a form that went on is answered with 303, and the way on from there with a page', async () => {
  const http = fakeHttp(({ name }: Call) =>
    name === 'password'
      ? { kind: 'redirect', location: '/sign-in/t1/next' }
      : { kind: 'redirect', location: 'https://accounts.example/a?b=c&d' },
  )
  const posted = await ask(http, '/sign-in/t1/password', { method: 'POST', payload: 'username=a&password=b', headers: OWN })
  assert.equal(posted.statusCode, 303)
  assert.equal(posted.headers.location, 'https://id.fabrikam.example/sign-in/t1/next')
  const next = await ask(http, '/sign-in/t1/next')
  assert.equal(next.statusCode, 200)
  assert.equal(next.headers.refresh, '0; url=https://accounts.example/a?b=c&d')
  assert.ok(next.body.includes('href="https://accounts.example/a?b=c&amp;d"'))
  assert.equal((await ask(http, '/sign-in/t1')).headers.location, 'https://accounts.example/a?b=c&d')
})

test('a form answered by leaving our origin is our own mistake, and nothing leaves', async () => {
  for (const answer of [postForm, { kind: 'redirect', location: 'https://evil.example/' } as const]) {
    const http = fakeHttp(() => answer)
    const response = await ask(http, '/sign-in/t1/password', { method: 'POST', payload: '', headers: OWN })
    assert.equal(response.statusCode, 500)
    assert.ok(!response.body.includes('example/login.srf') && !response.body.includes('evil'))
    assert.equal(http.lines.at(-1)?.level, 'error')
  }
})

test('a waiting sign-in is a page that grows, with events beside it', async () => {
  const http = fakeHttp(() => ({ kind: 'wait', transaction: 't1' }))
  const page = await ask(http, '/sign-in/t1')
  assert.equal(page.statusCode, 200)
  assert.ok(page.body.includes('Checking your account') && page.body.includes('data-events="/sign-in/t1/events"'))
  const events = await ask(http, '/sign-in/t1/events')
  assert.equal(events.headers['content-type'], 'text/event-stream; charset=utf-8')
  assert.ok(events.body.endsWith('event: done\ndata: {}\n\n'))
})

test('a failure is a page with its status, what happened, what to do, and a reference that is in the log', async () => {
  const http = fakeHttp(() => {
    throw new UsherError('connection_unavailable', { detail: { connection: 'google' }, cause: new Error('secret thing') })
  })
  const response = await ask(http, '/wsfed?client-request-id=0f8fad5b-d9cb-469f-a165-70867728950e')
  assert.equal(response.statusCode, 502)
  assert.ok(response.body.includes('<title>Problem: The account you chose is not answering – Fabrikam</title>'))
  assert.match(response.body, /<dd>[A-Z2-9]{4}-[A-Z2-9]{4}<\/dd>/)
  assert.ok(!response.body.includes('secret thing') && !response.body.includes('google'))
  assert.equal(http.lines.at(-1)?.fields.reference, '0f8fad5b-d9cb-469f-a165-70867728950e')
})

test('who is asked to come later is told when, on whichever page', async () => {
  const waiting: Answer = {
    kind: 'page',
    status: 503,
    page: { name: 'waiting', failure: 'license_exhausted', reference: 'r', again: '/sign-in/t1' },
  }
  const http = fakeHttp(() => waiting)
  const shown = await ask(http, '/sign-in/t1')
  assert.equal(http.lines.at(-1)?.fields.code, 'license_exhausted')
  assert.deepEqual(
    [shown.statusCode, shown.headers['retry-after'], shown.headers.refresh],
    [503, '60', '60; url=https://id.fabrikam.example/sign-in/t1'],
  )
  const thrown = await ask(
    fakeHttp(() => {
      throw new UsherError('too_many_requests')
    }),
    '/login',
  )
  assert.deepEqual([thrown.statusCode, thrown.headers['retry-after']], [429, '60'])
  assert.equal(
    (
      await ask(
        fakeHttp(() => chooser),
        '/login',
      )
    ).headers['retry-after'],
    undefined,
  )
})

test('where no page can be made the person is told all the same, and nothing of why', async () => {
  const impossible = { kind: 'page', status: 200, page: { name: 'finished', service: 's', onward: 'javascript:secret' } } as const
  const http = fakeHttp(() => impossible, { organization: { name: 'F', helpUrl: 'javascript:secret' } })
  const response = await http.server.app.inject({ url: '/login', headers: { host: HOST } })
  assert.equal(response.statusCode, 500)
  assert.match(response.body, /<h1>There is a problem with this service<\/h1>.*Reference [A-Z2-9]{4}-[A-Z2-9]{4}/s)
  assert.ok(!response.body.includes('secret'))
  assert.match(String(response.headers['content-security-policy']), /default-src 'none'/)
  assert.ok(http.lines.some(({ event }) => event === 'page_failed'))
})

test('what nobody expected says nothing about itself', async () => {
  const http = fakeHttp(() => {
    throw new Error('SELECT * FROM users')
  })
  const response = await ask(http, '/login')
  assert.equal(response.statusCode, 500)
  assert.ok(!response.body.includes('SELECT'))
  assert.deepEqual(cookiesOf(response), [])
})

test('a failed visit leaves no cookie behind', async () => {
  const http = fakeHttp(() => ({ kind: 'redirect', location: 'javascript:x', session: change }))
  assert.deepEqual(cookiesOf(await ask(http, '/login')), [])
  assert.equal(http.sessions.kept.size, 0)
})

test('what is asked wrongly is refused on a page before the inside hears of it', async () => {
  const http = fakeHttp(unasked)
  const wrong: readonly (readonly [string, Asked, number])[] = [
    ['/nothing/here', {}, 404],
    ['/', {}, 404],
    ['/login', { method: 'HEAD' }, 405],
    ['/login', { method: 'POST', payload: 'a=b' }, 405],
    ['/sign-in/t1', { method: 'DELETE' }, 405],
    ['/wsfed', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 405],
    ['/login', { headers: { host: 'evil.example' } }, 421],
    ['/wsfed?wctx=%ff', {}, 400],
    ['/%zz', {}, 400],
    ['/wsfed', { method: 'POST', payload: '{"a":1}', headers: { 'content-type': 'application/json' } }, 400],
    ['/wsfed', { method: 'POST', payload: 'a=b', headers: { 'content-type': 'text/plain' } }, 400],
    ['/wsfed', { method: 'POST', payload: `a=${'x'.repeat(65_536)}` }, 413],
    ['/wsfed', { method: 'POST', payload: Buffer.from([0x61, 0x3d, 0xff]) }, 400],
    ['/sign-in/t1/password', { method: 'POST', payload: 'a=b' }, 403],
    [`/sign-in/${'t'.repeat(300)}`, {}, 404],
  ]
  for (const [url, how, status] of wrong) {
    const response = await ask(http, url, how)
    assert.equal(response.statusCode, status, `${how.method ?? 'GET'} ${url}`)
    assert.ok(how.method === 'HEAD' || response.body.includes('<h1>'), url)
  }
  assert.deepEqual(http.calls, [])
})

test('a page nobody has opened yet is not spent', async () => {
  const speculations: readonly Readonly<Record<string, string>>[] = [
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
  ]
  for (const headers of speculations) {
    const http = fakeHttp(unasked)
    assert.equal((await ask(http, '/sign-in/t1/next', { headers })).statusCode, 503)
    assert.deepEqual(http.calls, [])
  }
})

test('addresses and links are the same whatever the headers claim', async () => {
  const http = fakeHttp(() => chooser)
  const liars = ['x-forwarded-host', 'x-forwarded-proto', 'x-original-url', 'forwarded', 'x-http-method-override', 'x-host']
  for (const name of liars) await ask(http, '/login?a=b', { headers: { [name]: 'evil.example' } })
  for (const { visit, name } of http.calls) {
    assert.equal(visit.url.href, 'https://id.fabrikam.example/login?a=b')
    assert.equal(visit.ip, '127.0.0.1')
    assert.equal(name, 'smartLink')
  }
})

test('metadata may be kept for a while and sets no cookie', async () => {
  const http = fakeHttp(() => ({ kind: 'document', status: 200, type: 'application/samlmetadata+xml', body: '<x/>' }))
  const response = await ask(http, '/wsfed/FederationMetadata/2007-06/FederationMetadata.xml')
  assert.equal(response.body, '<x/>')
  assert.deepEqual(cookiesOf(response), [])
})

test('files have a hash in their address and are kept for good', async () => {
  const http = fakeHttp(() => chooser)
  const page = await ask(http, '/login')
  const path = /href="(\/static\/[\w-]{16}\/style\.css)"/.exec(page.body)?.[1] ?? ''
  const file = await ask(http, path)
  assert.equal(file.statusCode, 200)
  assert.match(String(file.headers['cache-control']), /immutable/)
})

test('files come packed to whoever can unpack them', async () => {
  for (const { path, body, brotli } of Object.values(assets)) {
    const plain = await ask(fakeHttp(unasked), path)
    const packed = await ask(fakeHttp(unasked), path, { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    assert.ok(plain.rawPayload.equals(body) && packed.rawPayload.equals(brotli))
    assert.deepEqual(
      [plain.headers['content-encoding'], packed.headers['content-encoding'], packed.headers.vary],
      [undefined, 'br', 'accept-encoding'],
    )
    const head = await ask(fakeHttp(unasked), path, { method: 'HEAD' })
    assert.equal(head.statusCode, 200)
    assert.equal(head.body, '')
  }
})

test('health says whether, and nothing more, to whoever asks by whatever name', async () => {
  const healthy = fakeHttp(unasked)
  assert.equal((await ask(healthy, '/healthz', { headers: { host: '10.0.0.5' } })).body, 'ok')
  assert.equal((await ask(healthy, '/readyz')).statusCode, 200)
  const broken = { isReady: () => Promise.reject(new Error('secret')) }
  const response = await ask(fakeHttp(unasked, { health: broken }), '/readyz')
  assert.equal(response.statusCode, 503)
  assert.ok(!response.body.includes('secret'))
})

test('a line in the log names the route, never the address or what was in it', async () => {
  const http = fakeHttp(() => chooser)
  await ask(http, '/sign-in/secret-transaction?code=secret-code', { headers: { cookie: `__Host-usher_browser=${COOKIE}` } })
  const text = JSON.stringify(http.lines)
  assert.ok(text.includes('/sign-in/:transaction'))
  for (const secret of ['secret-transaction', 'secret-code', COOKIE]) assert.ok(!text.includes(secret))
})

test('stopping finishes what is being answered and ends the event streams', async () => {
  let finish: (answer: Answer) => void = () => undefined
  const slow = new Promise<Answer>((resolve) => {
    finish = resolve
  })
  const local = { publicUrl: new URL('http://usher.localhost') }
  const http = fakeHttp(() => slow, local)
  const address = await http.server.listen()
  const headers = { host: 'usher.localhost' }
  const answered = rawGet(address, '/login', headers)
  while (http.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const closed = http.server.close()
  finish(chooser)
  assert.match(await answered, /^HTTP\/1\.1 200/)
  await closed
})

test('what is not HTTP is refused with our headers and no word about us', async () => {
  const http = fakeHttp(unasked)
  const address = await http.server.listen()
  const answer = await raw(address, 'GET / HTTP/1.1\r\nbad header\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
  assert.match(answer, /content-security-policy: default-src 'none'/)
  const twice = await raw(address, `GET /login HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)
  assert.match(twice, /^HTTP\/1\.1 400/)
  const absolute = await raw(address, `GET http://evil.example/login HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
  assert.match(absolute, /^HTTP\/1\.1 4\d\d/)
  assert.deepEqual(http.calls, [])
  await http.server.close()
})

const rawGet = (address: string, path: string, headers: Readonly<Record<string, string>>): Promise<string> =>
  raw(
    address,
    `GET ${path} HTTP/1.1\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}Connection: close\r\n\r\n`,
  )

const raw = async (address: string, text: string): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}
