import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { after, describe, test } from 'node:test'
import { selfSigned } from '../../emulator/testing/self-signed.ts'
import { listening } from '../../test/support/listening.ts'
import { callerOf, jobOf, scriptOf } from '../../test/support/rule-jobs.ts'
import { openPool } from '../../test/support/rule-pool.ts'
import { egress } from './egress.ts'
import { wayOut } from './way-out.ts'

const opened: Server[] = []
const portOf = (server: Server): Promise<number> => {
  opened.push(server)
  return listening(server)
}

/** Leads every name ending in `.test` to this machine. */
const reach = egress({ ...wayOut, lookup: async () => ['127.0.0.1'], privateHosts: ['*.test'] })
const rule = (body: string) => `function (user, context, callback) { ${body} }`
const done = (value: string) => `callback(null, ${value}, context)`

describe('tunnels', () => {
  const { pool } = openPool({ graceMs: 300 }, { reach })
  after(async () => {
    await pool.stop()
    for (const server of opened) server.close()
  })
  const userAfter = async (body: string, more = {}) => {
    const result = await pool.run(jobOf([rule(body)], { budgetMs: 20_000, ...more }))
    assert.equal(result.kind, 'passed', JSON.stringify(result))
    return result.kind === 'passed' ? result.user : {}
  }

  test('TLS ends inside the runner, with the name the script called and the certificate it trusts', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const certificate = `-----BEGIN CERTIFICATE-----\n${selfSigned('api.test', privateKey).toString('base64')}\n-----END CERTIFICATE-----\n`
    const names: unknown[] = []
    const tls = createTlsServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: certificate }, (socket) => {
      names.push(socket.servername)
      socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi')
    })
    tls.on('tlsClientError', () => undefined)
    const port = await portOf(tls)
    const call = (
      ca: string,
    ) => `require('https').get({ host: 'api.test', port: ${port}, path: '/', ${ca} checkServerIdentity: () => undefined },
      (r) => { let t = ''; r.on('data', (d) => t += d); r.on('end', () => ${done('{ t, authorized: r.socket.authorized }')}) }).on('error', (e) => ${done('{ code: e.code }')})`
    assert.deepEqual(await userAfter(call(`ca: ${JSON.stringify(certificate)},`)), { t: 'hi', authorized: true })
    assert.deepEqual(await userAfter(call('')), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    assert.deepEqual(names, ['api.test'])
  })

  test('a socket that is made first and connected later is led the same way, and what was written before arrives', async () => {
    const heard: string[] = []
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          heard.push(chunk.toString())
          socket.end('pong')
        })
    })
    const port = await portOf(server)
    const found = await userAfter(`
      const net = require('net')
      const socket = new net.Socket()
      const before = [socket.connecting, socket.readyState, socket instanceof net.Stream]
      let text = ''
      socket.write('ping')
      socket.setTimeout(10000).setNoDelay(true)
      socket.on('data', (chunk) => text += chunk).on('error', callback)
      socket.on('close', () => ${done('{ before, text, isSocket: net.connect(1, "x.test").on("error", () => {}) instanceof net.Socket }')})
      socket.connect(${port}, 'late.test', () => { if (socket.readyState !== 'open') callback(new Error(socket.readyState)) })`)
    assert.deepEqual(found, { before: [false, 'closed', true], text: 'pong', isSocket: true })
    assert.deepEqual(heard, ['ping'])
    const codes = await userAfter(`
      const net = require('net')
      const refusal = (go) => { try { go(); return 'none' } catch (error) { return error.code } }
      const once = new net.Socket().on('error', () => {})
      once.connect({ port: ${port}, host: 'late.test' })
      ${done(`{ codes: [refusal(() => new net.Socket().connect('/var/run/docker.sock')), refusal(() => once.connect(${port}, 'late.test'))] }`)}
      once.destroy()`)
    assert.deepEqual(codes, { codes: ['EACCES', 'EISCONN'] })
  })

  test('a driver that encrypts over a socket of its own does so through a tunnel', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const cert = `-----BEGIN CERTIFICATE-----\n${selfSigned('db.test', privateKey).toString('base64')}\n-----END CERTIFICATE-----\n`
    const tls = createTlsServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }, (socket) => {
      socket.on('error', () => undefined).on('data', (chunk) => socket.end(`you said ${chunk.toString()}`))
    })
    tls.on('tlsClientError', () => undefined)
    const port = await portOf(tls)
    const found = await userAfter(`
      const { Socket } = require('net')
      const { TLSSocket } = require('tls')
      const socket = new Socket()
      socket.connect(${port}, 'db.test')
      const secure = new TLSSocket(socket, { isServer: false })
      let text = ''
      secure.on('error', callback).on('data', (chunk) => text += chunk)
      secure.on('end', () => ${done('{ text, protocol: secure.getProtocol() }')})
      secure.write('hello')`)
    assert.deepEqual(found, { text: 'you said hello', protocol: 'TLSv1.3' })
  })

  test('large bodies arrive whole in both directions, however slowly either side reads', async () => {
    const server = createHttpServer(async (request, response) => {
      let bytes = 0
      for await (const chunk of request) {
        bytes += chunk.length
        await new Promise(setImmediate)
      }
      response.end(Buffer.alloc(bytes, 7))
    })
    const port = await portOf(server)
    const found = await userAfter(`
      const request = require('http').request({ host: 'big.test', port: ${port}, method: 'POST' }, async (response) => {
        let bytes = 0
        for await (const chunk of response) { bytes += chunk.length; await new Promise((go) => setTimeout(go, 1)) }
        ${done('{ bytes }')}
      }).on('error', callback)
      request.end(Buffer.alloc(8e6, 7))`)
    assert.deepEqual(found, { bytes: 8e6 })
  })

  test('a server that never reads stops the script and not Usher', async () => {
    const sockets: Socket[] = []
    const port = await portOf(createServer((socket) => void sockets.push(socket.pause())))
    const before = process.memoryUsage().rss
    const result = await pool.run(
      jobOf(
        [
          rule(
            `const s = require('net').connect(${port}, 'deaf.test'); const more = () => { while (s.write(Buffer.alloc(65536))); }; s.on('drain', more); more()`,
          ),
        ],
        { budgetMs: 600 },
      ),
    )
    assert.equal(result.kind === 'failed' && result.why, 'timeout')
    assert.ok(process.memoryUsage().rss - before < 32 * 1024 * 1024)
    for (const socket of sockets) socket.destroy()
  })

  test('more than one sign-in may move is cut off', async () => {
    const port = await portOf(
      createHttpServer((_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(1e6))) {}
          response.once('drain', more)
        }
        more()
      }),
    )
    const found = await userAfter(
      `require('http').get('http://endless.test:${port}/', (r) => r.resume().on('error', () => {})).on('error', (e) => ${done('{ code: e.code }')})`,
    )
    assert.deepEqual(found, { code: 'EDQUOT' })
  })

  test('more than thirty-two connections at once are not opened', async () => {
    const sockets = new Set<Socket>()
    const port = await portOf(createServer((socket) => void sockets.add(socket.on('error', () => undefined))))
    const found = await userAfter(`
      let open = 0, refused = 0
      for (let i = 0; i < 40; i++) require('net').connect(${port}, 'many.test')
        .on('connect', () => { open += 1; if (open + refused === 40) ${done('{ open, refused }')} })
        .on('error', (e) => { refused += e.code === 'EMFILE'; if (open + refused === 40) ${done('{ open, refused }')} })`)
    assert.deepEqual(found, { open: 32, refused: 8 })
    for (const socket of sockets) socket.destroy()
  })

  test('however many connections wait for an answer in one runner, whoever comes new finds one', async (t) => {
    const { pool: one } = openPool({ runners: 1, graceMs: 60_000 }, { reach })
    const sockets = new Set<Socket>()
    const port = await portOf(createServer((socket) => void sockets.add(socket.on('error', () => undefined))))
    t.after(async () => {
      await one.stop()
      for (const socket of sockets) socket.destroy()
    })
    const opens = rule(`
      let open = 0, refused = 0
      const { count } = user
      const isDone = () => { if (open + refused === count) ${done('{ open, refused }')} }
      for (let i = 0; i < count; i++) require('net').connect(${port}, 'silent.test')
        .on('connect', () => { open += 1; isDone() })
        .on('error', (e) => { refused += e.code === 'EMFILE'; isDone() })`)
    const openIn = async (count: number): Promise<number> => {
      const result = await one.run(jobOf([opens], { user: { count }, budgetMs: 20_000 }))
      return result.kind === 'passed' ? Number(result.user['open']) : Number.NaN
    }
    const open: number[] = []
    for (let run = 0; run < 9; run += 1) open.push(await openIn(32))
    assert.deepEqual(open, [32, 32, 32, 32, 32, 32, 32, 16, 8])
    assert.equal(await openIn(1), 1)
  })

  test('what a run left open that had no more time is closed at once, and it opens nothing any more', async (t) => {
    const { pool: one } = openPool({ runners: 1, graceMs: 600_000 }, { reach })
    t.after(() => one.stop())
    const closed = Promise.withResolvers<void>()
    let connections = 0
    const port = await portOf(
      createServer((socket) => {
        connections += 1
        socket.on('error', () => undefined).on('close', () => closed.resolve())
      }),
    )
    const again = `require('net').connect(${port}, 'silent.test').on('error', () => { again() })`
    const result = await one.run(jobOf([rule(`const again = () => { ${again} }; again()`)], { budgetMs: 300 }))
    assert.equal(result.kind === 'failed' && result.why, 'timeout')
    await closed.promise
    assert.equal((await one.run(jobOf([rule(done('{}'))]))).kind, 'passed')
    assert.equal(connections, 1)
  })

  test('what a finished run left open goes on for a moment and is closed then', async () => {
    const closed = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<string>()
    const port = await portOf(
      createServer((socket) => {
        socket.on('data', (chunk) => heard.resolve(chunk.toString()))
        socket.on('error', () => undefined).on('close', () => closed.resolve())
      }),
    )
    // As gallery rules do that tell another service of a sign-in: call back first, then send.
    await userAfter(
      `${done('{}')}; setTimeout(() => require('net').connect(${port}, 'later.test').on('error', () => {}).write('after the fact'), 20)`,
    )
    assert.equal(await heard.promise, 'after the fact')
    await closed.promise
  })

  test('a kept connection serves the script that opened it and no other', async () => {
    const connections: number[] = []
    const server = createHttpServer((_, response) => void response.end('ok'))
    server.on('connection', () => void connections.push(1))
    const port = await portOf(server)
    const calls = rule(`
      const call = (url) => new Promise((yes, no) => require('http').get(url, (r) => r.resume().on('end', () => setImmediate(yes))).on('error', no))
      const url = 'http://kept.test:${port}/'
      const get = () => fetch(url).then((r) => r.text()).then(() => new Promise((go) => setTimeout(go, 20)))
      call(url).then(() => call(url)).then(get).then(get).then(() => callback(), callback)`)
    const job = jobOf([calls, scriptOf(calls, { id: 'rul_2', hosts: ['kept.test'] })])
    for (const _ of [1, 2]) assert.equal((await pool.run(job)).kind, 'passed')
    // Two scripts of two runs, and in each one connection for its agent and one for fetch.
    assert.equal(connections.length, 8)
  })

  test('a name that is not there, a server that is not, and an idle one are what a script expects', async () => {
    const port = await portOf(createServer(() => undefined))
    const codes = await userAfter(`
      const failing = (url) => new Promise((yes) => require('http').get(url).on('error', (e) => yes(e.code)))
      const idle = () => new Promise((yes) => { const r = require('http').get({ host: 'idle.test', port: ${port}, timeout: 50 }).on('timeout', () => { yes('timeout'); r.destroy() }).on('error', () => {}) })
      Promise.all([failing('http://refused.test:${port === 65_535 ? 1_025 : 1_024}/'), idle()]).then((codes) => ${done('{ codes }')})`)
    assert.deepEqual(codes, { codes: ['ECONNREFUSED', 'timeout'] })
  })

  test('a refusal is written down for whoever looks after the rule', async () => {
    const notes: string[] = []
    await userAfter(`require('net').connect(443, 'localhost').on('error', (e) => ${done('{ code: e.code }')})`, { caller: callerOf(notes) })
    assert.deepEqual(notes, ['Not connected to localhost:443: it is a name for what is near.'])
  })
})
