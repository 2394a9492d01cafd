import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'

/** Compares our clock with the one Graph's answers are stamped by (the `Date` header, RFC 9110 section 6.6.1). */
export interface ClockSkew {
  /** One answer: its stamp, and when the request for it was sent by our clock. */
  readonly note: (date: string | null, sentAt: number) => void
  /** How far our clock is ahead, in milliseconds; 0 while nothing is known, or nothing was heard for a while. */
  readonly knownMs: () => number
}

interface Reading {
  readonly at: number
  readonly aheadMs: number
}

const READINGS = 2
const READING_LIFE_MS = 10 * ONE_MINUTE_MS
/** A stamp has whole seconds. */
const HALF_A_SECOND_MS = 500

/** One odd answer proves nothing: known is what the last two agree on at least. */
export const createClockSkew = (clock: Clock): ClockSkew => {
  let readings: readonly Reading[] = []
  return {
    note: (date, sentAt) => {
      const stamp = Date.parse(date ?? '')
      if (Number.isNaN(stamp)) return
      const at = clock.now()
      readings = [...readings, { at, aheadMs: (sentAt + at) / 2 - stamp - HALF_A_SECOND_MS }].slice(-READINGS)
    },
    knownMs: () => {
      const now = clock.now()
      const recent = readings.filter(({ at }) => Math.abs(now - at) <= READING_LIFE_MS)
      if (recent.length < READINGS) return 0
      return recent.reduce((least, { aheadMs }) => (Math.abs(aheadMs) < Math.abs(least) ? aheadMs : least), Number.POSITIVE_INFINITY)
    },
  }
}
