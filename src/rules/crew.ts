import type { Log } from '#kernel/log.ts'
import { toRunner } from './frames.ts'
import { createFairShare, type FairShare } from './fair-share.ts'
import { failureOf, suspectOf } from './left-behind.ts'
import { leastBusy, type Member, type MemberEnd } from './member.ts'
import { TICK_MS } from './pulse.ts'
import { createRenewal } from './renewal.ts'
import { failedRun, isTooLarge, refuseLarge, type Run, turnAway, whoseRun } from './run.ts'
import type { ScriptSet } from './script-set.ts'
import { createScriptSets, type ScriptSets } from './script-sets.ts'
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts'

export interface CrewLimits {
  /** Runners at work; one more is kept warm. */
  readonly runners: number
  readonly runsPerRunner: number
  /** Runs that wait for a place. */
  readonly waiting: number
  /** How old a runner becomes. */
  readonly lifeMs: number
}

export interface CrewParts {
  readonly hire: (events: {
    readonly changed: (member: Member) => void
    readonly ended: (member: Member, end: MemberEnd) => void
  }) => Member
  readonly limits: CrewLimits
  readonly log: Log
  readonly now: () => number
}

/** Several runners that share the work. */
export interface Crew {
  /** Resolves when the first takes work; rejects when it does not. */
  readonly start: () => Promise<void>
  readonly assign: (run: Run) => void
  readonly stop: () => Promise<void>
}

/** From this many runs on, another runner is worth its memory. */
const BUSY_RUNS = 8
const IDLE_MS = 60_000
/** A runner that starts takes a processor for a while: whoever made it necessary goes first. */
const REFILL_MS = 50
const ALWAYS = 2

interface State {
  /** At work, each for one set of scripts. */
  readonly members: Set<Member>
  /** Started and warm, for whichever set needs them. */
  readonly blanks: Member[]
  readonly sets: ScriptSets
  readonly places: FairShare
  readonly waiting: WaitingRoom
  readonly suspects: Run[]
  /** Processes that were told to end and are still there. */
  readonly leaving: Set<Promise<void>>
  /** Has one suspect to itself. */
  solo?: Member
  refill?: NodeJS.Timeout
  ticker?: NodeJS.Timeout
  idle?: NodeJS.Timeout
  readonly renew: (member: Member) => void
  isStopped: boolean
}

export const createCrew = (parts: CrewParts): Crew => {
  const { runners, runsPerRunner, waiting } = parts.limits
  const members = new Set<Member>()
  const state: State = {
    ...{ members, blanks: [], suspects: [], leaving: new Set(), isStopped: false },
    places: createFairShare(runners * runsPerRunner),
    waiting: createWaitingRoom(waiting),
    sets: createScriptSets((gone) => {
      for (const member of members) if (member.set() === gone) member.retire()
    }),
    renew: createRenewal(parts.now),
  }
  const work: Work = {
    ...parts,
    state,
    events: { changed: (member) => goOn(work, member), ended: (member, end) => bury(work, member, end) },
  }
  return {
    start: async () => {
      const first = hireBlank(work)
      await first.child.ready
      keepBlanks(work)
    },
    assign: (run) => assign(work, run),
    stop: () => stop(work),
  }
}

interface Work extends CrewParts {
  readonly state: State
  readonly events: Parameters<CrewParts['hire']>[0]
}

const hireBlank = ({ hire, events, state }: Work): Member => {
  const member = hire(events)
  state.blanks.push(member)
  member.child.ready.then(
    () => member.child.send(toRunner.warm, 0),
    () => undefined,
  )
  return member
}

/** One at work and one to spare; when the one at work has gone, two to spare. */
const keepBlanks = (work: Work): void => {
  const { state } = work
  while (!state.isStopped && state.blanks.length < Math.max(1, ALWAYS - state.members.size)) hireBlank(work)
}

const adopt = (work: Work): Member => {
  const { state } = work
  if (state.blanks.length === 0) hireBlank(work)
  const member = state.blanks.find((blank) => blank.isWarm()) ?? state.blanks[0]
  if (!member) throw new Error('a runner that was there a moment ago')
  state.blanks.splice(state.blanks.indexOf(member), 1)
  state.members.add(member)
  state.refill ??= setTimeout(() => {
    delete state.refill
    keepBlanks(work)
  }, REFILL_MS)
  return member
}

const assign = (work: Work, run: Run): void => {
  const { waiting } = work.state
  if (isTooLarge(run)) return refuseLarge(run)
  if (waiting.isEmpty() && place(work, run)) return
  if (!waiting.admit(run)) return turnAway(run)
  waiting.offer((one) => place(work, one))
  keepTicking(work)
}

/** Gives a run to a runner; false when all are busy, or whose it is has enough of them. */
const place = (work: Work, run: Run): boolean => {
  const { places, sets } = work.state
  const whose = whoseRun(run)
  if (!places.take(whose)) return false
  const set = sets.of(run.job)
  const member = choose(work, set)
  if (!member) {
    places.giveBack(whose)
    return false
  }
  run.leave = () => places.giveBack(whose)
  member.give(run, set)
  keepTicking(work)
  return true
}

const choose = (work: Work, set: ScriptSet): Member | undefined => {
  const { state, limits, now } = work
  for (const member of state.members) if (now() - member.bornAt > limits.lifeMs) member.retire()
  const fit = [...state.members].filter((member) => !member.isRetired() && member !== state.solo)
  const own = fit.filter((member) => member.set() === set)
  const best = leastBusy(own.filter((member) => member.load() < limits.runsPerRunner))
  // Scripts that have no runner get one, however many serve those that were in force before.
  const hasRoom = (own.length === 0 || fit.length < limits.runners) && hasRoomForMore(state, 3 * limits.runners)
  return hasRoom && (best?.load() ?? BUSY_RUNS) >= BUSY_RUNS ? adopt(work) : best
}

/** Retired ones may be many for a while; those that only wait for what somebody left behind go first. */
const hasRoomForMore = ({ members }: State, most: number): boolean => {
  if (members.size < most) return true
  const [idle] = [...members].filter((member) => member.isRetired() && member.load() === 0)
  idle?.child.kill('crash')
  return idle !== undefined && members.delete(idle)
}

/** A member has ended: what it had goes on elsewhere if that does no harm, and fails if it might. */
const bury = (work: Work, member: Member, end: MemberEnd): void => {
  const { state, log } = work
  const { ending, left } = end
  remove(state, member)
  if (left.length > 0 || !ending.isOurs) log.warn('rule_runner_ended', { reason: ending.why, count: left.length })
  for (const run of left) {
    const why = state.isStopped ? 'unavailable' : failureOf(run, end)
    if (why) run.settle(failedRun(run, why))
    else state.suspects.push(suspectOf(run))
  }
  // One that does not even start is not tried again and again; the next sign-in does.
  if (ending.hadStarted && state.suspects.length === 0) keepBlanks(work)
  goOn(work)
}

const remove = (state: State, member: Member): void => {
  const { gone } = member.child
  state.leaving.add(gone)
  void gone.then(() => state.leaving.delete(gone))
  state.members.delete(member)
  if (state.blanks.includes(member)) state.blanks.splice(state.blanks.indexOf(member), 1)
  if (state.solo === member) delete state.solo
}

/** Gives what waits to whoever is free. */
const goOn = (work: Work, changed?: Member): void => {
  const { state } = work
  if (state.isStopped) return
  if (changed) state.renew(changed)
  if (state.solo?.load() === 0) delete state.solo
  const suspect = state.solo ? undefined : state.suspects.shift()
  if (suspect) {
    state.solo = adopt(work)
    state.solo.give(suspect, state.sets.of(suspect.job))
    keepTicking(work)
  }
  state.waiting.offer((run) => place(work, run))
}

const keepTicking = (work: Work): void => {
  const { state } = work
  clearTimeout(state.idle)
  state.ticker ??= setInterval(() => tick(work), TICK_MS)
}

const tick = (work: Work): void => {
  const { state, now } = work
  let isBusy = state.suspects.length > 0
  for (const member of [...state.members]) {
    state.renew(member)
    isBusy = member.tick() || isBusy
  }
  const moment = now()
  for (const run of state.waiting.release(({ arrivedAt, job }) => moment - arrivedAt > job.budgetMs)) turnAway(run)
  if (isBusy || !state.waiting.isEmpty()) return
  clearInterval(state.ticker)
  delete state.ticker
  state.idle = setTimeout(() => shrink(state), IDLE_MS).unref()
}

/** After a rush, one runner for the scripts in force is enough. */
const shrink = ({ members, sets }: State): void => {
  const [kept] = [...members].filter((member) => member.set() === sets.newest())
  for (const member of [...members]) if (member !== kept) member.retire()
}

const stop = async ({ state }: Work): Promise<void> => {
  state.isStopped = true
  clearInterval(state.ticker)
  clearTimeout(state.idle)
  clearTimeout(state.refill)
  for (const run of [...state.waiting.release(() => true), ...state.suspects.splice(0)]) turnAway(run)
  const all = [...state.members, ...state.blanks]
  for (const member of all) member.child.kill('crash')
  await Promise.all([...state.leaving, ...all.map(({ child }) => child.gone)])
}
