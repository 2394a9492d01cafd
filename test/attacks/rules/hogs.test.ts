import assert from 'node:assert/strict'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, describe, test } from 'node:test'
import { jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'
import { isLong } from '../../support/seeds.ts'

const BUDGET_MS = 1_000
const LATE_MS = 200
const RSS_BYTES = 64 * 1024 * 1024
const P99_MS = 50

/** Each a script that takes all it can get of something. */
const hogs: Readonly<Record<string, string>> = {
  loop: 'for (;;);',
  'promise loop': 'const again = () => Promise.resolve().then(again); again()',
  'tick loop': 'const again = () => process.nextTick(again); again()',
  objects: 'const all = []; for (;;) all.push({ all: [...all.slice(-10)] })',
  bytes: 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))',
  'slow bytes': 'const all = []; setInterval(() => all.push(Buffer.alloc(3e7, 1)), 5)',
  text: 'let text = "x"; for (;;) text += text.slice(0, 1e6) + Math.random(); ',
  expression: '/^(a+)+$/.test("a".repeat(40) + "b"); callback()',
  silence: '',
  'late loop': 'setTimeout(() => { for (;;); }, 500)',
  'immediate loop': 'const again = () => setImmediate(again); again()',
  'timer flood': 'const again = () => { for (let i = 0; i < 1000; i++) setTimeout(again, 0) }; again()',
  recursion: 'const deeper = () => deeper() + deeper(); for (;;) try { deeper() } catch {}',
  'promise flood': 'const all = []; for (;;) all.push(new Promise(() => {}))',
  'array buffers': 'const all = []; for (;;) all.push(new Uint8Array(5e7).fill(1))',
  'shared memory': 'const all = []; for (;;) all.push(new Uint8Array(new SharedArrayBuffer(5e7)).fill(1))',
  'wasm memory':
    'const all = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1000 }); new Uint8Array(m.buffer).fill(1); all.push(m) }',
  'wait for memory': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'huge result': 'callback(null, { text: "x".repeat(4e8) }, context)',
  'deep result': 'let deep = {}; for (let i = 0; i < 1e6; i++) deep = { deep }; callback(null, deep, context)',
  'cyclic result': 'user.self = user; callback(null, user, context); for (;;);',
  'getter result': 'Object.defineProperty(user, "x", { enumerable: true, get() { for (;;); } }); callback(null, user, context)',
  'slow JSON': 'callback(null, { toJSON() { for (;;); } }, context)',
  hash: 'require("crypto").pbkdf2Sync("a", "b", 1e9, 64, "sha512"); callback()',
  'hash flood': 'for (let i = 0; i < 1e5; i++) require("crypto").pbkdf2("a", "b", 1e7, 64, "sha512", () => {})',
  'zip bomb':
    'let data = Buffer.alloc(1e8); const zlib = require("zlib"); for (;;) data = Buffer.concat([zlib.gunzipSync(zlib.gzipSync(data)), data])',
  'connection flood': 'for (;;) require("net").connect(443, "a.example").on("error", () => {})',
  'write flood': 'const all = []; for (;;) all.push(auth0.users.updateAppMetadata("x", { text: "x".repeat(1e5) }))',
  sort: 'const a = Array.from({ length: 1e7 }, Math.random); for (;;) a.sort()',
  'big integers': 'let n = 3n; for (;;) n *= n',
  'error flood': 'setInterval(() => { throw new Error("x".repeat(1e6)) }, 0)',
  'rejection flood': 'for (;;) Promise.reject(new Error("x"))',
  intervals: 'for (let i = 0; i < 1e6; i++) setInterval(() => {}, 1)',
  spread: 'let a = [1]; for (;;) a = [...a, ...a]',
  map: 'const all = new Map(); for (let i = 0; ; i++) all.set(i, "x".repeat(100) + i)',
  compile: 'const all = []; for (let i = 0; ; i++) all.push(new Function("return " + i))',
  symbols: 'const all = []; for (let i = 0; ; i++) all.push(Symbol("x" + i))',
  proxies: 'let p = {}; for (;;) p = new Proxy(p, {})',
  URLs: 'const all = []; for (let i = 0; ; i++) all.push(new URL("http://a.example/" + i))',
  streams:
    'const { Readable } = require("stream"); const r = new Readable({ read() { this.push(Buffer.alloc(1e6)) } }); const all = []; r.on("data", (d) => all.push(d))',
}
const SHORT = 10

/** How late this process's own timers are while it does nothing, in milliseconds: what other work on the machine costs. */
const quietP99 = async (): Promise<number> => {
  const delays = monitorEventLoopDelay({ resolution: 2 })
  delays.enable()
  await once(AbortSignal.timeout(500), 'abort')
  delays.disable()
  return delays.percentile(99) / 1e6
}
const chosen = Object.entries(hogs).slice(0, isLong ? undefined : SHORT)

describe('hogs', () => {
  const { pool } = openPool({ busyMs: 500 })
  after(pool.stop)
  const passes = 'function (user, context, callback) { callback(null, user, context) }'

  test(`${chosen.length} of them are ended in time, Usher goes on meanwhile, and so does the next sign-in`, async () => {
    await pool.run(jobOf([passes]))
    const quiet = await quietP99()
    const before = process.memoryUsage().rss
    const delays = monitorEventLoopDelay({ resolution: 2 })
    delays.enable()
    for (const [name, body] of chosen) {
      const startedAt = performance.now()
      const result = await pool.run(jobOf([`function (user, context, callback) { ${body}\n}`], { budgetMs: BUDGET_MS }))
      const ms = performance.now() - startedAt
      assert.notEqual(result.kind, 'passed', name)
      // Where the machine itself stood still, Usher's timers did as well.
      assert.ok(ms <= BUDGET_MS + LATE_MS + delays.max / 1e6, `${name}: ended after ${ms} ms`)
      assert.equal((await pool.run(jobOf([passes]))).kind, 'passed', name)
    }
    delays.disable()
    const p99 = delays.percentile(99) / 1e6
    assert.ok(p99 <= Math.max(P99_MS, 3 * quiet), `p99 of the event loop ${p99} ms, ${quiet} ms before`)
    const grown = process.memoryUsage().rss - before
    assert.ok(grown <= RSS_BYTES, `grown by ${grown}`)
  })
})
