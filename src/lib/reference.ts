import { hash } from 'node:crypto'

/** Letters and digits that are told apart over the phone: no I, O, 0 or 1. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LETTERS = 8

/** The eight characters people are shown for a correlation, for example `UF7K-2M9Q`: always the same ones for the same. */
export const shortReference = (correlation: string): string => {
  // One character a byte: every log line has one, and making a buffer takes longer than the hash.
  const digest = hash('sha256', correlation, 'binary')
  let letters = ''
  for (let index = 0; index < LETTERS; index += 1) letters += ALPHABET[digest.charCodeAt(index) % ALPHABET.length]
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
