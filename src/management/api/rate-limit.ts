import { ONE_SECOND_MS } from '#kernel/clock.ts'

/** So many at once, and so many for each second after that. */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/** Where somebody stands. Times in milliseconds. */
export interface Standing {
  readonly isAllowed: boolean
  readonly remaining: number
  /** When all of it is there again, since the epoch. */
  readonly fullAt: number
  /** How long until the next one is allowed; none when one is. */
  readonly waitMs: number
}

export interface Meter {
  /** Counts one, unless it is one too many. */
  readonly take: (key: string, at: number) => Standing
  /** Takes back one that should not have counted. */
  readonly giveBack: (key: string) => void
  /** Somebody who was counted not long ago. */
  readonly knows: (key: string) => boolean
  readonly forget: (key: string) => void
}

/** Whom it keeps in mind at most; who came longest ago is forgotten first. */
const MOST_KEYS = 10_000

/**
 * Counts in this process alone: with several nodes each has the whole limit. Ours, since what counts by itself elsewhere goes
 * by the wall's clock and by windows, at whose edge twice as many come.
 */
export const meter = ({ burst, perSecond }: RateLimit, mostKeys = MOST_KEYS): Meter => {
  const eachMs = ONE_SECOND_MS / perSecond
  const fullAts = new Map<string, number>()
  const look = (key: string, at: number): Standing => {
    const fullAt = Math.max(at, fullAts.get(key) ?? at)
    const waitMs = Math.max(0, fullAt - at - (burst - 1) * eachMs)
    return { isAllowed: waitMs === 0, remaining: Math.max(0, Math.floor(burst - (fullAt - at) / eachMs)), fullAt, waitMs }
  }
  const keep = (key: string, fullAt: number) => {
    // At the end of the order again.
    fullAts.delete(key)
    fullAts.set(key, fullAt)
    if (fullAts.size <= mostKeys) return
    const [oldest] = fullAts.keys()
    if (oldest !== undefined) fullAts.delete(oldest)
  }
  return {
    take: (key, at) => {
      const before = look(key, at)
      if (!before.isAllowed) return before
      keep(key, before.fullAt + eachMs)
      return { ...look(key, at), isAllowed: true, waitMs: 0 }
    },
    giveBack: (key) => {
      const fullAt = fullAts.get(key)
      if (fullAt !== undefined) fullAts.set(key, fullAt - eachMs)
    },
    knows: (key) => fullAts.has(key),
    forget: (key) => void fullAts.delete(key),
  }
}
