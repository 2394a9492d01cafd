import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'

const TRIES = 12
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 200

interface Parts {
  readonly clock: Clock
  readonly randomness: Randomness
  /** Whether trying again may help. */
  readonly isPassing: (error: unknown) => boolean
}

/** Tries again, a bounded number of times, after pauses that grow and differ, so that those who met do not meet again. */
export const retried = async <Result>(attempt: () => Promise<Result>, { clock, randomness, isPassing }: Parts): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error)) throw error
      if (tries === TRIES) throw new UsherError('storage_unavailable', { cause: error })
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries)
    await clock.sleep((longest * randomness.bytes(2).readUInt16BE()) / 0xffff)
  }
}
