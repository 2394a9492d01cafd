import { gate } from '../gate.ts'
import { startThread, type Thread } from './foreign-thread.ts'

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

/** A hash of that many rounds that no password is known for. */
export const foreignNobody = (rounds: number): string => `$2b$${String(rounds).padStart(2, '0')}$${'.'.repeat(53)}`

/** Whether the password belongs to a hash from elsewhere. Throws when that cannot be told. */
export type VerifyForeign = (encoded: string, text: string) => Promise<boolean>

/** Where nobody is left whose hash is from elsewhere, nobody pays for the thread. */
const IDLE_MS = 60_000
const MOST_WAITING = 100

/**
 * Checks bcrypt hashes one after the other in a thread of its own: each takes a processor for a tenth of a second, and
 * nobody else waits for it. The thread starts with the first hash and ends when none has come for a minute; one that
 * fails is replaced. Throws for a hash that would cost too much, for a thread that fails, and `too_many_requests` for a crowd.
 */
export const foreignVerifier = (start: () => Thread = startThread): VerifyForeign => {
  const enter = gate({ running: 1, waiting: MOST_WAITING })
  let thread: Thread | undefined
  let idle: NodeJS.Timeout | undefined
  const end = () => {
    thread?.end()
    thread = undefined
  }
  const ask = async (encoded: string, text: string): Promise<boolean> => {
    clearTimeout(idle)
    if (thread?.hasEnded()) thread = undefined
    thread ??= start()
    try {
      return await thread.ask({ encoded, text })
    } catch (error) {
      end()
      throw error
    } finally {
      idle = setTimeout(end, IDLE_MS).unref()
    }
  }
  return async (encoded, text) => {
    if (foreignRounds(encoded) === undefined) throw new Error('not a bcrypt hash of a cost we take')
    return enter(() => ask(encoded, text))
  }
}
