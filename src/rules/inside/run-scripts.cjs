'use strict'
// All scripts of one sign-in, one after the other: rules by callback, then actions.
const { runAction } = require('./actions.cjs')
const { createLines, consoleFor } = require('./console.cjs')
const { createRealm } = require('./realm.cjs')
const { runRule } = require('./run-rule.cjs')

const realm = createRealm()
const clone = (value) => realm.parse(JSON.stringify(value ?? {}))

/**
 * @param {object} job what `Job` of isolation.ts says, without its functions
 * @param {object} host `updateMetadata`, `now`, `entered`, `afterwards`
 * @returns {Promise<object>} `JobResult` without what only the process can tell
 */
const runScripts = async (job, host) => {
  const { lines, add } = createLines()
  const timings = []
  const state = { user: clone(job.user), context: clone(job.context) }
  const ending = (outcome) => ({ ...outcome, console: lines, timings })
  let budget
  const late = new Promise((resolve) => {
    budget = setTimeout(resolve, job.budgetMs, { kind: 'failed', why: 'timeout' })
  })
  try {
    for (const [index, script] of job.scripts.entries()) {
      if (isPassedOver(script, job)) continue
      host.entered(index)
      const began = host.now()
      const run = { job, host, script, state, realm, add, console: consoleFor(script.id, add) }
      const outcome = await Promise.race([script.kind === 'action' ? action(run) : runRule(run), late])
      timings.push({ rule: script.id, ms: host.now() - began })
      if (outcome.kind !== 'passed') return ending({ ...outcome, rule: script.id })
      if (isLeaving(script, state)) break
    }
    return ending({ kind: 'passed', user: state.user, context: state.context })
  } finally {
    clearTimeout(budget)
  }
}

/** Whoever comes back to an action does not meet what ran before it again. */
const isPassedOver = (script, { continueAt, scripts }) =>
  continueAt !== undefined && scripts.indexOf(script) < scripts.findIndex(({ id }) => id === continueAt)

/** An action that sends the person away ends the turn; after a rule the others still run. */
const isLeaving = (script, { context }) => script.kind === 'action' && context.redirect?.by === script.id

const action = async ({ job, host, script, state, add, console }) => {
  const { requireFor } = require('./run-rule.cjs')
  const outcome = await runAction(script, {
    user: state.user,
    context: state.context,
    host,
    require: requireFor(script, add),
    console,
    continued: job.continueAt === script.id,
    executedRules: job.scripts.filter(({ kind }) => kind === 'rule').map(({ id }) => id),
    state,
  })
  return outcome.kind === 'denied' ? { name: outcome.isRefusal ? 'UnauthorizedError' : 'Error', ...outcome } : outcome
}

/** Loads what rules usually ask for, so that the first sign-in does not wait for it. */
const warm = () => {
  const { requireModule } = require('./modules.cjs')
  for (const name of ['request-promise', 'request', 'lodash', 'uuid']) requireModule(name)
}

module.exports = { runScripts, warm }
