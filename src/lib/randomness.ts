import type { Randomness } from '#kernel/randomness.ts'

const SUPPLY_BYTES = 4096
/** Ids are this short. Cookies, passwords and keys are longer: they exist nowhere before they are asked for. */
const LONGEST_CUT_BYTES = 16

/**
 * Cuts short values from a supply: asking the system for each of them costs many times more than making ids of them. What
 * is handed out is a copy, and its place in the supply is emptied, so no value is ever in two hands.
 */
export const pooledRandomness = (fetchBytes: (length: number) => Buffer): Randomness => {
  let supply: Buffer = Buffer.alloc(0)
  let used = 0
  return {
    bytes: (length) => {
      if (length > LONGEST_CUT_BYTES) return fetchBytes(length)
      if (used + length > supply.length) {
        supply = fetchBytes(SUPPLY_BYTES)
        used = 0
      }
      const cut = Buffer.from(supply.subarray(used, used + length))
      supply.fill(0, used, used + length)
      used += length
      return cut
    },
  }
}
