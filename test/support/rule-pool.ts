import { readFileSync } from 'node:fs'
import type { Log } from '#kernel/log.ts'
import { createPool, type Pool, type PoolLimits, type PoolOptions } from '#rules/pool.ts'
import { innermost } from '#rules/process-facts.ts'
import { plainScripts } from './rule-jobs.ts'

/** A log that remembers. */
export const rememberingLog = (): Log & { readonly has: (event: string) => boolean; readonly events: readonly string[] } => {
  const events: string[] = []
  const keep = (event: string) => void events.push(event)
  return { info: keep, warn: keep, error: keep, events, has: (event) => events.includes(event) }
}

/** Real runners with the stand-in for the evaluator, nowhere to go, and short patience where a test asks for it. */
export const openPool = (limits: Partial<PoolLimits> = {}, more: Partial<PoolOptions> = {}) => {
  const log = rememberingLog()
  const before = new Set(childrenOf(process.pid))
  const pool: Pool = createPool({
    jail: 'auto',
    reach: () => Promise.reject(Object.assign(new Error('connect EACCES'), { code: 'EACCES' })),
    innerHosts: [],
    log,
    limits,
    scriptsModule: plainScripts,
    ...more,
  })
  const all = async () => childrenOf(process.pid).filter((pid) => !before.has(pid))
  return {
    pool,
    log,
    runners: {
      /** Processes of all runners, those that wait for work included. */
      all,
      /** The same, without what they are wrapped in. */
      allInnermost: async () => (await all()).map(innermost),
      /** The processes themselves, without what they are wrapped in; the oldest first. */
      atWork: async () => (await all()).slice(0, 1).map(innermost),
    },
  }
}

/** By age; empty where the system does not say. */
const childrenOf = (pid: number): readonly number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
