import type { Clock } from '#kernel/clock.ts'

/** Below this nothing is shown: the person goes straight through. */
const UNNOTICED_MS = 1_500
/** One for all: an error of its own for each would cost more than all else here. */
const IT_CAME = 'it came'

/** What comes of it, when it comes before anybody notices; else undefined, and it goes on by itself. */
export const soon = async <Result>(coming: Promise<Result>, clock: Clock): Promise<Result | undefined> => {
  const patience = new AbortController()
  const enough = clock.sleep(UNNOTICED_MS, patience.signal).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([coming, enough])
  } finally {
    patience.abort(IT_CAME)
  }
}
