import type { Clock } from '#kernel/clock.ts'
import { Silence } from './ldap-failure.ts'

interface Limit {
  readonly ms: number
  /** Ends what is waited for: nothing of it may go on unseen. */
  readonly giveUp: () => void
}

/** What comes of a piece of work, if it comes in time. Throws `Silence` when it does not. */
export const within = async <Result>(clock: Clock, { ms, giveUp }: Limit, work: Promise<Result>): Promise<Result> => {
  const over = new AbortController()
  const late = clock.sleep(ms, over.signal).then(
    () => {
      giveUp()
      throw new Silence()
    },
    // Woken because the work is done: the race is over by then.
    () => new Promise<never>(() => undefined),
  )
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    over.abort()
  }
}
