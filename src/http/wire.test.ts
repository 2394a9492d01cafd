import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Answer } from '#kernel/visit.ts'
import { fakeHttp } from '../../test/support/fake-sign-in.ts'
import { lintHeaders } from '../../test/support/header-lint.ts'
import { type RawAnswer, rawExchange } from '../../test/support/raw-http.ts'

const HOST = 'usher.localhost'
const page: Answer = { kind: 'page', status: 200, page: { name: 'chooser', service: 'Microsoft 365', choices: [] } }

const http = fakeHttp(() => page, { publicUrl: new URL(`http://${HOST}`) })
let address = ''

before(async () => {
  address = await http.server.listen()
})
after(() => http.server.close())

const head = (start: string, ...lines: readonly string[]): string =>
  `${[start, `Host: ${HOST}`, 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`
const FORM = 'Content-Type: application/x-www-form-urlencoded'

/** Refused on a page with a reference, with all our headers, and nobody inside heard of it. */
const assertRefused = (answer: RawAnswer, status: number, what: string): void => {
  assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 100)}`)
  assert.deepEqual(
    lintHeaders({ url: `http://${HOST}/`, status, headers: answer.headers }).filter((one) => !/trusted types|form-action/.test(one)),
    [],
    what,
  )
  assert.match(answer.body, /<h1>[^<]+<\/h1>/, what)
  assert.match(answer.body, /[A-Z2-9]{4}-[A-Z2-9]{4}/, what)
  assert.ok(!/node|fastify|HPE_|FST_|Error/i.test(answer.body.replace(/charset/g, '')), what)
  const { length } = http.calls
  assert.equal(length, 0, what)
}

const refused: Readonly<Record<string, readonly [number, ...(string | Buffer)[]]>> = {
  'a header that is too long': [431, head('GET /login HTTP/1.1', `Cookie: a=${'x'.repeat(70_000)}`)],
  'an address that is too long': [431, head(`GET /login?${'x'.repeat(70_000)} HTTP/1.1`)],
  'a form that is too large': [413, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: 70000'), 'x'.repeat(70_000)],
  'a form that grows too large': [
    413,
    head('POST /wsfed HTTP/1.1', FORM, 'Transfer-Encoding: chunked'),
    `11170\r\n${'x'.repeat(70_000)}\r\n0\r\n\r\n`,
  ],
  'no Host': [421, 'GET /login HTTP/1.1\r\nConnection: close\r\n\r\n'],
  'no Host, long ago': [421, 'GET /login HTTP/1.0\r\n\r\n'],
  'another Host': [421, 'GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  'our Host with a dot': [421, `GET /login HTTP/1.1\r\nHost: ${HOST}.\r\nConnection: close\r\n\r\n`],
  'our Host with somebody before it': [421, `GET /login HTTP/1.1\r\nHost: a@${HOST}\r\nConnection: close\r\n\r\n`],
  'two Hosts': [400, `GET /login HTTP/1.1\r\nHost: ${HOST}\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`],
  'a length and chunks': [400, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
  'two lengths': [400, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: 5', 'Content-Length: 6'), 'a=b&c'],
  'a length that is none': [400, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: -1')],
  'chunks within chunks': [400, head('POST /wsfed HTTP/1.1', FORM, 'Transfer-Encoding: chunked, identity'), '0\r\n\r\n'],
  'a chunk that is none': [400, head('POST /wsfed HTTP/1.1', FORM, 'Transfer-Encoding: chunked'), 'zz\r\n'],
  'a method nobody knows': [400, head('BREW /login HTTP/1.1')],
  'a space before a colon': [400, head('GET /login HTTP/1.1', 'X-A : b')],
  'a zero in a header': [400, Buffer.from(head('GET /login HTTP/1.1', 'X-A: b\0c'), 'latin1')],
  'a header over two lines': [400, head('GET /login HTTP/1.1', 'X-A: b\r\n c')],
  'a version that is none': [400, `GET /login HTTP/9.9\r\nHost: ${HOST}\r\n\r\n`],
  'another protocol': [400, Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1')],
  'a zero in an address': [400, head('GET /login?a=%00 HTTP/1.1')],
  'a zero in a path': [400, head('GET /sign-in/%00/next HTTP/1.1')],
  'a zero in a form': [400, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: 5'), 'a=%00'],
  'an address that is not UTF-8': [400, head('GET /login?a=%ff HTTP/1.1')],
  'a path that is not UTF-8': [400, head('GET /sign-in/%c3%28 HTTP/1.1')],
  'bytes that no address has': [400, Buffer.from(head('GET /login?a=\xff HTTP/1.1'), 'latin1')],
  'a packed form': [
    400,
    head('POST /wsfed HTTP/1.1', FORM, 'Content-Encoding: gzip', 'Content-Length: 4'),
    Buffer.from([0x1f, 0x8b, 0x08, 0]),
  ],
  TRACE: [405, head('TRACE /login HTTP/1.1')],
}

for (const [what, [status, ...pieces]] of Object.entries(refused))
  test(`${what} is refused on a page`, async () => assertRefused(await rawExchange(address, ...pieces), status, what))

const taken: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  'cookies that mean nothing': [
    Buffer.from(
      head(
        'GET /login HTTP/1.1',
        'Cookie: ;;=;a;usher_session=;usher_session=\xff\xfe; =x; usher_browser="',
        `Cookie: ${'a=b;'.repeat(3_000)}`,
      ),
      'latin1',
    ),
  ],
  'an expectation': [head('GET /login HTTP/1.1', 'Expect: the-spanish-inquisition')],
  'a form that waits to be asked for': [head('POST /wsfed HTTP/1.1', FORM, 'Expect: 100-continue', 'Content-Length: 3'), 'a=b'],
  'a wish for another protocol': [head('GET /login HTTP/1.1', 'Upgrade: h2c')],
  'a form in one chunk': [head('POST /wsfed HTTP/1.1', FORM, 'Transfer-Encoding: chunked'), '3\r\na=b\r\n0\r\n\r\n'],
  'nothing in a form': [head('POST /wsfed HTTP/1.1', 'Content-Length: 0')],
  'our Host in capitals': [`GET /login HTTP/1.1\r\nHost: ${HOST.toUpperCase()}:80\r\nConnection: close\r\n\r\n`],
}

for (const [what, pieces] of Object.entries(taken))
  test(`${what} stands in nobody's way`, async () => {
    const answer = await rawExchange(address, ...pieces)
    assert.match(answer.text, /^(HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 200 /, what)
    assert.equal(http.calls.length, 1)
    http.calls.length = 0
  })

test('what cannot be answered is dropped, and the next one is answered', async () => {
  assert.equal((await rawExchange(address, head('CONNECT evil.example:443 HTTP/1.1'))).text, '')
  assert.equal((await rawExchange(address, head('GET /login HTTP/1.1'))).status, 200)
  http.calls.length = 0
})

test('whoever sends too slowly is refused, whether in the head or in the body', async () => {
  const { server } = http.server.app
  const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = server
  assert.deepEqual([headersTimeout, requestTimeout, timeout, keepAliveTimeout], [10_000, 30_000, 60_000, 65_000])
  // The clock of these is Node's own; it is asked every two seconds.
  Object.assign(server, { headersTimeout: 1, requestTimeout: 1 })
  const inHead = rawExchange(address, 'GET /login HTTP/1.1\r\nHost: usher')
  const inBody = rawExchange(address, head('POST /wsfed HTTP/1.1', FORM, 'Content-Length: 100'), 'a=')
  assertRefused(await inHead, 408, 'a slow head')
  const slow = await inBody
  assert.equal(slow.status, 408)
  assert.equal(http.calls.length, 0)
  Object.assign(server, { headersTimeout, requestTimeout })
})

test('what was refused is in the log by its reason, and nothing of what was sent', async () => {
  http.lines.length = 0
  const answer = await rawExchange(address, head('GET /login HTTP/1.1', 'X-Secret : canary-1', 'Cookie: canary-2'))
  const line = http.lines.find(({ event }) => event === 'request_unreadable')
  assert.equal(line?.fields.status, 400)
  assert.ok(!JSON.stringify(http.lines).includes('canary'))
  assert.equal(answer.status, 400)
})
