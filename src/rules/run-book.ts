import type { Run } from './run.ts'

/** A script that merely waits is ended inside, a moment before this; one that cannot be, here. */
const LATE_MS = 100
/** On a busy machine the moment takes longer, and the other runs of a runner that is alive are worth waiting for. */
const MOST_MOMENTS = 10
/** Of those that left nothing open, more are forgotten earlier: their next word can only be their first. */
const RING = 64

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
    /** It has its result. One that came to its end may linger, and go on for a moment with what it still does. */
    finish: (id: number, { mayLinger }: { readonly mayLinger: boolean }): void => {
      const entry = running.get(id)
      if (!entry) return
      clearTimeout(entry.deadline)
      running.delete(id)
      if (mayLinger) lingering.add(id, entry.run)
    },
    /** Forgets those whose time to finish has ended, and says which. */
    sweep: lingering.sweep,
    load: (): number => running.size,
    isQuiet: (): boolean => running.size === 0 && lingering.isEmpty(),
    /** Forgets all of them; says which had no result and how far they had come, and whether anything else may have been at work. */
    close: (scriptOf: (id: number) => number | undefined): { readonly left: readonly Run[]; readonly hadOthers: boolean } => {
      const left = [...running].map(([id, { run, deadline }]) => {
        clearTimeout(deadline)
        run.entered = scriptOf(id) ?? 0
        return run
      })
      const hadOthers = !lingering.isEmpty()
      running.clear()
      lingering.clear()
      return { left, hadOthers }
    },
  }
}

interface Finished {
  readonly id: number
  readonly run: Run
  readonly until: number
}

/** Runs that have their result. Those that left nothing open lie in a ring: in a rush they make room, and none lives long. */
const createLingering = (graceMs: number, now: () => number) => {
  const ring: (Finished | undefined)[] = Array.from({ length: RING }, () => undefined)
  const open = new Map<number, Finished>()
  let count = 0

  const put = (finished: Finished) => {
    const slot = finished.id % RING
    const before = ring[slot]
    if (before && before.run.used.openTunnels > 0) open.set(before.id, before)
    else if (!before) count += 1
    ring[slot] = finished
  }

  const sweepRing = (moment: number): readonly Finished[] => {
    const over = ring.filter((finished) => finished !== undefined && finished.until <= moment).flatMap((finished) => finished ?? [])
    for (const { id } of over) ring[id % RING] = undefined
    count -= over.length
    return over
  }

  return {
    add: (id: number, run: Run): void => put({ id, run, until: now() + graceMs }),
    find: (id: number): Run | undefined => {
      const finished = ring[id % RING]
      return finished?.id === id ? finished.run : open.get(id)?.run
    },
    isEmpty: (): boolean => count === 0 && open.size === 0,
    clear: (): void => {
      ring.fill(undefined)
      open.clear()
      count = 0
    },
    sweep: (): readonly Run[] => {
      const moment = now()
      const over = [...sweepRing(moment), ...[...open.values()].filter(({ until }) => until <= moment)]
      for (const { id } of over) open.delete(id)
      return over.map(({ run }) => run)
    },
  }
}

export type RunBook = ReturnType<typeof createRunBook>
