/** Time as an argument: what the wall says, and a way to wait. Tests bring a clock that jumps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after `ms`; rejects with the signal's reason when that fires first. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

export const ONE_SECOND_MS = 1_000
export const ONE_MINUTE_MS = 60 * ONE_SECOND_MS
export const ONE_HOUR_MS = 60 * ONE_MINUTE_MS
export const ONE_DAY_MS = 24 * ONE_HOUR_MS
