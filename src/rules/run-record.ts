import type { RuleRun } from '#kernel/rule.ts'
import type { Job, JobResult } from './isolation.ts'
import type { RuleOrder } from './runner.ts'
import { strikeOut } from './strike-out.ts'

interface Ran {
  readonly order: RuleOrder
  readonly job: Job
  readonly result: JobResult
  /** Usher's own lines about it. */
  readonly notes: readonly string[]
}

/** Every configuration value and secret that a rule may have let slip is struck out. */
export const recordOf = ({ order, job, result, notes }: Ran): RuleRun => {
  const clean = strikeOut(job)
  const { console, timings, steps: _, ...outcome } = clean.result(result)
  return {
    at: order.at,
    userId: order.transaction.user.id,
    relyingParty: order.relyingParty.clientId,
    reference: order.transaction.request.correlation,
    body: {
      order: { user: clean.object(job.user), context: clean.object(job.context) },
      result: { ...outcome, scripts: job.scripts.map(({ id, name, kind }) => ({ id, name, kind })) },
      console: [
        ...console.map(({ rule, level, text }) => ({ rule, level, text })),
        ...notes.map((text) => ({ rule: '', level: 'notice', text: clean.text(text) })),
      ],
      timings: timings.map(({ rule, ms }) => ({ rule, ms })),
    },
  }
}
