import type { Clock } from '../../src/kernel/clock.ts'

export interface StoryClock extends Clock {
  /** Hours pass; everybody who slept that long wakes, in the order of their time. */
  readonly advance: (ms: number) => void
  /** A call over the network begins; returns what to call when it ends. No time passes meanwhile. */
  readonly busy: () => () => void
  readonly stop: () => void
}

interface Sleeper {
  readonly ms: number
  readonly until: number
  readonly wake: () => void
}

/** Rounds of upkeep and heartbeats: they come only when a story lets time pass. */
const ROUNDS_MS: readonly number[] = [15_000, 60_000]
/** Wall time between two looks whether anything is under way, and how many quiet ones it takes until time goes on. */
const LOOK_MS = 2
const QUIET_LOOKS = 5

/** Time for whole stories over real sockets: waited sleeps end as soon as nobody else has anything to do. */
export const createStoryClock = (start = Date.parse('2026-12-01T09:00:00Z')): StoryClock => {
  let now = start
  let calls = 0
  let quiet = 0
  let sleepers: readonly Sleeper[] = []
  const wakeUntil = (until: number) => {
    for (;;) {
      const [first] = sleepers.filter((one) => one.until <= until).toSorted((one, other) => one.until - other.until)
      if (!first) break
      now = Math.max(now, first.until)
      sleepers = sleepers.filter((one) => one !== first)
      first.wake()
    }
    now = Math.max(now, until)
  }
  const ticking = setInterval(() => {
    const waited = sleepers.filter(({ ms }) => !ROUNDS_MS.includes(ms))
    quiet = calls === 0 && waited.length > 0 ? quiet + 1 : 0
    if (quiet < QUIET_LOOKS) return
    quiet = 0
    wakeUntil(Math.min(...waited.map(({ until }) => until)))
  }, LOOK_MS)
  ticking.unref()
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { ms, until: now + ms, wake: resolve }
        sleepers = [...sleepers, sleeper]
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((one) => one !== sleeper)
          reject(signal.reason)
        })
        return undefined
      }),
    advance: (ms) => wakeUntil(now + ms),
    busy: () => {
      calls += 1
      quiet = 0
      let isOver = false
      return () => {
        if (!isOver) calls -= 1
        quiet = 0
        isOver = true
      }
    },
    stop: () => clearInterval(ticking),
  }
}
