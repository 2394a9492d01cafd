import type { Clock } from '../../src/kernel/clock.ts'
import { createDormitory } from './dormitory.ts'

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

/** Whether anything showed a sign of life of late. */
const createLife = (quietTurns: number) => {
  let signs = 0
  let held = 0
  return {
    sign: (): void => {
      signs += 1
    },
    hold: async <T>(work: Promise<T>): Promise<T> => {
      held += 1
      try {
        return await work
      } finally {
        held -= 1
        signs += 1
      }
    },
    /** Resolves when nothing can be expected to go on. */
    settled: async (): Promise<void> => {
      for (let quiet = 0, seen = signs; quiet < quietTurns; quiet += 1) {
        await turn()
        if (signs === seen && held === 0) continue
        seen = signs
        quiet = -1
      }
    },
  }
}

export const jumpClock = ({ start = START, quietTurns = QUIET_TURNS }: JumpClockOptions = {}): JumpClock => {
  const dormitory = createDormitory()
  const life = createLife(quietTurns)
  let now = start
  let count = 0

  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      life.sign()
      if (signal?.aborted === true) return reject(signal.reason)
      count += 1
      const sleeper = { until: now + Math.max(0, ms), number: count, wake: resolve }
      dormitory.add(sleeper)
      const wakeEarly = (): void => {
        dormitory.leave(sleeper)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', wakeEarly, { once: true })
    })

  /** To the next moment at which anybody wakes; wakes all who sleep until then. False when nobody does by `limit`. */
  const jump = (limit: number): boolean => {
    const first = dormitory.next()
    if (first === undefined || first.until > limit) return false
    now = Math.max(now, first.until)
    for (let sleeper = dormitory.next(); sleeper !== undefined && sleeper.until <= now; sleeper = dormitory.next()) {
      dormitory.take()
      sleeper.wake()
    }
    return true
  }

  return {
    now: () => {
      life.sign()
      return now
    },
    sleep,
    run: (work) => runToEnd(work, life.settled, () => jump(Number.POSITIVE_INFINITY)),
    hold: life.hold,
    pass: async (ms) => {
      const end = now + ms
      await life.settled()
      while (jump(end)) await life.settled()
      now = end
    },
  }
}

const runToEnd = async <T>(work: () => Promise<T>, settled: () => Promise<void>, jump: () => boolean): Promise<T> => {
  let isOver = false
  const outcome = work().finally(() => {
    isOver = true
  })
  outcome.catch(() => undefined)
  for (;;) {
    await settled()
    if (isOver) return outcome
    if (!jump() && !isOver) throw new Error('nothing can go on: nobody sleeps, and the work is not over')
  }
}
