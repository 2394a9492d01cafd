/** Time as an argument: what the wall says, and a way to wait. */
export interface EmulatorClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after `ms`; rejects with the signal's reason when that fires first. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** The wall's own time. */
export const wallClock: EmulatorClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
}

/** A clock that stands still until it is pushed; sleepers wake when it passes them. */
export interface HandClock extends EmulatorClock {
  readonly advance: (ms: number) => void
}

export const createHandClock = (start = Date.parse('2026-03-02T09:00:00Z')): HandClock => {
  let now = start
  let sleepers: readonly { readonly until: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms <= 0) {
          resolve()
          return
        }
        const sleeper = { until: now + ms, wake: resolve }
        sleepers = [...sleepers, sleeper]
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal.reason)
        })
      }),
    advance: (ms) => {
      now += ms
      const due = sleepers.filter((sleeper) => sleeper.until <= now)
      sleepers = sleepers.filter((sleeper) => sleeper.until > now)
      for (const sleeper of due) sleeper.wake()
    },
  }
}
