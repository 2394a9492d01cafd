import type { Run } from './run.ts'

/** A script that merely waits is ended inside, a moment before this; one that cannot be, here. */
const LATE_MS = 100
/** On a busy machine the moment takes longer, and the other runs of a runner that is alive are worth waiting for. */
const MOST_MOMENTS = 10
/** Of those that left nothing open, more are forgotten earlier: their next word can only be their first. */
const MOST_LINGERING = 256

export interface RunBookParts {
  /** How long a finished run's connections and writes may go on. */
  readonly graceMs: number
  readonly now: () => number
  /** Whether the runner hears what it is told, and so will end a run by itself. */
  readonly isListening: () => boolean
  /** A run has had all its time and more. */
  readonly overdue: (run: Run) => void
}

/** The runs of one runner by number: those without a result, and those that may still be finishing something. */
export const createRunBook = ({ graceMs, now, isListening, overdue }: RunBookParts) => {
  const running = new Map<number, { readonly run: Run; deadline: NodeJS.Timeout }>()
  const lingering = createLingering(graceMs, now)
  let last = 0
  const wait = (id: number, ms: number, moments: number): NodeJS.Timeout =>
    setTimeout(() => {
      const entry = running.get(id)
      if (entry && moments < MOST_MOMENTS && isListening()) entry.deadline = wait(id, LATE_MS, moments + 1)
      else if (entry) overdue(entry.run)
    }, ms)
  return {
    add: (run: Run): number => {
      last += 1
      running.set(last, { run, deadline: wait(last, run.job.budgetMs + LATE_MS, 0) })
      return last
    },
    /** A run that waits for its result. */
    running: (id: number): Run | undefined => running.get(id)?.run,
    /** A run that may still call out and write. */
    find: (id: number): Run | undefined => running.get(id)?.run ?? lingering.find(id),
    finish: (id: number): void => {
      const entry = running.get(id)
      if (!entry) return
      clearTimeout(entry.deadline)
      running.delete(id)
      lingering.add(id, entry.run)
    },
    /** Forgets those whose time to finish has ended, and says which. */
    sweep: lingering.sweep,
    load: (): number => running.size,
    isQuiet: (): boolean => running.size === 0 && lingering.size() === 0,
    /** Forgets all of them; says which had no result and how far they had come, and whether anything else may have been at work. */
    close: (scriptOf: (id: number) => number | undefined): { readonly left: readonly Run[]; readonly hadOthers: boolean } => {
      const left = [...running].map(([id, { run, deadline }]) => {
        clearTimeout(deadline)
        run.entered = scriptOf(id) ?? 0
        return run
      })
      const hadOthers = lingering.size() > 0
      running.clear()
      lingering.clear()
      return { left, hadOthers }
    },
  }
}

/** Runs that have their result; the oldest first. */
const createLingering = (graceMs: number, now: () => number) => {
  const runs = new Map<number, { readonly run: Run; readonly until: number }>()
  const makeRoom = () => {
    for (const [id, { run }] of runs) {
      if (runs.size <= MOST_LINGERING) return
      if (run.used.openTunnels === 0) runs.delete(id)
    }
  }
  return {
    add: (id: number, run: Run): void => {
      runs.set(id, { run, until: now() + graceMs })
      if (runs.size > MOST_LINGERING) makeRoom()
    },
    find: (id: number): Run | undefined => runs.get(id)?.run,
    size: (): number => runs.size,
    clear: (): void => runs.clear(),
    sweep: (): readonly Run[] => {
      const moment = now()
      const over: Run[] = []
      for (const [id, { run, until }] of runs) {
        if (until > moment) break
        runs.delete(id)
        over.push(run)
      }
      return over
    },
  }
}

export type RunBook = ReturnType<typeof createRunBook>
