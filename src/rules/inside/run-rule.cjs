'use strict'
// One rule of a run: bound, called, and taken at its first word.
const { asRule, compileExpression } = require('./evaluator.cjs')
const { legacyNames, requireModule } = require('./modules.cjs')

const LONGEST_MESSAGE = 500
const NAMES = ['configuration', 'auth0', 'console', 'require']

/** Compiled rules by their text; a runner ends when the texts change, so there are never many. */
const compiled = new Map()

/** @returns {Promise<object>} `{ kind: 'passed' }`, or `denied` with a name and a message that are safe to keep */
const runRule = async (run) => {
  const { state, script, add } = run
  const outcome = await called(run)
  if ('error' in outcome) return { kind: 'denied', ...sanitized(outcome.error) }
  state.user = adopted(outcome.user, state.user, 'user', { add, script })
  state.context = adopted(outcome.context, state.context, 'context', { add, script })
  for (const name of ['idToken', 'accessToken', 'samlConfiguration'])
    if (typeof state.context[name] !== 'object' || state.context[name] === null) state.context[name] = {}
  return { kind: 'passed' }
}

const called = (run) =>
  new Promise((resolve) => {
    const { state, script, add } = run
    let isAnswered = false
    const answer = (outcome, again) => {
      if (isAnswered) return add({ rule: script.id, level: 'notice', text: again })
      isAnswered = true
      return resolve(outcome)
    }
    const failed = (error) => answer({ error }, `after its callback: ${sanitized(error).message}`)
    const callback = (error, user, context) =>
      answer(error ? { error } : { user, context }, 'callback was called again; the first call counts')
    try {
      const returned = bound(run)(state.user, state.context, callback)
      if (typeof returned?.then === 'function') returned.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  })

/** The rule for this run: its free names are this run's. */
const bound = ({ job, host, script, realm, add, console }) => {
  const entry = compiledFor(script, realm)
  entry.notice = (text) => add({ rule: script.id, level: 'notice', text })
  return asRule(entry.bind(job.configuration, auth0For(job, host, script, add), console, requireFor(script, add)))
}

const compiledFor = ({ id, script, legacyGlobals }, { context }) => {
  const key = `${legacyGlobals} ${id} ${script}`
  const known = compiled.get(key)
  if (known) return known
  const entry = {}
  const scope = legacyGlobals ? [legacyScope(entry)] : []
  entry.bind = compileExpression(script, NAMES, { filename: `${id}.js`, realm: context, scope })
  compiled.set(key, entry)
  return entry
}

/** Names that old runtimes had without `require`; loaded when a rule first says one of them. */
const legacyScope = (entry) => {
  const scope = Object.create(null)
  for (const [name, module] of Object.entries(legacyNames)) {
    let value
    Object.defineProperty(scope, name, {
      configurable: true,
      get: () => {
        if (value === undefined) {
          value = requireModule(module).module
          entry.notice(`${name} is there without require only for imported rules: say require('${module}')`)
        }
        return value
      },
      set: (next) => {
        value = next
      },
    })
  }
  return scope
}

const requireFor = (script, add) => (name) => {
  const { module, notice } = requireModule(String(name))
  if (notice) add({ rule: script.id, level: 'notice', text: notice })
  return module
}

/** The restricted management client: promises that are real, and Node's callback for those who like it. */
const auth0For = ({ auth0 }, host, script, add) => {
  const update = (kind) => (userId, patch, callback) => {
    const done = Promise.resolve().then(() => host.updateMetadata(kind, String(userId), JSON.parse(JSON.stringify(patch ?? {}))))
    done.then(
      (user) => typeof callback === 'function' && callback(null, user),
      (error) => {
        add({ rule: script.id, level: 'notice', text: `metadata was not changed: ${sanitized(error).message}` })
        if (typeof callback === 'function') callback(error)
      },
    )
    return done
  }
  return { ...auth0, users: { updateAppMetadata: update('app'), updateUserMetadata: update('user') } }
}

const adopted = (given, known, what, { add, script }) => {
  if (given === undefined || given === null || given === known) return known
  const isPlain = typeof given === 'object' && !Array.isArray(given)
  add({
    rule: script.id,
    level: 'notice',
    text: `callback was given ${isPlain ? 'another' : 'no'} ${what}; ${isPlain ? 'it is used' : 'the one there was is kept'}`,
  })
  return isPlain ? given : known
}

/** Its name and its sentence, and nothing else of it: errors of requests carry what was sent, secrets included. */
const sanitized = (error) => {
  try {
    if (typeof error === 'string') return { name: 'Error', message: error.slice(0, LONGEST_MESSAGE), isRefusal: false }
    const { name, message } = Object(error)
    const known = typeof name === 'string' ? name.slice(0, 100) : 'Error'
    return {
      name: known,
      message: typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : '',
      isRefusal: known === 'UnauthorizedError',
    }
  } catch {
    return { name: 'Error', message: '', isRefusal: false }
  }
}

module.exports = { runRule, requireFor, sanitized }
