import { UsherError } from '#kernel/errors.ts'
import type { Clock } from '#kernel/clock.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Log } from '#kernel/log.ts'
import type { RuleRun, RuleSettings } from '#kernel/rule.ts'
import { contextFor } from './facade/context.ts'
import { userFor } from './facade/person.ts'
import { verdictOf } from './facade/verdict.ts'
import type { Isolation, Job, JobResult, Script } from './isolation.ts'
import { createKeeping } from './keeping.ts'
import { recordOf } from './run-record.ts'
import { inTurn, revealed, scriptOf } from './scripts.ts'
import type { RuleCaller, RuleOrder, RuleOutcome, RuleRunner } from './runner.ts'

export interface RuleRunnerParts {
  readonly isolation: Pick<Isolation, 'run'>
  /** Lets a rule call the Management API for as long as it runs. */
  readonly tokens: { readonly issue: (caller: RuleCaller) => string; readonly revoke: (token: string) => void }
  readonly updateMetadata: (change: {
    readonly kind: 'app' | 'user'
    readonly publicId: string
    readonly patch: JsonObject
    readonly caller: RuleCaller
  }) => Promise<JsonObject>
  /** Keeps what happened, for those who look after the rules. Never waited for. */
  readonly keep: (run: RuleRun) => Promise<void>
  readonly publicUrl: URL
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

const LONGEST_SAID = 300
/** Of Usher's own, in one run. */
const MOST_NOTES = 200

/** Runs an organization's rules: puts a sign-in into Auth0's words, has them run elsewhere, and reads what they say. */
export const ruleRunner = (parts: RuleRunnerParts): RuleRunner => {
  const isKept = createKeeping(parts.clock)
  const api = { domain: parts.publicUrl.host, baseUrl: new URL('/api/v2', parts.publicUrl).href }
  return {
    run: async (order) => {
      const prepared = preparedFor(order.settings)
      const notes: string[] = []
      const caller = callerOf(order, notes)
      const token = parts.tokens.issue(caller)
      const job = jobOf(order, { prepared, caller, auth0: { ...api, accessToken: token }, parts })
      const result = await parts.isolation.run(job).catch((error: unknown) => unavailable(error, parts.log))
      parts.tokens.revoke(token)
      parts.log.info('rules_ran', {
        reference: caller.reference,
        user: caller.userId,
        count: prepared.scripts.length,
        kind: result.kind,
        ms: result.timings.reduce((sum, { ms }) => sum + ms, 0),
      })
      if (isKept(result)) keep({ order, job, result, notes }, parts)
      // What a rule named before it sent the person away is still what rules say, and not what a connection did.
      return outcomeOf(result, order.paused ? userFor(order) : job.user, prepared)
    },
  }
}

const keep = (ran: Parameters<typeof recordOf>[0], { keep: kept, log }: RuleRunnerParts): void => {
  const { reference } = ran.job.caller
  // Also what throws at once: a trace decides no sign-in.
  Promise.try(() => kept(recordOf(ran))).catch((error: unknown) => log.error('rule_run_lost', { reference, error }))
}

/** What is the same for every sign-in until the settings change. */
interface Prepared {
  readonly scripts: readonly Script[]
  readonly configuration: Readonly<Record<string, string>>
}

const preparations = new WeakMap<RuleSettings, Prepared>()

const preparedFor = (settings: RuleSettings): Prepared => {
  const known = preparations.get(settings)
  if (known) return known
  const prepared = { scripts: inTurn(settings.rules).map(scriptOf), configuration: revealed(settings.configuration) }
  preparations.set(settings, prepared)
  return prepared
}

const callerOf = ({ transaction, relyingParty }: RuleOrder, notes: string[]): RuleCaller => ({
  userId: transaction.user.id,
  target: relyingParty.target,
  relyingParty: relyingParty.clientId,
  reference: transaction.request.correlation,
  transaction,
  note: (line) => {
    if (notes.length < MOST_NOTES) notes.push(line.slice(0, 1_000))
  },
})

interface Making {
  readonly prepared: Prepared
  readonly caller: RuleCaller
  readonly auth0: Job['auth0']
  readonly parts: RuleRunnerParts
}

const jobOf = (order: RuleOrder, { prepared, caller, auth0, parts }: Making): Job => ({
  ...prepared,
  user: order.paused?.user ?? userFor(order),
  context: order.paused ? { ...order.paused.context, request: contextFor(order)['request'] ?? {} } : contextFor(order),
  auth0,
  budgetMs: order.settings.budgetMs,
  ...(order.paused && { continueAt: order.paused.at }),
  caller,
  updateMetadata: (kind, publicId, patch) => parts.updateMetadata({ kind, publicId, patch, caller }),
})

const unavailable = (error: unknown, log: Log): JobResult => {
  log.error('rules_unavailable', { error })
  return { kind: 'failed', why: 'unavailable', console: [], timings: [] }
}

const outcomeOf = (result: JobResult, before: JsonObject, { scripts }: Prepared): RuleOutcome => {
  switch (result.kind) {
    case 'passed': {
      const { user, context } = result
      const verdict = verdictOf(
        { before, user, context },
        scripts.map(({ id }) => id),
      )
      return { kind: 'passed', ...verdict }
    }
    case 'denied':
      return { kind: 'denied', failure: deniedBy(result) }
    case 'failed':
      return { kind: 'denied', failure: failedBy(result) }
  }
}

/** An UnauthorizedError, or an error handed to the callback, is a decision; its sentence is for the person only if the rule means it so. */
const deniedBy = ({ rule, message, isRefusal }: Extract<JobResult, { kind: 'denied' }>): UsherError =>
  new UsherError('rule_denied', { detail: { rule }, ...(isRefusal && message && { said: message.slice(0, LONGEST_SAID) }) })

const failedBy = ({ why, rule }: Extract<JobResult, { kind: 'failed' }>): UsherError => {
  const code = why === 'timeout' ? 'rule_timeout' : why === 'unavailable' ? 'rules_unavailable' : 'rule_failed'
  return new UsherError(code, { detail: { reason: why, ...(rule && { rule }) } })
}
