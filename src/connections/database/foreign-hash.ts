import bcrypt from 'bcryptjs'

/** More rounds (a power of two) would let one row that was brought along exhaust us; Auth0 takes 10. */
const ROUNDS = { fewest: 4, most: 12 } as const

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** Whether a hash was made elsewhere; it may still be one we do not take. */
export const isForeign = (encoded: string): boolean => BCRYPT.test(encoded)

/** How many rounds a bcrypt hash took; undefined for one we do not take, and for anything else. */
export const foreignRounds = (encoded: string): number | undefined => {
  const rounds = Number(BCRYPT.exec(encoded)?.[1])
  return rounds >= ROUNDS.fewest && rounds <= ROUNDS.most ? rounds : undefined
}

/** Checks a password against a hash from elsewhere. */
export type VerifyForeign = (encoded: string, text: string) => Promise<boolean>

/** Whether the password belongs to a bcrypt hash. Throws for one that would cost too much. */
export const verifyBcrypt: VerifyForeign = async (encoded, text) => {
  if (foreignRounds(encoded) === undefined) throw new Error('not a bcrypt hash of a cost we take')
  return bcrypt.compare(text, encoded)
}

/** A hash of that many rounds that no password is known for. */
export const foreignNobody = (rounds: number): string => `$2b$${String(rounds).padStart(2, '0')}$${'.'.repeat(53)}`
