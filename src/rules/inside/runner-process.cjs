'use strict'
// The program of a runner: scripts of several sign-ins run here, next to one another. It hears and says everything over
// one pipe; Usher believes nothing of it.
const { AsyncLocalStorage } = require('node:async_hooks')
const { writeSync } = require('node:fs')
const net = require('node:net')
const { MOST_FRAME_BYTES, frameOf, frameReader, fromRunner, toRunner } = require('./frames.cjs')
const { end } = require('./lockdown.cjs')
const { createLink } = require('./tunnel.cjs')
const { installTunnels } = require('./connect.cjs')

const [, , scriptsModule, ...innerNames] = process.argv
const PIPE = 3

/** Which run and which of its scripts is at work: `{ run, script, state }`. */
const current = new AsyncLocalStorage()
const place = () => current.getStore()

const PIPE_BYTES = 64 * 1024
/** What comes in always lies in the same memory: nothing is allocated for what is read at once. */
const onread = {
  buffer: Buffer.alloc(PIPE_BYTES),
  callback: (bytes, buffer) => {
    read(buffer.subarray(0, bytes))
    return true
  },
}
const pipe = new net.Socket({ fd: PIPE, readable: true, writable: true, onread })

/** Straight into the pipe while there is room; what a script does next, if it never returns, then no longer matters. */
const send = (kind, id, payload) => {
  const frame = frameOf(kind, id, payload)
  const written = pipe.writableLength === 0 ? writtenAtOnce(frame) : 0
  if (written < frame.length) pipe.write(written === 0 ? frame : frame.subarray(written))
}

const REGISTER = 4
const SLOTS = 512
const slot = Buffer.alloc(8)

/** Writes down how far a run has come, for whoever finds this process dead. */
const register = (run, script) => {
  slot.writeUInt32LE(run, 0)
  slot.writeUInt32LE(script, 4)
  writeSync(REGISTER, slot, 0, slot.length, (run % SLOTS) * slot.length)
}

const writtenAtOnce = (frame) => {
  try {
    return writeSync(PIPE, frame)
  } catch (error) {
    if (error.code === 'EAGAIN') return 0
    throw error
  }
}

const link = createLink({ send, place })
installTunnels({ link, innerNames: new Set(innerNames), place })
const { runScripts, warm } = require(scriptsModule)

/** Scripts and configuration: they come with the first run and stay the same. */
let set = { scripts: [], configuration: {} }
const states = new Map()
const calls = new Map()
let lastCall = 0

const messageOf = (error) => {
  try {
    return String(error?.message ?? error).slice(0, 1_000)
  } catch {
    return 'an error that cannot be shown'
  }
}

const start = (id, { set: newSet, job }) => {
  if (newSet) set = frozen(newSet)
  const state = { id, scripts: set.scripts, isOver: false }
  states.set(id, state)
  current.run({ run: id, script: 0, state }, () => {
    runScripts({ ...job, ...set }, hostOf(state)).then(
      (result) => finish(state, result),
      (error) => finish(state, deniedIn(state.scripts[0], error)),
    )
  })
}

/** What all runs share must not be a place where one leaves something for the next. */
const frozen = ({ scripts, configuration }) => ({
  scripts: Object.freeze(scripts.map((script) => Object.freeze({ ...script, secrets: Object.freeze(script.secrets) }))),
  configuration: Object.freeze(configuration),
})

/** Less than `messages.ts` takes. */
const MOST_CHANGE_BYTES = 63 * 1024
const MOST_CHANGE_DEPTH = 30

const isDeeper = (value, most) =>
  typeof value === 'object' && value !== null && (most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1)))

const hostOf = (state) => ({
  now: Date.now,
  entered: (script) => {
    current.enterWith({ run: state.id, script, state })
    // That the first script is at work is what the beginning of a run means.
    if (script > 0) register(state.id, script)
  },
  updateMetadata: (kind, publicId, patch) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify({ run: state.id, kind, publicId, patch })
      // Usher ends a runner that says more, and with it the sign-ins of everybody else.
      if (Buffer.byteLength(text) > MOST_CHANGE_BYTES || isDeeper(patch, MOST_CHANGE_DEPTH))
        return reject(new Error('the change of metadata is too large or too deep'))
      lastCall += 1
      calls.set(lastCall, { resolve, reject })
      send(fromRunner.update, lastCall, text)
    }),
  strays: (take, sanitized) => {
    state.take = take
    state.sanitized = sanitized
  },
})

/** The first word about a run counts. */
const finish = (state, result) => {
  if (state.isOver) return
  state.isOver = true
  states.delete(state.id)
  send(fromRunner.result, state.id, textOf(state, result))
}

const FAILED = { kind: 'failed', console: [], timings: [] }

const textOf = (state, result) => {
  try {
    const text = JSON.stringify(result)
    return text.length < MOST_FRAME_BYTES / 4 ? text : JSON.stringify({ ...FAILED, why: 'output' })
  } catch {
    // It refers to itself, or holds what JSON has no word for: the last script is the one that left it so.
    const last = result.timings?.at(-1)?.rule
    const script = state.scripts.find(({ id }) => id === last) ?? state.scripts[0]
    return JSON.stringify(deniedIn(script, new Error('user or context cannot be written as JSON')))
  }
}

const deniedIn = (script, error) => ({
  kind: 'denied',
  rule: script.id,
  name: script.name,
  message: messageOf(error),
  isRefusal: false,
  console: [],
  timings: [],
})

/** Something was thrown that nobody waited for, or a promise was rejected and nobody looked. */
const stray = (error, isPromise = false) => {
  const here = place()
  const isRunning = here && !here.state.isOver
  // It is written down, and may be of a run that is over: without the secrets of either.
  const message = here ? (here.state.sanitized?.(error).message ?? messageOf(error)) : 'an error that belongs to no sign-in'
  if (isRunning && here.state.take?.(error, here.script, isPromise)) return
  send(fromRunner.stray, here?.run ?? 0, JSON.stringify({ script: here?.script ?? 0, message }))
  if (isRunning && !here.state.take) finish(here.state, deniedIn(here.state.scripts[here.script], error))
}

/** The beat that says that nothing keeps this process from listening any more; others are counted from one. */
const WARM = 0

const PRACTICE = {
  scripts: [
    {
      id: 'practice',
      name: 'Practice',
      kind: 'rule',
      script: 'function (user, context, callback) { callback(null, user, context) }',
      legacyGlobals: false,
      secrets: {},
    },
  ],
  user: {},
  context: {},
  configuration: {},
  auth0: { domain: 'localhost', baseUrl: 'https://localhost/api/v2', accessToken: '' },
  budgetMs: 1_000,
}

/** A run that means nothing: the first that does finds its ways trodden. */
const practice = async () => {
  const host = {
    now: Date.now,
    entered: () => undefined,
    updateMetadata: () => Promise.reject(new Error('practice')),
    afterwards: () => undefined,
  }
  for (let turn = 0; turn < 20; turn += 1) await runScripts(PRACTICE, host)
}

let warming

/** Nothing runs before it is over, so that whoever is waited for afterwards is a script. */
const warmUp = async () => {
  try {
    warm()
    await practice()
  } catch {
    // What cannot be loaded now is missed by whoever asks for it.
  }
  warming = undefined
  send(fromRunner.pong, WARM)
}

const begin = (id, message) => {
  if (warming) warming.then(() => start(id, message))
  else start(id, message)
}

const answered = (id, { user, error }) => {
  const call = calls.get(id)
  calls.delete(id)
  if (error === undefined) call?.resolve(user)
  else call?.reject(new Error(error))
}

const take = (kind, id, payload) => {
  switch (kind) {
    case toRunner.run:
      return begin(id, JSON.parse(payload.toString()))
    case toRunner.updated:
      return answered(id, JSON.parse(payload.toString()))
    case toRunner.ping:
      return send(fromRunner.pong, id)
    case toRunner.warm:
      warming = warmUp()
      return
    default:
      return link.take(kind, id, payload)
  }
}

const read = frameReader(take)
process.on('uncaughtException', (error) => stray(error))
process.on('unhandledRejection', (error) => stray(error, true))
pipe.on('close', end)
// The other side is gone or about to be.
pipe.on('error', end)
send(fromRunner.ready, 0)
