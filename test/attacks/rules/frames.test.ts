import assert from 'node:assert/strict'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'

const program = join(import.meta.dirname, '..', '..', 'support', 'hostile-runner.cjs')
const RSS_BYTES = 64 * 1024 * 1024
/** What a machine with other work does to any loop; a frame that stalls Usher does it for seconds. */
const LOOP_MS = 1_000

/** Takes what it is sent at once, or never. */
const world = () => {
  const reached: string[] = []
  return {
    reached,
    reach: async ({ host }: { readonly host: string }) => {
      reached.push(host)
      return new Duplex({ read: () => undefined, write: () => undefined })
    },
  }
}

const taken = async (manner: string) => {
  const { reach, reached } = world()
  const inner = { names: [manner], answer: () => Promise.reject(new Error('nobody asked')) }
  const { pool, log } = openPool({ busyMs: 500 }, { program, innerHosts: [inner], reach })
  const before = process.memoryUsage().rss
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  let writes = 0
  const job = jobOf(['function (user, context, callback) { callback() }'], {
    budgetMs: 1_500,
    updateMetadata: async () => {
      writes += 1
      return {}
    },
  })
  const result = await pool.run(job)
  delays.disable()
  await pool.stop()
  return { result, log, reached, writes, grownBy: process.memoryUsage().rss - before, blockedMs: delays.max / 1e6 }
}

const manners = [
  ...[
    'noise',
    'huge',
    'short',
    'unknown-kind',
    'foreign-result',
    'no-json',
    'no-result',
    'deep',
    'no-open',
    'open-twice',
    'past-the-window',
  ],
  ...[
    'credit',
    'short-credit',
    'no-update',
    'no-patch',
    'no-stray',
    'flood-of-small',
    'flood-of-large',
    'flood-of-opens',
    'flood-of-updates',
  ],
  ...['half-a-frame', 'byte-by-byte', 'silence'],
]

describe('a runner that somebody has taken over', () => {
  for (const manner of manners)
    test(`${manner}: the sign-in fails, the runner is gone, and Usher neither grows nor stalls`, async () => {
      const { result, reached, writes, grownBy, blockedMs } = await taken(`${manner}.test`)
      const why = result.kind === 'failed' ? result.why : result.kind
      // A flood may be ended for what it says or, once Usher stops reading it, for what it does not answer.
      assert.ok(why === 'output' || (why === 'timeout' && /flood|half|byte|silence/.test(manner)), why)
      assert.ok(reached.length <= 500 && writes <= 200, `${reached.length} connections, ${writes} writes`)
      assert.ok(grownBy < RSS_BYTES, `grown by ${grownBy}`)
      assert.ok(blockedMs < LOOP_MS, `blocked for ${blockedMs} ms`)
    })

  test('one that speaks before it is ready is none', async () => {
    const { result, log } = await taken('before-its-time.test')
    assert.deepEqual(result.kind === 'failed' && result.why, 'unavailable')
    assert.ok(log.has('rules_unavailable'))
  })
})
