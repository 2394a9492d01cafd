import { createHash } from 'node:crypto'
import { ONE_HOUR_MS, ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionId } from '#kernel/person.ts'
import { placeOf } from '#lib/networks.ts'
import type { Credentials } from './connection.ts'
import type { PasswordFile } from './database/password-file.ts'

type Attempt = Pick<Credentials, 'ip' | 'at'>

/** Wrong passwords for one user name of one connection. */
const FOR_USERNAME = { tries: 10, windowMs: ONE_HOUR_MS } as const
/** Passwords from one place, right or wrong. */
const FROM_ADDRESS = { tries: 50, windowMs: ONE_MINUTE_MS } as const
/** Wrong passwords from one place. */
const WRONG_FROM_ADDRESS = { tries: 100, windowMs: 24 * ONE_HOUR_MS } as const

/** How many wrong passwords, in which time (milliseconds). */
export interface GuessLimit {
  readonly tries: number
  readonly windowMs: number
}

export interface Guessing {
  /** Counts a try before anything is checked. Throws `too_many_requests`. */
  readonly count: (username: string, attempt: Attempt) => Promise<void>
  /** Counts a try for one account, under whatever name it was called; false when that was one too many. */
  readonly mayTry: (account: string, at: number) => Promise<boolean>
  /** Nobody could say whether the password was right, because nobody was asked. */
  readonly takeBack: (username: string, attempt: Attempt) => Promise<void>
  /** The password was right. */
  readonly forgive: (username: string, attempt: Attempt, account?: string) => Promise<void>
}

/** Where tries are counted. */
type Counter = Pick<PasswordFile, 'countTry' | 'takeBackTry' | 'forgetTries'>

/** Limits how often passwords may be guessed. A try over a limit costs one statement, and no hash is computed. */
export const guessing = (passwords: Counter, connection: ConnectionId, forUsername: GuessLimit = FOR_USERNAME): Guessing => {
  const accountKey = (account: string) => `password-account:${connection}:${digest(account)}`
  const keysOf = (username: string, { ip }: Attempt) => {
    const place = placeOf(ip)
    return {
      // People type passwords into the wrong field: what they typed is not kept.
      username: `password:${connection}:${digest(username)}`,
      address: `password-address:${place}`,
      wrong: `password-wrong:${place}`,
    }
  }
  const one = async (key: string, limit: GuessLimit, at: number) => {
    if (!(await passwords.countTry(key, limit, at))) throw new UsherError('too_many_requests', { detail: { connection } })
  }
  return {
    count: async (username, attempt) => {
      const keys = keysOf(username, attempt)
      // The place comes first: somebody who is over its limit cannot use up other people's tries.
      await Promise.all([one(keys.address, FROM_ADDRESS, attempt.at), one(keys.wrong, WRONG_FROM_ADDRESS, attempt.at)])
      await one(keys.username, forUsername, attempt.at)
    },
    mayTry: (account, at) => passwords.countTry(accountKey(account), forUsername, at),
    takeBack: async (username, attempt) => {
      const keys = keysOf(username, attempt)
      await Promise.all([passwords.takeBackTry(keys.username), passwords.takeBackTry(keys.wrong)])
    },
    forgive: async (username, attempt, account) => {
      const keys = keysOf(username, attempt)
      // One try only: whoever has an account of their own must not wipe out the guesses they made at others.
      const names = account === undefined ? [keys.username] : [keys.username, accountKey(account)]
      await Promise.all([...names.map((name) => passwords.forgetTries(name)), passwords.takeBackTry(keys.wrong)])
    },
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
