import bcrypt from 'bcryptjs'

/** More rounds would let one row that was brought along exhaust us; Auth0 takes 10. */
const MOST_ROUNDS = 12

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** How many rounds (a power of two) a bcrypt hash took; undefined for anything else. */
export const bcryptRounds = (encoded: string): number | undefined => {
  const rounds = BCRYPT.exec(encoded)?.[1]
  return rounds === undefined ? undefined : Number(rounds)
}

/** Whether the password belongs to a bcrypt hash from elsewhere. Throws for one that would cost too much. */
export const verifyBcrypt = async (encoded: string, text: string): Promise<boolean> => {
  const rounds = bcryptRounds(encoded)
  if (rounds === undefined || rounds > MOST_ROUNDS) throw new Error('not a bcrypt hash of a cost we take')
  return bcrypt.compare(text, encoded)
}

/** A hash of that many rounds that no password is known for. */
export const bcryptOfNobody = (rounds: number): string => `$2b$${String(rounds).padStart(2, '0')}$${'.'.repeat(53)}`
