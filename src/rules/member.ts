import { FrameError, type Frame, fromRunner, toRunner } from './frames.ts'
import { strayMessageIn, updateMessageIn } from './messages.ts'
import { createPulse, type Pulse, type PulseLimits } from './pulse.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'
import { createRunBook, type RunBook } from './run-book.ts'
import type { Ending, RunnerChild } from './runner-child.ts'
import { runMessage, type ScriptSet } from './script-set.ts'
import { createTunnels, type Reach, type Tunnels } from './tunnels.ts'

export interface MemberLimits extends PulseLimits {
  /** How long a finished run's connections and writes may go on. */
  readonly graceMs: number
}

export interface MemberParts {
  /** Starts its process; what that says goes to `take`. */
  readonly start: (take: (frame: Frame) => void) => RunnerChild
  readonly reach: Reach
  readonly limits: MemberLimits
  readonly now: () => number
  /** A run has its result, or the member is to be retired. */
  readonly changed: (member: Member) => void
  readonly ended: (member: Member, end: MemberEnd) => void
  /** Something was thrown in it that nobody waited for. */
  readonly strayed: (run: Run | undefined, message: string) => void
}

export interface MemberEnd {
  readonly ending: Ending
  /** The runs that have no result. */
  readonly left: readonly Run[]
  /** The one that is known to be at fault. */
  readonly culprit?: Run
}

/** A runner and the runs in it. */
export interface Member {
  readonly child: RunnerChild
  readonly bornAt: number
  readonly give: (run: Run, set: ScriptSet) => void
  readonly set: () => ScriptSet | undefined
  /** It has loaded what scripts usually need. */
  readonly isWarm: () => boolean
  /** Runs without a result. */
  readonly load: () => number
  /** Takes no more runs, and ends when what it has is done. */
  readonly retire: () => void
  readonly isRetired: () => boolean
  /** A run in it went wrong, and what that left behind is still there. */
  readonly isTainted: () => boolean
  /** To be called every TICK_MS while it says that there is anything in it. */
  readonly tick: () => boolean
}

const MOST_CALLS = 200
/** One run, and all of a runner: a rule that is merely careless throws once or twice, for everybody who is in it. */
const MOST_STRAYS_OF_RUN = 20
const MOST_STRAYS = 1_000
/** From then on a runner is replaced whoever's turn it is. */
const MANY_STRAYS = 200
const MOST_TOLD = 20

interface State {
  set?: ScriptSet
  isRetired: boolean
  isTainted: boolean
  strays: number
  culprit?: Run
}

/** What the handlers of a member's frames share. */
interface Inside extends Pick<MemberParts, 'changed' | 'strayed'> {
  readonly book: RunBook
  readonly child: RunnerChild
  readonly state: State
  readonly pulse: Pulse
  readonly tunnels: Tunnels
}

export const createMember = (parts: MemberParts): Member => {
  const state: State = { isRetired: false, isTainted: false, strays: 0 }
  const book = createRunBook({
    graceMs: parts.limits.graceMs,
    now: parts.now,
    isListening: () => pulse.isListening(),
    overdue: (run) => {
      state.culprit ??= run
      child.kill('timeout')
    },
  })
  const child = parts.start((frame) => take(inside, member, frame))
  const pulse = createPulse(child, parts.limits)
  const tunnels = createTunnels({ send: child.send, reach: parts.reach, runOf: book.find })
  const inside: Inside = { ...parts, book, child, state, pulse, tunnels }

  const endIfDone = () => {
    if (state.isRetired && book.isQuiet()) child.kill('crash')
  }

  child.ended.then(
    (ending) => {
      tunnels.dropAll()
      parts.ended(member, endOf(inside, ending))
    },
    () => undefined,
  )

  const member: Member = {
    child,
    bornAt: parts.now(),
    give: (run, set) => {
      child.send(toRunner.run, book.add(run), runMessage(run.message, state.set ? undefined : set))
      state.set = set
    },
    set: () => state.set,
    isWarm: pulse.isWarm,
    load: book.load,
    retire: () => {
      state.isRetired = true
      endIfDone()
    },
    isRetired: () => state.isRetired,
    isTainted: () => state.isTainted,
    tick: () => {
      for (const run of book.sweep()) if (run.used.openTunnels > 0) tunnels.closeOf(run)
      endIfDone()
      if (book.isQuiet() && !state.isTainted) return false
      pulse.feel()
      return true
    },
  }
  return member
}

const take = (inside: Inside, member: Member, frame: Frame): void => {
  switch (frame.kind) {
    case fromRunner.result:
      finish(inside, frame)
      return inside.changed(member)
    case fromRunner.update:
      return update(inside, frame)
    case fromRunner.pong:
      return inside.pulse.answered(frame.id)
    case fromRunner.stray:
      stray(inside, frame)
      return inside.changed(member)
    default:
      return inside.tunnels.take(frame)
  }
}

const finish = ({ book, state, tunnels }: Inside, { id, payload }: Frame): void => {
  const run = book.running(id)
  if (!run) throw new FrameError('a result nobody waits for')
  const result = resultOf(payload, run.job)
  if (!result) {
    state.culprit = run
    throw new FrameError('a result that is none')
  }
  book.finish(id, { mayLinger: result.kind !== 'failed' })
  if (result.kind === 'failed') {
    state.isTainted = true
    tunnels.closeOf(run)
  }
  run.settle(result)
}

const update = ({ book, child }: Inside, { id, payload }: Frame): void => {
  const { run: runId, kind, publicId, patch } = updateMessageIn(payload)
  const run = book.find(runId)
  const answer = (said: object) => child.send(toRunner.updated, id, JSON.stringify(said))
  if (!run) return answer({ error: 'The sign-in is over.' })
  run.hasEffects = true
  run.used.calls += 1
  if (run.used.calls > MOST_CALLS) return answer({ error: 'Too many changes in one sign-in.' })
  run.job.updateMetadata(kind, publicId, patch).then(
    (user) => answer({ user }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message.slice(0, 300) : 'The change failed.' }),
  )
}

/** Something was thrown that nobody waited for: what it left behind must not stay for long, and nobody may go on throwing. */
const stray = ({ book, child, state, strayed }: Inside, { id, payload }: Frame): void => {
  const { script, message } = strayMessageIn(payload)
  const running = book.running(id)
  if (running?.job.scripts[script]) running.entered = script
  state.isTainted = true
  state.strays += 1
  if (state.strays >= MANY_STRAYS) state.isRetired = true
  const run = book.find(id)
  if (run) run.used.strays += 1
  if (state.strays <= MOST_TOLD) strayed(run, message)
  if (state.strays === MOST_TOLD) strayed(run, 'what else is thrown there is not told')
  if (state.strays <= MOST_STRAYS && (run?.used.strays ?? 0) <= MOST_STRAYS_OF_RUN) return
  if (running) state.culprit ??= running
  child.kill('crash')
}

const endOf = ({ book, state }: Inside, ending: Ending): MemberEnd => {
  const { left, hadOthers } = book.close(ending.scriptOf)
  const [first] = left
  const isAlone = ending.hadStarted && left.length === 1 && !hadOthers && !ending.isForeign
  const culprit = state.culprit ?? (isAlone ? first : undefined)
  return { ending, left, ...(culprit && { culprit }) }
}

/** The one with the fewest runs; undefined where there is none. */
export const leastBusy = (members: readonly Member[]): Member | undefined => {
  let best: Member | undefined
  for (const member of members) if (!best || member.load() < best.load()) best = member
  return best
}
