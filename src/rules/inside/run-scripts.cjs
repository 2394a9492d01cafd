// @ts-check
'use strict'
// All scripts of one sign-in, one after the other: rules by callback, then actions.
const { runAction } = require('./actions.cjs')
const { createLines, consoleFor } = require('./console.cjs')
const { warm } = require('./modules.cjs')
const { redactFor } = require('./redact.cjs')
const { runAtWork } = require('./run-at-work.cjs')
const { sanitized } = require('./rule-errors.cjs')
const { deniedFor, requireFor, runRule } = require('./run-rule.cjs')
const { createTrace } = require('./trace.cjs')

/**
 * @typedef {import('../isolation.ts').JobResult} JobResult
 * @typedef {import('../isolation.ts').Script} Script
 * @typedef {Record<string, any>} Loose
 *
 * @typedef {object} Order `Job` of isolation.ts without what cannot cross to where scripts run; `user` and `context` are written into
 * @property {readonly Script[]} scripts
 * @property {Loose} user
 * @property {Loose} context
 * @property {Readonly<Record<string, string>>} configuration
 * @property {{ readonly domain: string, readonly baseUrl: string, readonly accessToken: string }} auth0
 * @property {number} budgetMs
 * @property {string} [continueAt]
 * @property {boolean} [isTraced] the result says what each script changed
 *
 * @typedef {object} Host
 * @property {(kind: 'app' | 'user', publicId: string, patch: any) => Promise<unknown>} updateMetadata
 * @property {() => number} now milliseconds
 * @property {(script: number) => void} entered called before each script
 * @property {(take: Stray, sanitized: Run['sanitized']) => void} [strays] hands over what takes errors that nobody caught while the
 *   run was on, and what may be said of any error, then or later
 *
 * @callback Stray
 * @param {unknown} error
 * @param {number} script the one in whose name it was thrown
 * @param {boolean} isPromise a promise was rejected and nobody looked
 * @returns {boolean} true when it does no harm
 *
 * @typedef {{ kind: 'passed' } | { kind: 'denied', rule: string, name: string, message: string, isRefusal: boolean }
 *   | { kind: 'failed', why: 'timeout', rule?: string }} Outcome
 *
 * @typedef {object} Run what the scripts of one sign-in share
 * @property {Order} job
 * @property {Host} host
 * @property {{ user: Loose, context: Loose }} state
 * @property {Readonly<Record<string, string>>} configuration
 * @property {import('./console.cjs').Line[]} lines
 * @property {(line: import('./console.cjs').Line) => void} add
 * @property {(rule: string, text: string) => void} notice
 * @property {(rule: string) => object} consoleOf
 * @property {(error: unknown) => ReturnType<typeof sanitized>} sanitized
 * @property {{ rule: string, ms: number }[]} timings
 * @property {ReturnType<typeof createTrace>} [trace]
 * @property {{ script: Script, since: number } | undefined} at the script at work
 * @property {boolean} isOver
 */

/**
 * @param {Order} job
 * @param {Host} host
 * @returns {Promise<JobResult>} never rejects for what a script does
 */
const runScripts = (job, host) =>
  new Promise((resolve) => {
    const run = runOf(job, host)
    /** @param {Outcome} outcome the first one counts */
    const end = (outcome) => {
      if (run.isOver) return
      run.isOver = true
      clearTimeout(budget)
      leave(run)
      resolve(resultOf(run, outcome))
    }
    const budget = setTimeout(() => end(timedOut(run)), job.budgetMs)
    /**
     * @param {unknown} error
     * @param {Script | undefined} script
     */
    const fail = (error, script) => end(script ? deniedFor(run, script, error) : { kind: 'failed', why: 'timeout' })
    host.strays?.((error, index, isPromise) => {
      const script = job.scripts[index]
      // Many rules never look at a promise. That is a line in their log: they called back, or their time will end.
      if (script && isPromise) run.notice(script.id, `a promise was rejected and nobody looked: ${run.sanitized(error).message}`)
      else fail(error, script ?? run.at?.script)
      return isPromise
    }, run.sanitized)
    inOrder(run).then(end, (error) => fail(error, run.at?.script ?? job.scripts[0]))
  })

/**
 * @param {Order} job
 * @param {Host} host
 * @returns {Run}
 */
const runOf = (job, host) => {
  const { user, context, configuration } = job
  const secrets = () => job.scripts.flatMap((script) => Object.values(script.secrets))
  const redact = redactFor(() => ({ configuration, secrets: [...secrets(), job.auth0.accessToken] }))
  const { lines, add, notice } = createLines(redact)
  // Many rules write into these without looking.
  for (const name of ['idToken', 'accessToken', 'samlConfiguration']) context[name] ??= {}
  /** @type {Run} */
  const run = {
    ...{ job, host, lines, notice, state: { user, context } },
    configuration: Object.isFrozen(configuration) ? configuration : Object.freeze({ ...configuration }),
    add,
    consoleOf: (rule) => consoleFor(rule, (line) => runAtWork(run).add(line)),
    sanitized: (error) => sanitized(error, redact),
    ...{ timings: [], at: undefined, isOver: false },
    ...(job.isTraced && { trace: createTrace({ user, context }) }),
  }
  return run
}

/**
 * @param {Run} run
 * @returns {Outcome}
 */
const timedOut = ({ at, job, notice }) => {
  if (!at) return { kind: 'failed', why: 'timeout' }
  notice(at.script.id, `it had not come to an end when the ${job.budgetMs} ms of all rules together were over`)
  return { kind: 'failed', why: 'timeout', rule: at.script.id }
}

/**
 * @param {Run} run
 * @param {Outcome} outcome
 * @returns {any}
 */
const resultOf = ({ state, lines, timings, trace }, outcome) => ({
  ...outcome,
  ...(outcome.kind === 'passed' && { user: state.user, context: state.context }),
  console: lines,
  timings,
  ...(trace && { steps: trace.steps }),
})

/**
 * @param {Run} run
 * @returns {Promise<Outcome>}
 */
const inOrder = async (run) => {
  const { job } = run
  for (const [index, script] of job.scripts.entries()) {
    if (isPassedOver(run, script)) continue
    enter(run, script, index)
    const outcome = script.kind === 'action' ? await action(run, script) : await runRule(run, script)
    // Its time was up, or something it left behind threw: nobody waits for the rest.
    if (run.isOver) return outcome
    goOn(run, script, outcome)
    if (outcome.kind !== 'passed' || isLeaving(run, script)) return outcome
  }
  return { kind: 'passed' }
}

/**
 * @param {Run} run
 * @param {Script} script
 * @param {number} index
 */
const enter = (run, script, index) => {
  run.host.entered(index)
  run.at = { script, since: run.host.now() }
}

/** @param {Run} run */
const leave = (run) => {
  if (run.at) run.timings.push({ rule: run.at.script.id, ms: run.host.now() - run.at.since })
  run.at = undefined
}

/**
 * @param {Run} run
 * @param {Script} script
 * @param {Outcome} outcome
 */
const goOn = (run, script, { kind }) => {
  leave(run)
  if (kind === 'passed') run.trace?.add(script.id, run.state)
}

/**
 * Whoever comes back to an action does not meet what ran before it again; whom a rule sends away meets actions once back.
 * @param {Run} run
 * @param {Script} script
 */
const isPassedOver = ({ job: { scripts, continueAt }, state }, script) => {
  if (continueAt !== undefined) return scripts.indexOf(script) < scripts.findIndex(({ id }) => id === continueAt)
  const { redirect, protocol } = state.context
  return script.kind === 'action' && typeof redirect?.url === 'string' && protocol !== 'redirect-callback'
}

/**
 * An action that sends the person away ends the turn; after a rule the others still run.
 * @param {Run} run
 * @param {Script} script
 */
const isLeaving = ({ state }, script) => script.kind === 'action' && state.context.redirect?.by === script.id

/**
 * @param {Run} run
 * @param {Script} script
 * @returns {Promise<Outcome>}
 */
const action = async (run, script) => {
  const { job, host, state } = run
  /** @type {(script: Script, given: object) => Promise<any>} */
  const call = runAction
  /** @type {any} */
  const outcome = await call(script, {
    ...{ user: state.user, context: state.context, host },
    require: requireFor(script, run.notice),
    console: run.consoleOf(script.id),
    continued: job.continueAt === script.id,
    // Even when the action that sent them away is gone meanwhile.
    hasReturned: job.continueAt !== undefined,
    executedRules: job.scripts.filter(({ kind }) => kind === 'rule').map(({ id }) => id),
  })
  if (outcome.kind !== 'denied') return outcome
  const { message } = run.sanitized(outcome.message)
  return { ...outcome, name: outcome.isRefusal ? 'UnauthorizedError' : 'Error', rule: script.id, message }
}

module.exports = { runScripts, warm }
