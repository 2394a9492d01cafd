import type { Clock } from '../../src/kernel/clock.ts'

/**
 * Virtual time. It stands still while anything in this thread can go on, and jumps to the next sleeper when nothing
 * can; so hours pass in milliseconds, and the same program takes the same way every time.
 */
export interface JumpClock extends Clock {
  /** Runs `work` to its end; time jumps only meanwhile. Throws when nothing can ever go on again. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>
  /** As `work`; no jump while it is under way. For answers that come from outside this thread: sockets, workers, disks. */
  readonly hold: <T>(work: Promise<T>) => Promise<T>
  /** Lets time pass, waking every sleeper on the way. */
  readonly pass: (ms: number) => Promise<void>
}

interface Sleeper {
  readonly until: number
  readonly number: number
  readonly wake: () => void
}

export interface JumpClockOptions {
  /** Milliseconds since the epoch. */
  readonly start?: number
  /** Turns of the event loop without a sign of life after which nothing more is expected. */
  readonly quietTurns?: number
}

const START = Date.parse('2026-03-02T09:00:00Z')
/** An in-process answer never needs more than two between two looks at the clock; the rest is margin. */
const QUIET_TURNS = 6

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Asleep, the next to wake first: a binary heap, since thousands sleep at once. */
const createDormitory = () => {
  const heap: Sleeper[] = []
  const isBefore = (left: Sleeper, right: Sleeper): boolean =>
    left.until < right.until || (left.until === right.until && left.number < right.number)
  const at = (index: number): Sleeper => {
    const sleeper = heap[index]
    if (sleeper === undefined) throw new Error('no such sleeper')
    return sleeper
  }
  const swap = (left: number, right: number): void => {
    const kept = at(left)
    heap[left] = at(right)
    heap[right] = kept
  }
  const rise = (index: number): void => {
    const parent = (index - 1) >> 1
    if (index === 0 || !isBefore(at(index), at(parent))) return
    swap(index, parent)
    rise(parent)
  }
  const sink = (index: number): void => {
    const children = [2 * index + 1, 2 * index + 2].filter((child) => child < heap.length)
    const least = children.reduce((best, child) => (isBefore(at(child), at(best)) ? child : best), index)
    if (least === index) return
    swap(index, least)
    sink(least)
  }
  return {
    add: (sleeper: Sleeper): void => {
      heap.push(sleeper)
      rise(heap.length - 1)
    },
    next: (): Sleeper | undefined => heap[0],
    take: (): void => {
      swap(0, heap.length - 1)
      heap.pop()
      if (heap.length > 1) sink(0)
    },
  }
}

export const jumpClock = ({ start = START, quietTurns = QUIET_TURNS }: JumpClockOptions = {}): JumpClock => {
  const dormitory = createDormitory()
  const awake = new Set<Sleeper>()
  let now = start
  let count = 0
  let signs = 0
  let held = 0

  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      signs += 1
      if (signal?.aborted === true) return reject(signal.reason)
      count += 1
      const sleeper: Sleeper = { until: now + Math.max(0, ms), number: count, wake: resolve }
      dormitory.add(sleeper)
      signal?.addEventListener(
        'abort',
        () => {
          awake.add(sleeper)
          reject(signal.reason)
        },
        { once: true },
      )
    })

  const settle = async (): Promise<void> => {
    for (let quiet = 0, seen = signs; quiet < quietTurns; quiet += 1) {
      await turn()
      if (signs === seen && held === 0) continue
      seen = signs
      quiet = -1
    }
  }

  /** The next who still sleeps. Who was woken by a signal left their place in the dormitory behind. */
  const nextSleeper = (): Sleeper | undefined => {
    for (;;) {
      const sleeper = dormitory.next()
      if (sleeper === undefined || !awake.delete(sleeper)) return sleeper
      dormitory.take()
    }
  }

  /** To the next moment at which anybody wakes; wakes all who sleep until then. False when nobody does by `limit`. */
  const jump = (limit: number): boolean => {
    const first = nextSleeper()
    if (first === undefined || first.until > limit) return false
    now = Math.max(now, first.until)
    for (let sleeper = nextSleeper(); sleeper !== undefined && sleeper.until <= now; sleeper = nextSleeper()) {
      dormitory.take()
      sleeper.wake()
    }
    return true
  }

  return {
    now: () => {
      signs += 1
      return now
    },
    sleep,
    run: async (work) => {
      let isOver = false
      const outcome = work().finally(() => {
        isOver = true
      })
      outcome.catch(() => undefined)
      for (;;) {
        await settle()
        if (isOver) return outcome
        if (!jump(Number.POSITIVE_INFINITY) && !isOver) throw new Error('nothing can go on: nobody sleeps, and the work is not over')
      }
    },
    hold: async (work) => {
      held += 1
      try {
        return await work
      } finally {
        held -= 1
        signs += 1
      }
    },
    pass: async (ms) => {
      const end = now + ms
      await settle()
      while (jump(end)) await settle()
      now = end
    },
  }
}
