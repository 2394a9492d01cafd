import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { egress } from '#rules/egress.ts'
import type { JobResult } from '#rules/isolation.ts'
import { wayOut } from '#rules/way-out.ts'
import { freePort } from '../../support/free-port.ts'
import { callerOf, jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'
import { isLong } from '../../support/seeds.ts'
import { ownPayloads, type Payload, payloads } from './escape-payloads.ts'

const BUDGET_MS = 800
const SHORTEST_LIST = 150
const evaluator = join(import.meta.dirname, '..', '..', '..', 'src', 'rules', 'inside', 'run-scripts.cjs')

/** Each said in one place that no rule may get at. */
const canary = (place: string): string => `canary-${place}-${randomBytes(12).toString('hex')}`
const canaries = {
  file: canary('file'),
  environment: canary('environment'),
  memory: canary('memory'),
  database: canary('database'),
  otherPool: canary('other-pool'),
  earlier: canary('earlier'),
}
process.env['USHER_TEST_CANARY'] = canaries.environment

const folder = mkdtempSync(join(tmpdir(), 'usher-canaries-'))
const FILE = join(folder, 'canary.json')
const DB = join(folder, 'canary.db')
const SOCK = join(folder, 'canary.sock')
const servers: Server[] = []
let connections = 0
let signals = 0
const signaled = () => {
  signals += 1
}

const listening = async (at: { readonly path: string } | { readonly port: number; readonly host: string }): Promise<Server> => {
  const server = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
  server.on('connection', () => {
    connections += 1
  })
  servers.push(server)
  server.listen(at)
  await once(server, 'listening')
  return server
}

/** As much of a canary as is told by itself. */
const RECOGNIZED = 20
const NOT_CODE = /import|as a module/

/** The script of a payload; or one that is given its payload with the context, so that a runner serves many of them. */
const scriptOf = (body: string, more: string): string => `async function (user, context, callback) {
  const P = globalThis.process, { FILE, DB, SOCK, PORT, PID } = context.at
  const shown = (it) => { try { return typeof it === 'string' ? it : require('util').inspect(it, { depth: 6, showHidden: true, maxStringLength: null }) } catch (e) { return String(e) } }
  const tried = async () => { ${body} }
  let got
  try { got = 'got ' + shown(await tried()) } catch (e) { got = 'thrown ' + shown(e && e.message ? e.name + ' ' + e.message + ' ' + e.stack : e) }
  ${more}
  callback(null, { got: got.slice(0, 2e5) }, {})
}`

const GIVEN = `return await new (tried.constructor)('require', 'configuration', 'auth0', 'console', 'context', 'callback', 'UnauthorizedError', 'P', 'FILE', 'DB', 'SOCK', 'PORT', 'PID', context.payload)(require, configuration, auth0, console, context, callback, UnauthorizedError, P, FILE, DB, SOCK, PORT, PID)`
const given = scriptOf(GIVEN, '')
const ordinary =
  'function (user, context, callback) { user.city = configuration.CITY + JSON.stringify([1]); callback(null, user, context) }'

before(async () => {
  chmodSync(folder, 0o755)
  writeFileSync(FILE, JSON.stringify(canaries.file), { mode: 0o644 })
  const database = new DatabaseSync(DB)
  database.exec(`create table t (value text); insert into t values ('${canaries.database}')`)
  database.close()
  chmodSync(DB, 0o644)
  await listening({ path: SOCK })
  chmodSync(SOCK, 0o777)
  process.on('SIGWINCH', signaled)
})
after(() => {
  for (const server of servers) server.close()
  process.off('SIGWINCH', signaled)
  rmSync(folder, { recursive: true, force: true })
})

/** What somebody could learn, all of it. */
const saidBy = (result: JobResult, notes: readonly string[]): string => {
  const text = JSON.stringify(result) + notes.join('\n')
  return text + Buffer.from(text.match(/[A-Za-z0-9+/=]{40,}/)?.[0] ?? '', 'base64').toString('latin1')
}

for (const jail of ['auto', 'none'] as const)
  describe(`escapes, jail ${jail}`, { timeout: 240_000 }, () => {
    const { pool, log } = openPool(
      { busyMs: 700, graceMs: 500 },
      { jail, scriptsModule: evaluator, reach: egress({ ...wayOut, privateHosts: [] }) },
    )
    const other = openPool({}, { jail, scriptsModule: evaluator })
    let PORT = 0

    before(async () => {
      PORT = await freePort()
      await listening({ port: PORT, host: '127.0.0.1' })
      // Another organization's rules, and what this one's rules were an hour ago: both have secrets.
      const keeps =
        'function (user, context, callback) { globalThis.kept = configuration; Buffer.from(configuration.SECRET).fill; callback(null, user, context) }'
      const kept = await other.pool.run(jobOf([keeps], { configuration: { SECRET: canaries.otherPool } }))
      const earlier = await pool.run(jobOf([keeps], { configuration: { SECRET: canaries.earlier } }))
      assert.deepEqual([kept.kind, earlier.kind], ['passed', 'passed'])
    })
    after(() => Promise.all([pool.stop(), other.pool.stop()]))

    const chosen = isLong ? payloads : ownPayloads.filter(({ isDestructive }) => jail === 'auto' || !isDestructive)
    const configuration = { CITY: 'Bern' }
    const attempt = async ({
      body,
      isDestructive,
    }: Payload): Promise<{ readonly result: JobResult; readonly notes: readonly string[] }> => {
      const notes: string[] = []
      const context = { at: { FILE, DB, SOCK, PORT, PID: process.pid }, payload: body }
      const script = isDestructive ? scriptOf(body, '') : given
      const result = await pool.run(jobOf([script], { context, configuration, budgetMs: BUDGET_MS, caller: callerOf(notes) }))
      return { result, notes }
    }

    /** How it ended: what it says of itself, or how it was stopped. */
    const assertHeld = async (payload: Payload): Promise<string> => {
      const { result, notes } = await attempt(payload)
      const said = saidBy(result, notes)
      const what = `${payload.name}: ${said.slice(0, 500)}`
      for (const value of Object.values(canaries)) assert.ok(!said.includes(value.slice(0, RECOGNIZED)), what)
      // What cannot be compiled proves nothing.
      if (!NOT_CODE.test(payload.name)) assert.doesNotMatch(said, /thrown (?:SyntaxError|ReferenceError)/, what)
      assert.deepEqual([connections, signals], [0, 0], what)
      const next = await pool.run(jobOf([ordinary], { configuration, budgetMs: 5_000 }))
      assert.equal(next.kind === 'passed' && next.user['city'], 'Bern[1]', `after ${payload.name}: ${JSON.stringify(next)}`)
      return result.kind === 'passed' ? (String(result.user['got']).split(' ')[0] ?? '') : result.kind
    }

    test(`none of ${chosen.length} gets at a canary, and ordinary rules go on`, async (t) => {
      assert.ok(ownPayloads.length >= SHORTEST_LIST, `${ownPayloads.length}`)
      const ends: string[] = []
      for (const payload of chosen) ends.push(await assertHeld(payload))
      assert.equal(readFileSync(FILE, 'utf8'), JSON.stringify(canaries.file))
      assert.ok(!log.has('rules_unavailable'))
      const counts = Object.entries(Object.groupBy(ends, (end) => end)).map(([end, all]) => `${all?.length} ${end}`)
      t.diagnostic(`count ${chosen.length} escapes tried, jail ${pool.jail()}, 0 canaries, 0 connections, 0 signals (${counts.join(', ')})`)
    })

    test('seen from inside there is no environment, no file but the program’s own, and no network', async () => {
      const body = `
        const can = (what) => { try { what(); return true } catch { return false } }
        const fs = require('fs')
        const paths = ['/', '/etc/passwd', '/tmp', '/proc/self/environ', '/proc/self/status', '/dev/null', '/usr/bin/env', ...['/app.ts', '/../package.json', '/../.env'].map((one) => P.argv[1].replace(/.rules.inside.*/, '') + one), P.cwd(), FILE, DB]
        return JSON.stringify({
          environment: Object.keys(P.env),
          read: paths.filter((path) => can(() => fs.statSync(path)) || can(() => fs.readFileSync(path)) || can(() => fs.readdirSync(path))),
          written: paths.filter((path) => can(() => fs.appendFileSync(path, ''))),
          may: ['fs.read', 'fs.write', 'child', 'worker', 'wasi', 'addon', 'inspector', 'net', 'ffi'].filter((what) => P.permission.has(what)),
          own: can(() => fs.readFileSync(P.argv[1])),
        })`
      const { result } = await attempt({ name: 'inside', body })
      const nothing = { environment: [], read: [], written: [], may: [], own: true }
      assert.equal(result.kind === 'passed' && result.user['got'], `got ${JSON.stringify(nothing)}`)
    })
  })
