import { runScripts } from '../../src/rules/inside/run-scripts.cjs'
import type { Job, JobResult } from '../../src/rules/isolation.ts'
import { jobOf } from './rule-jobs.ts'

export interface Inside extends Partial<Job> {
  /** Receives what takes errors that nobody caught. */
  readonly strays?: (take: (error: unknown, script: number, isPromise: boolean) => boolean) => void
  readonly entered?: (script: number) => void
}

/** Runs scripts as a runner does, in this process. */
export const runInside = (scripts: Parameters<typeof jobOf>[0], { strays, entered = () => undefined, ...more }: Inside = {}) => {
  const job = jobOf(scripts, more)
  const order = { ...job, user: structuredClone(job.user), context: structuredClone(job.context) }
  return runScripts(order, { updateMetadata: job.updateMetadata, now: () => performance.now(), entered, ...(strays && { strays }) })
}

/** The one rule whose body this is. */
export const rule = (body: string): string => `function (user, context, callback) {\n${body}\n}`

/** What was said on the console and by Usher, `level: text`. */
export const linesOf = ({ console: lines }: JobResult): readonly string[] => lines.map(({ level, text }) => `${level}: ${text}`)

/** A passed result's user and context; fails the test for any other. */
export const passedOf = (result: JobResult) => {
  if (result.kind !== 'passed') throw new Error(`not passed: ${JSON.stringify(result)}`)
  return result
}

/** What a denial says: name, message, whether it is a refusal; fails the test for any other. */
export const deniedOf = (result: JobResult) => {
  if (result.kind !== 'denied') throw new Error(`not denied: ${JSON.stringify(result)}`)
  return { rule: result.rule, name: result.name, message: result.message, isRefusal: result.isRefusal }
}
