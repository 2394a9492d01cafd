/** Set for the long form of tests that play many random histories. */
export const isLong = process.env['USHER_TEST_LONG'] === '1'

const chosen = Number(process.env['USHER_TEST_SEED'])

/**
 * The seeds of a run: always the same ones, and one that is new each time. `USHER_TEST_SEED` plays a single one again;
 * whoever fails names it.
 */
export const seedsOf = (short: number, long: number): readonly number[] => {
  if (Number.isInteger(chosen) && chosen > 0) return [chosen]
  const fixed = Array.from({ length: isLong ? long : short }, (_, n) => n + 1)
  return [...fixed, 1 + (Date.now() % 1_000_000_000)]
}

/** Runs one history; an error says which seed plays it again. */
export const withSeed = async <T>(seed: number, history: (seed: number) => Promise<T>): Promise<T> => {
  try {
    return await history(seed)
  } catch (error) {
    throw new Error(`USHER_TEST_SEED=${seed}: ${reasonOf(error)}`, { cause: error })
  }
}

/** With what is behind it: fetch itself says only that it failed. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.message}${error.cause === undefined ? '' : ` (${reasonOf(error.cause)})`}` : String(error)
