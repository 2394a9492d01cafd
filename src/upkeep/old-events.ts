import { type Clock, ONE_DAY_MS } from '#kernel/clock.ts'

/** Events of the audit; storage has this shape. */
export interface OldEvents {
  /** Begins a round; each call deletes at most `limit` events from before that instant, and says how many. */
  readonly deleteOld: (before: number, at: number) => (limit: number) => Promise<number>
}

interface Parts {
  readonly oldEvents: OldEvents
  /** How long an event is kept. */
  readonly auditMaxAgeDays: () => Promise<number>
  readonly clock: Clock
}

/** Events lie in an index by person, which each deletion touches somewhere else: so few that no visit waits long behind them. */
const BATCH = 100
const BETWEEN_BATCHES_MS = 100

/**
 * Deletes events that are older than they are kept for. Whole days of UTC go, so that all there is to do a day is one round
 * right after midnight, and leaves one event.
 */
export const deleteOldEvents = async ({ oldEvents, auditMaxAgeDays, clock }: Parts, signal: AbortSignal): Promise<void> => {
  const now = clock.now()
  const before = now - (now % ONE_DAY_MS) - (await auditMaxAgeDays()) * ONE_DAY_MS
  const deleteSome = oldEvents.deleteOld(before, now)
  // Whoever stops cuts the pause short, and that is no failure.
  const pause = () => clock.sleep(BETWEEN_BATCHES_MS, signal).catch(() => undefined)
  while (!signal.aborted && (await deleteSome(BATCH)) >= BATCH) await pause()
}
