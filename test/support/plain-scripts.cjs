'use strict'
// The least that can stand in for the evaluator of rules: calls `function (user, context, callback)` in plain Node, one after the other.
const called = (script, { user, context, configuration, require }, host) =>
  new Promise((resolve, reject) => {
    const make = new Function('configuration', 'auth0', 'require', 'process', `return (${script.script}\n)`)
    const auth0 = { users: { updateAppMetadata: (id, patch) => host.updateMetadata('app', id, patch) } }
    const result = make(
      configuration,
      auth0,
      require,
      process,
    )(user, context, (error, newUser = user, newContext = context) =>
      error ? reject(error) : resolve({ user: newUser, context: newContext }),
    )
    if (result instanceof Promise) result.catch(reject)
  })

exports.runScripts = async (job, host) => {
  const timings = []
  let at = { user: job.user, context: job.context }
  const overdue = new Promise((resolve) => setTimeout(resolve, job.budgetMs, 'overdue'))
  for (const [index, script] of job.scripts.entries()) {
    host.entered(index)
    const startedAt = host.now()
    try {
      const outcome = await Promise.race([called(script, { ...at, configuration: job.configuration, require }, host), overdue])
      timings.push({ rule: script.id, ms: host.now() - startedAt })
      if (outcome === 'overdue') return { kind: 'failed', why: 'timeout', rule: script.id, console: [], timings }
      at = outcome
    } catch (error) {
      const message = String(error?.message ?? error)
      return { kind: 'denied', rule: script.id, name: script.name, message, isRefusal: false, console: [], timings }
    }
  }
  return { kind: 'passed', ...at, console: [], timings }
}

exports.warm = () => undefined
