import { createHash } from 'node:crypto'

/** Letters and digits that are told apart over the phone: no I, O, 0 or 1. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** The eight characters people are shown for a correlation, for example `UF7K-2M9Q`: always the same ones for the same. */
export const shortReference = (correlation: string): string => {
  const digest = createHash('sha256').update(correlation).digest()
  const letters = Array.from(digest.subarray(0, 8), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
