import type { Clock } from '../../src/kernel/clock.ts'

export interface StoryClock extends Clock {
  /** Hours pass; everybody who slept that long wakes, in the order of their time. */
  readonly advance: (ms: number) => void
  /** A call over the network begins; returns what to call when it ends. No time passes meanwhile. */
  readonly busy: () => () => void
  readonly stop: () => void
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** Sleeps as long as this are upkeep's: they end only when a story lets time pass. */
const UPKEEP_MS = 15_000
/** How long nothing may be under way before the next sleeper's time has come; wall time, so that answers can arrive. */
const QUIET_MS = 3

/** Time for whole stories over real sockets: short sleeps end as soon as nobody else has anything to do. */
export const createStoryClock = (start = Date.parse('2026-12-01T09:00:00Z')): StoryClock => {
  let now = start
  let calls = 0
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
  const isShort = ({ until }: Sleeper) => until - now < UPKEEP_MS
  const ticking = setInterval(() => {
    const short = sleepers.filter(isShort)
    if (calls === 0 && short.length > 0) wakeUntil(Math.min(...short.map(({ until }) => until)))
  }, QUIET_MS)
  ticking.unref()
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { until: now + ms, wake: resolve }
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
      let isOver = false
      return () => {
        if (!isOver) calls -= 1
        isOver = true
      }
    },
    stop: () => clearInterval(ticking),
  }
}
