import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { Admitted, Continued, Ruled } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { isSameText } from '#lib/same-text.ts'
import { decide } from './rule-decision.ts'
import type { Decision, RuleResult } from './rule-runs.ts'
import { soon } from './soon.ts'
import { ask, isOfDirectory, next, type Occasion, type Outcome, type Step, startOver } from './step.ts'

const THIRTY_MINUTES_MS = 30 * ONE_MINUTE_MS
/** Beyond the rules' own time: for the runner to be started, and the result to be stored. */
const LEASE_MARGIN_MS = 10_000

/** Admitted → ruled: the organization's rules have their say. They run whoever is watching. */
export const applyRules: Step<Admitted> = async (transaction, occasion) => {
  const { settings, input, visit } = occasion
  if (input?.kind === 'ways') return next(startOver(transaction))
  if (!hasRules(settings.rules)) return withoutRules(transaction, occasion)
  if (input?.kind === 'continue') return next(comeBack(transaction, visit))
  if (transaction.redirect) return ask(transaction, { kind: 'redirect', location: transaction.redirect.location })
  if (await isOthersTurn(transaction, occasion)) return wait(transaction, occasion)
  const coming = begin(transaction, occasion)
  const result = await soon(coming, occasion.parts.clock)
  if (!result) return leaveRunning(coming, transaction, occasion)
  occasion.parts.ruleRuns.forget(transaction)
  const decision = decidedBy(result)
  if (decision.kind === 'elsewhere') return ask(decision.transaction, { kind: 'redirect', location: decision.location })
  return next(decision.transaction)
}

/** Whether anything runs at all; actions count. */
export const hasRules = ({ rules }: RuleSettings): boolean => rules.some(({ enabled }) => enabled)

const withoutRules = (transaction: Admitted, occasion: Occasion): Outcome => {
  // Where rules decide who is let in, nobody is while there are none.
  if (occasion.relyingParty.admission.policy === 'rule' && !isOfDirectory(transaction, occasion)) throw new UsherError('not_admitted')
  const { running: _running, redirect: _redirect, continued: _continued, ...admitted } = transaction
  const ruled: Ruled = { ...admitted, stage: 'ruled' }
  return next(ruled)
}

/** Starts or joins the rules of this sign-in. */
const begin = (transaction: Admitted, occasion: Occasion): Promise<RuleResult> => {
  const { ruleRuns } = occasion.parts
  const running = ruleRuns.find(transaction)
  if (running !== undefined) return running
  return ruleRuns.begin(transaction, () => decide(transaction, occasion))
}

/** The visit ends before the rules do; storage will learn what came of them, so that any node goes on from there. */
const leaveRunning = (coming: Promise<RuleResult>, transaction: Admitted, occasion: Occasion): Outcome => {
  const isNews = transaction.running?.owner !== occasion.parts.ruleRuns.owner
  if (isNews) coming.then((result) => remember(result, transaction, occasion)).catch(() => undefined)
  return wait(isNews ? withLease(transaction, occasion) : transaction, occasion)
}

const remember = async (result: RuleResult, turn: Admitted, { parts }: Occasion): Promise<void> => {
  const { transactions } = parts.books
  const found = await transactions.find(turn.id, parts.clock.now())
  if (found?.transaction.stage !== 'admitted' || found.transaction.running?.owner !== parts.ruleRuns.owner) return
  const { running: _, ...released } = found.transaction
  if (result.kind === 'failed') return void (await transactions.advance(released, found.version))
  if (await transactions.advance(result.decision.transaction, found.version)) parts.ruleRuns.forget(turn)
}

const decidedBy = (result: RuleResult): Decision => {
  if (result.kind === 'decided') return result.decision
  throw result.error
}

/**
 * Whether the rules of this sign-in have to wait: another process runs them, or is at the account that they may ask for.
 * That ends by itself, also when the process is dead, and rules have too little time to wait for it themselves.
 */
export const isOthersTurn = async (
  transaction: Admitted,
  { parts, settings, relyingParty }: Pick<Occasion, 'parts' | 'settings' | 'relyingParty'>,
): Promise<boolean> => {
  const { user, directory, standing } = transaction
  if (parts.ruleRuns.find(transaction) !== undefined) return false
  if (parts.ruleRuns.isElsewhere(transaction)) return true
  return !directory && !standing?.subject && parts.target(settings, relyingParty.target).isElsewhere(user.id)
}

const withLease = (transaction: Admitted, { parts, settings }: Occasion): Admitted => ({
  ...transaction,
  running: { owner: parts.ruleRuns.owner, until: parts.clock.now() + settings.rules.budgetMs + LEASE_MARGIN_MS },
})

const wait = (transaction: Admitted, { visit }: Occasion): Outcome =>
  ask(
    { ...transaction, expiresAt: Math.max(transaction.expiresAt, visit.at + THIRTY_MINUTES_MS) },
    { kind: 'wait', transaction: transaction.id },
  )

/** Back from the site a rule sent the person to. Throws `invalid_request` unless it brings the state along. */
const comeBack = (transaction: Admitted, visit: Visit): Admitted => {
  const { redirect, ...rest } = transaction
  if (!redirect || !isSameText(redirect.state, continueState(visit) ?? '')) throw new UsherError('invalid_request')
  return { ...rest, continued: { ...continuedBy(visit), ...(redirect.paused && { paused: redirect.paused }) } }
}

/** The state that leads back from a rule's redirect, in the query or the form. One only. */
export const continueState = (visit: Visit): string | undefined => {
  const all = [...visit.url.searchParams.getAll('state'), ...visit.form.getAll('state')]
  return new Set(all).size === 1 ? all[0] : undefined
}

const continuedBy = ({ url, form }: Visit): Continued => ({ query: Object.fromEntries(url.searchParams), body: Object.fromEntries(form) })
