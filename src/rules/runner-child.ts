import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { allowance } from './allowance.ts'
import { type Frame, FrameError, frameOf, frameReader, fromRunner } from './frames.ts'
import type { Jail, Program } from './jail.ts'
import { openRegister, type Register } from './register.ts'
import { innermost, residentBytes } from './process-facts.ts'

export type Why = 'timeout' | 'memory' | 'output' | 'crash'

/** How a runner came to its end. */
export interface Ending {
  readonly why: Why
  /** Usher ended it. */
  readonly isOurs: boolean
  /** Ended without a word: by the kernel short of memory, or by somebody on the machine. */
  readonly isForeign: boolean
  /** It had taken work. */
  readonly hadStarted: boolean
  /** The script a run had come to; undefined for the first. */
  readonly scriptOf: (run: number) => number | undefined
  /** What it said last on standard error, for the log. */
  readonly said: string
}

/** A process in which scripts run, as Usher holds it. */
export interface RunnerChild {
  /** Resolves once it takes work; rejects when it ended before. */
  readonly ready: Promise<void>
  /** Nothing more comes of it. */
  readonly ended: Promise<Ending>
  /** Its process is no more; a moment later than `ended`. */
  readonly gone: Promise<void>
  readonly send: (kind: number, id: number, payload?: string | Uint8Array) => void
  readonly kill: (why: Why) => void
  /** Resident memory of the process itself, not of what it is wrapped in. */
  readonly memoryBytes: () => number
}

export interface RunnerOrder {
  readonly jail: Jail
  readonly take: (frame: Frame) => void
  readonly innerNames: readonly string[]
  readonly heapMb: number
  /** The module that compiles and calls scripts. */
  readonly scriptsModule?: string
  /** Stands in for Node's program in tests of what a hostile one may say. */
  readonly program?: string
  readonly now: () => number
}

const INSIDE = join(import.meta.dirname, 'inside')
const MODULES = resolve(import.meta.dirname, '..', '..', 'node_modules')
/** A frame costs as much as this many bytes, however short it is. */
const FRAME_COST = 1_024
const MOST_AT_ONCE = 8 * 1024 * 1024
const PER_SECOND = 64 * 1024 * 1024
/** What Usher has said and the runner has not read; it stops listening at the first, and loses patience at the second. */
const MOST_UNREAD_BYTES = 1024 * 1024
const TOO_MANY_UNREAD_BYTES = 48 * 1024 * 1024
const MOST_SAID = 4_096
const START_MS = 20_000
const OUT_OF_MEMORY = /heap out of memory|allocation failed|Cannot allocate|out of memory/i

/** Starts a runner. Nothing it says is believed; more than it may say ends it. */
export const startRunner = (order: RunnerOrder): RunnerChild => {
  const register = openRegister()
  const child = spawned(order, register)
  const pipe = child.stdio[3]
  if (!(pipe instanceof Socket)) throw new Error('a runner without its pipe')
  const said = lastWordsOf(child)
  let killedFor: Why | undefined
  let innerPid: number | undefined
  let hadStarted = false

  const kill = (why: Why) => {
    killedFor ??= why
    pipe.pause()
    killGroup(child)
  }
  const gone = exitOf(child)
  const ended = Promise.race([gone, hangUpOf(pipe)]).then((): Ending => {
    killGroup(child)
    const text = said()
    const isForeign = killedFor === undefined && text === ''
    const why = killedFor ?? (OUT_OF_MEMORY.test(text) ? 'memory' : 'crash')
    return { why, isOurs: killedFor !== undefined, isForeign, hadStarted, scriptOf: register.scriptOf, said: text }
  })
  const late = setTimeout(() => kill('crash'), START_MS)
  const ready = new Promise<void>((yes, no) => {
    const take = (frame: Frame) => {
      if (hadStarted) return order.take(frame)
      if (frame.kind !== fromRunner.ready) throw new FrameError('a word before its time')
      hadStarted = true
      clearTimeout(late)
      yes()
    }
    listen(pipe, { take, kill, isKilled: () => killedFor !== undefined, now: order.now })
    ended.then(({ said: text }) => {
      clearTimeout(late)
      no(new Error(`a runner did not start: ${text}`))
    }, no)
  })
  // Whoever waits for it hears of it; nobody has to.
  ready.catch(() => undefined)
  // Those who hear of the end read it first.
  ended.finally(() => setImmediate(register.close)).catch(() => undefined)
  return {
    ready,
    ended,
    gone,
    send: (kind, id, payload) => {
      if (killedFor !== undefined || !pipe.writable) return
      pipe.write(frameOf(kind, id, payload))
      if (pipe.writableLength > TOO_MANY_UNREAD_BYTES) kill('output')
      else if (pipe.writableLength > MOST_UNREAD_BYTES) pipe.pause()
    },
    kill,
    memoryBytes: () => {
      // Before it takes work it may still be on its way into its jail.
      if (hadStarted && child.pid !== undefined) innerPid ??= innermost(child.pid)
      return innerPid === undefined ? 0 : residentBytes(innerPid)
    },
  }
}

const spawned = (order: RunnerOrder, register: Register): ChildProcess => {
  const { jail } = order
  const [file, ...args] = jail.command(programOf(order))
  return spawn(file, args, {
    env: {},
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', register.descriptor],
    ...(jail.uid !== undefined && { uid: jail.uid, gid: jail.uid }),
  })
}

/** Node's permission model without network, files, processes and add-ons, and what it leaves open closed by a preload. */
const programOf = ({ innerNames, heapMb, scriptsModule, program }: RunnerOrder): Program => {
  const scripts = realpathSync(scriptsModule ?? join(INSIDE, 'run-scripts.cjs'))
  const reads = [
    ...new Set([realpathSync(INSIDE), realpathSync(MODULES), ...(scriptsModule ? [scripts] : []), ...(program ? [program] : [])]),
  ]
  const args = [
    '--permission',
    ...reads.map((path) => `--allow-fs-read=${path}`),
    '--no-experimental-sqlite',
    '--no-addons',
    '--disable-sigusr1',
    '--disable-proto=delete',
    '--no-deprecation',
    `--max-old-space-size=${heapMb}`,
    '--max-semi-space-size=2',
    ...['-r', join(INSIDE, 'lockdown.cjs')],
    program ?? join(INSIDE, 'runner-process.cjs'),
    scripts,
    ...innerNames,
  ]
  return { node: process.execPath, args, reads }
}

interface Listening {
  readonly take: (frame: Frame) => void
  readonly kill: (why: Why) => void
  readonly isKilled: () => boolean
  readonly now: () => number
}

const listen = (pipe: Socket, { take, kill, isKilled, now }: Listening): void => {
  const spend = allowance({ most: MOST_AT_ONCE, perSecond: PER_SECOND, now })
  const read = frameReader((frame) => {
    if (isKilled()) return
    if (spend(FRAME_COST + frame.payload.length)) take(frame)
    else kill('output')
  })
  pipe.on('data', (chunk: Buffer) => {
    if (isKilled()) return
    try {
      read(chunk)
    } catch {
      // No frame, or a frame that says what none may say.
      kill('output')
    }
  })
  pipe.on('drain', () => {
    if (!isKilled()) pipe.resume()
  })
  // The process ends as well, and says how.
  pipe.on('error', () => undefined)
}

/** Keeps the end of what it says on standard error. */
const lastWordsOf = (child: ChildProcess): (() => string) => {
  let text = ''
  let total = 0
  child.stderr?.setEncoding('latin1').on('data', (chunk: string) => {
    total += chunk.length
    if (total < 64 * MOST_SAID) text = (text + chunk).slice(-MOST_SAID)
    else child.stderr?.destroy()
  })
  return () => text
}

const exitOf = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    child.on('error', () => done())
    child.on('exit', () => done())
  })

/** Its end of the pipe is closed long before its wrappers are done. What it said last is read in the same turn. */
const hangUpOf = (pipe: Socket): Promise<void> =>
  new Promise((done) => {
    pipe.on('close', () => setImmediate(done))
    pipe.on('end', () => setImmediate(done))
  })

/** A runner leads a group of its own: all of it goes. */
const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has gone already.
  }
}
