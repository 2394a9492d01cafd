import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { egress } from '#rules/egress.ts'
import { wayOut } from '#rules/way-out.ts'
import { listening } from '../../support/listening.ts'
import { callerOf, jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'

const PUBLIC = '93.184.216.34'

/** Addresses of what is near, in the spellings that clients and resolvers take for them. */
const literals = [
  ...['127.0.0.1', '127.0.0.2', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '017700000001', '127.0.0.1.'],
  ...['0', '0.0.0.0', '0x0', '0.0', '00000000', '127.0.0.01', '127.000.000.001', '0x7f.1', '127.0x0.1', '10.0.0.1', '10.1', '0xa000001'],
  ...['172.16.0.1', '172.31.255.254', '192.168.0.1', '192.168.1', '169.254.169.254', '169.254.169.253', '0xa9fea9fe', '2852039166'],
  ...[
    '169.254.43518',
    '0251.0376.0251.0376',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '198.19.255.255',
  ],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ...[
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
  ],
  ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2002:a9fe:a9fe::]'],
  ...[
    '[2001::1]',
    '[2001:db8::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[ff01::1]',
    '[100::1]',
  ],
  ...[
    '[::ffff:169.254.169.254]',
    '[::ffff:10.0.0.1]',
    '[::ffff:192.168.0.1]',
    '[::ffff:0.0.0.0]',
    '[5f00::1]',
    '[3fff::1]',
    '[2001:10::1]',
  ],
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'LocalHost.',
    'a.localhost',
    'localhost.localdomain',
    'printer.local',
    'metadata.google.internal',
  ],
  ...['①②⑦.⓪.⓪.①', '127。0。0。1', 'ⓛocalhost', 'loc\u00adalhost', '%31%32%37.0.0.1', '127.0.0.1%00.example.com', '127.0.0.1#@example.com'],
  ...['example.com@127.0.0.1', 'a:b@127.0.0.1', '127.0.0.1\\@example.com', ' 127.0.0.1', '127.0.0.1 ', '-', '_', '..', '*', '1.1.1.1.1'],
]

/** What names resolve to; the first look and the later ones. */
const near = [
  '127.0.0.1',
  '127.8.8.8',
  '10.0.0.1',
  '172.16.5.4',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.9',
  '0.0.0.0',
  '::1',
  '::',
  '168.63.129.16',
]
const mapped = [
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fd00:ec2::254',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '::7f00:1',
  '224.0.0.1',
]
const addresses = [...near, ...mapped]
const names = new Map<string, readonly (readonly string[])[]>([
  ...addresses.map((address, index) => [`near-${index}.example`, [[address]]] as const),
  ...addresses.map((address, index) => [`also-${index}.example`, [[PUBLIC, address]]] as const),
  ...addresses.map((address, index) => [`first-${index}.example`, [[address, PUBLIC]]] as const),
  ...addresses.map((address, index) => [`rebinding-${index}.example`, [[PUBLIC], [address]]] as const),
  ...addresses.map((address, index) => [`later-${index}.example`, [[PUBLIC], [PUBLIC], [PUBLIC], [address]]] as const),
  ...['localhost.example', 'x.127.0.0.1.nip.example', '127-0-0-1.sslip.example', 'a_b.example', 'xn--e1afmkfd.example'].map(
    (name) => [name, [['127.0.0.1']]] as const,
  ),
  ...Array.from({ length: 90 }, (_, index) => [`range-${index}.example`, [[`127.${index}.${(index * 7) % 256}.1`]]] as const),
])
const targets = [...literals, ...names.keys()]

const fetchers = {
  net: `new Promise((yes, no) => { const s = require('net').connect(port, host.replace(/^\\[|\\]$/g, '')); s.on('connect', yes); s.on('error', no) })`,
  tls: `new Promise((yes, no) => { const s = require('tls').connect({ host: host.replace(/^\\[|\\]$/g, ''), port }); s.on('secureConnect', yes); s.on('error', no) })`,
  socket: `new Promise((yes, no) => { const s = new (require('net').Socket)(); s.on('connect', yes); s.on('error', no); s.connect(port, host.replace(/^\\[|\\]$/g, '')) })`,
  tlsSocket: `new Promise((yes, no) => { const s = new (require('net').Socket)(); const t = new (require('tls').TLSSocket)(s); t.on('secure', yes); for (const one of [s, t]) one.on('error', no); s.on('connect', yes).connect({ host: host.replace(/^\\[|\\]$/g, ''), port }) })`,
  http: `new Promise((yes, no) => require('http').get({ host: host.replace(/^\\[|\\]$/g, ''), port, path: '/' }, yes).on('error', no))`,
  fetch: `fetch('http://' + host + ':' + port + '/')`,
  axios: `require('axios').get('http://' + host + ':' + port + '/')`,
  request: `new Promise((yes, no) => require('request')('http://' + host + ':' + port + '/', (error, answer) => error ? no(error) : yes(answer)))`,
}

const opened: Server[] = []
const opening = (server: Server, host: string, port = 0): Promise<number> => {
  opened.push(server)
  return listening(server, host, port)
}

describe('connections of rules', () => {
  let canary = 0
  let connections = 0
  let redirecting = 0
  const connected: string[] = []
  const asked = new Map<string, number>()
  const { pool } = openPool(
    { memoryBytes: 400 * 1024 * 1024 },
    {
      reach: egress({
        lookup: async (host) => {
          const answers = names.get(host) ?? []
          asked.set(host, (asked.get(host) ?? 0) + 1)
          return answers[Math.min(asked.get(host) ?? 1, answers.length) - 1] ?? []
        },
        connect: (to) => {
          connected.push(to.address)
          if (to.address !== PUBLIC) return wayOut.connect(to)
          return Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
        },
        ownAddresses: wayOut.ownAddresses,
        privateHosts: ['127.7.7.7'],
      }),
    },
  )
  const count = () => {
    connections += 1
  }

  before(async () => {
    canary = await opening(createServer((socket) => socket.end()).on('connection', count), '0.0.0.0')
    await opening(createServer((socket) => socket.end()).on('connection', count), '::1', canary)
    const redirects = createHttpServer((request, response) => {
      const [, code, host] = (request.url ?? '').split('/')
      response.writeHead(Number(code), { location: `http://${decodeURIComponent(host ?? '')}:${canary}/` }).end()
    })
    redirecting = await opening(redirects, '127.7.7.7')
  })
  after(async () => {
    await pool.stop()
    for (const server of opened) server.close()
  })

  const trial = (fetcher: string, hosts: readonly string[]) => `async function (user, context, callback) {
    const port = ${canary}
    const go = async (host) => ${fetcher}
    const some = ${JSON.stringify(hosts)}
    const reached = []
    for (let at = 0; at < some.length; at += 16)
      await Promise.all(some.slice(at, at + 16).map((host) => go(host).then(() => reached.push(host), () => undefined)))
    callback(null, { reached }, context)
  }`

  test(`of ${targets.length} targets that are near, none is reached by any of ${Object.keys(fetchers).length} ways to call`, async () => {
    assert.ok(targets.length >= 300)
    const notes: string[] = []
    for (const [name, fetcher] of Object.entries(fetchers)) {
      asked.clear()
      const result = await pool.run(jobOf([trial(fetcher, targets)], { budgetMs: 30_000, caller: callerOf(notes) }))
      assert.deepEqual(result.kind === 'passed' && result.user, { reached: [] }, `${name}: ${JSON.stringify(result).slice(0, 300)}`)
    }
    assert.equal(connections, 0)
    assert.deepEqual(
      connected.filter((address) => address !== PUBLIC),
      [],
    )
    // They did get as far as being refused.
    assert.ok(notes.length > 500, `${notes.length} refusals`)
  })

  test('nor by way of a host that sends there', async () => {
    const hops = [301, 302, 303, 307, 308].flatMap((code) =>
      ['127.0.0.1', 'localhost', '[::1]', '0', '2130706433'].map((host) => `${code}/${host}`),
    )
    const via = (name: 'fetch' | 'axios' | 'request') =>
      fetchers[name].replaceAll("'http://' + host + ':' + port + '/'", `'http://127.7.7.7:${redirecting}/' + host`)
    for (const name of ['fetch', 'axios', 'request'] as const) {
      const result = await pool.run(jobOf([trial(via(name), hops)], { budgetMs: 30_000 }))
      assert.deepEqual(result.kind === 'passed' && result.user, { reached: [] }, `${name}: ${JSON.stringify(result).slice(0, 300)}`)
    }
    assert.equal(connections, 0)
    assert.ok(connected.includes('127.7.7.7'))
  })

  test('nor by anything that is no connection by way of Usher', async () => {
    const ways = `async function (user, context, callback) {
      const port = ${canary}
      const ways = {
        socket: () => new Promise((yes, no) => { const s = new (require('net').Socket)(); s.on('connect', yes); s.on('error', no); s.connect(port, '127.0.0.1') }),
        unix: () => new Promise((yes, no) => { const s = require('net').connect('/var/run/docker.sock'); s.on('connect', yes); s.on('error', no) }),
        unixHttp: () => new Promise((yes, no) => require('http').get({ socketPath: '/var/run/docker.sock' }, yes).on('error', no)),
        listen: () => new Promise((yes, no) => require('net').createServer().on('error', no).listen(0, yes)),
        udp: () => new Promise((yes, no) => { const s = require('dgram').createSocket('udp4'); s.on('error', no); s.send('x', port, '127.0.0.1', (e) => e ? no(e) : yes()) }),
        lookup: () => require('dns').promises.lookup('localhost'),
        resolver: () => new (require('dns').promises.Resolver)().resolve4('example.com'),
        file: () => fetch('file:///etc/passwd'),
        gopher: () => fetch('gopher://127.0.0.1:' + port + '/'),
        binding: async () => process.binding('tcp_wrap'),
        http2: () => new Promise((yes, no) => require('http2').connect('http://127.0.0.1:' + port).on('error', no).request({ ':path': '/' }).on('response', yes).on('error', no)),
        websocket: () => new Promise((yes, no) => { const s = new WebSocket('ws://127.0.0.1:' + port); s.onopen = yes; s.onerror = no }),
      }
      const reached = []
      for (const [name, way] of Object.entries(ways)) await (async () => way())().then(() => reached.push(name), () => undefined)
      callback(null, { reached }, context)
    }`
    const result = await pool.run(jobOf([ways], { budgetMs: 30_000 }))
    assert.deepEqual(result.kind === 'passed' && result.user, { reached: [] }, JSON.stringify(result))
    assert.equal(connections, 0)
  })
})
