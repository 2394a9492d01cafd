import type { RuleRun } from '#kernel/rule.ts'
import type { Job, JobResult } from './isolation.ts'
import type { RuleOrder } from './runner.ts'
import { secretsOf, strikeOut } from './strike-out.ts'

interface Ran {
  readonly order: RuleOrder
  readonly job: Job
  readonly result: JobResult
  /** Usher's own lines about it. */
  readonly notes: readonly string[]
}

/** Every configuration value and secret that a rule may have let slip is struck out. */
export const recordOf = ({ order, job, result, notes }: Ran): RuleRun => {
  const { console, timings, ...outcome } = result
  const body = JSON.stringify({
    order: { user: job.user, context: job.context },
    result: { ...outcome, scripts: job.scripts.map(({ id, name, kind }) => ({ id, name, kind })) },
    console: [...console, ...notes.map((text) => ({ rule: '', level: 'notice', text }))],
    timings,
  })
  return {
    at: order.at,
    userId: order.transaction.user.id,
    relyingParty: order.relyingParty.clientId,
    reference: order.transaction.request.correlation,
    body: JSON.parse(strikeOut(body, secretsOf(job))),
  }
}
