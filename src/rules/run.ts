import type { Job, JobResult, Script } from './isolation.ts'
import type { Why } from './runner-child.ts'
import { jobMessage } from './script-set.ts'

/** Characters of what is new with a run. */
const MOST_MESSAGE = 200_000

/** One sign-in's scripts on their way through a runner. */
export interface Run {
  readonly job: Job
  /** What a runner is told of it. */
  readonly message: string
  /** Takes the first result; later ones are nobody's. */
  readonly settle: (result: JobResult) => void
  /** Milliseconds of a clock that never goes back. */
  readonly arrivedAt: number
  /** Which script is at work. */
  entered: number
  /** It has called out or written something: it must not run again. */
  hasEffects: boolean
  /** It was in a runner that ended, and runs by itself now. */
  isSuspect: boolean
  /** Gives back the place it has, if it has one; called with its result. */
  leave: (() => void) | undefined
  /** What it used of what one run may use. */
  readonly used: { tunnels: number; openTunnels: number; bytes: number; calls: number; strays: number }
}

export const newRun = (job: Job, { settle, now }: { readonly settle: Run['settle']; readonly now: number }): Run => {
  const run: Run = {
    job,
    message: jobMessage(job),
    settle: (result) => {
      const { leave } = run
      // Never deleted: objects that lose a field are slow for ever.
      run.leave = undefined
      leave?.()
      settle(result)
    },
    arrivedAt: now,
    entered: 0,
    hasEffects: false,
    isSuspect: false,
    leave: undefined,
    used: { tunnels: 0, openTunnels: 0, bytes: 0, calls: 0, strays: 0 },
  }
  return run
}

/** Who shares places with whom: people who come the same way to the same relying party are those whom the same scripts hold up. */
export const whoseRun = ({ job: { caller } }: Run): string => `${caller.relyingParty} ${caller.transaction.connection}`

/** A run that cannot be completed, by the script that was at work. */
export const failedRun = (run: Run, why: Why | 'unavailable'): JobResult => {
  const script = scriptAtWork(run)
  return { kind: 'failed', why, ...(script && why !== 'unavailable' && { rule: script.id }), console: [], timings: [] }
}

/** What scripts make of more has no room in a result, and a runner that says so takes no more runs: others would pay for it. */
export const isTooLarge = ({ message }: Run): boolean => message.length > MOST_MESSAGE

/** No runner is asked. */
export const refuseLarge = (run: Run): void => {
  run.job.caller.note(`user and context have ${run.message.length} characters; ${MOST_MESSAGE} are the most that rules are given`)
  run.settle(failedRun(run, 'output'))
}

/** Nobody had a place for it. */
export const turnAway = (run: Run): void => run.settle(failedRun(run, 'unavailable'))

const scriptAtWork = ({ job, entered }: Run): Script | undefined => job.scripts[entered]
