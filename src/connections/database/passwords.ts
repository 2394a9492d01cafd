import { hash, parseOptions, verify } from '@node-rs/argon2'
import { UsherError } from '#kernel/errors.ts'
import { foreignNobody, foreignRounds, isForeign, foreignVerifier, type VerifyForeign } from './foreign-hash.ts'
import { gate } from '../gate.ts'

/** What a hash costs today: OWASP's minimum for Argon2id. Hashes made for less are made anew at the next sign-in. */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const
// The library's `Algorithm` is a const enum, which does not exist when types are only stripped.
const ARGON2ID = 2

/** Somebody else's hash, brought along from elsewhere, may cost this much; more would let one row exhaust us. */
const MOST = { memoryCost: 256 * 1024, timeCost: 12, parallelism: 8 } as const

const FEWEST_CHARACTERS = 15
const MOST_BYTES = 1_024
/** Composed, nothing shrinks to less than a third. */
const MOST_TYPED = 3 * MOST_BYTES

/** A hash of today's cost that no password is known for: what is checked when there is no such person. */
export const NOBODY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/**
 * The same characters however a keyboard composed them (NIST SP 800-63B §3.1.1.2). Many accents on one letter take the square
 * of their number to put in order, so what is too long however it is composed stays as it is.
 */
const prepared = (password: string): string => (password.length > MOST_TYPED ? password : password.normalize('NFC'))

const isTooLong = (password: string): boolean => Buffer.byteLength(password) > MOST_BYTES

/** The hash of a new password. Throws `settings_invalid` for one that is too short or too long. */
export const hashPassword = async (password: string): Promise<string> => {
  const text = prepared(password)
  if ([...text].length < FEWEST_CHARACTERS) throw refused(`a password has at least ${FEWEST_CHARACTERS} characters`)
  if (isTooLong(text)) throw refused(`a password has at most ${MOST_BYTES} bytes`)
  return make(text)
}

const refused = (problem: string) => new UsherError('settings_invalid', { detail: { field: 'password', problem } })

const make = (text: string): Promise<string> => hash(text, { ...COST, algorithm: ARGON2ID })

/** What came of a check. `renewed` is a new hash, when the old one was made elsewhere or for less than a hash costs today. */
export type Checked = { readonly right: false } | { readonly right: true; readonly renewed?: string }

export interface PasswordChecker {
  /**
   * Whether the password belongs to the hash; the same work whether there is a hash or not.
   * Throws `too_many_requests` when too many wait already, `internal_error` for a hash nobody can check.
   */
  readonly check: (encoded: string | undefined, password: string) => Promise<Checked>
}

/** Checks passwords, a few at a time: each takes 19 MiB and a processor. */
export const passwordChecker = (verifyForeign: VerifyForeign = foreignVerifier()): PasswordChecker => {
  const enter = gate({ running: 2, waiting: 100 })
  let rounds: number | undefined
  return {
    check: (encoded, password) =>
      enter(() => {
        rounds = (encoded === undefined ? undefined : foreignRounds(encoded)) ?? rounds
        return checkNow(encoded, prepared(password), { rounds, verifyForeign })
      }),
  }
}

/** Hashes from elsewhere: what one costs, once one has been seen, and how it is checked. */
interface Foreign {
  readonly rounds: number | undefined
  readonly verifyForeign: VerifyForeign
}

const checkNow = async (encoded: string | undefined, text: string, foreign: Foreign): Promise<Checked> => {
  if (encoded === undefined || isTooLong(text)) return checkNobody(foreign)
  if (await isRight(encoded, text, foreign)) return isOutgrown(encoded) ? { right: true, renewed: await make(text) } : { right: true }
  // What one kind of hash did not take the other one does: a wrong password takes the same time whoever it was tried for.
  if (isForeign(encoded)) await isRight(NOBODY, '', foreign)
  else await checkForeignNobody(foreign)
  return { right: false }
}

const checkNobody = async (foreign: Foreign): Promise<Checked> => {
  await isRight(NOBODY, '', foreign)
  await checkForeignNobody(foreign)
  return { right: false }
}

const checkForeignNobody = async (foreign: Foreign): Promise<void> => {
  if (foreign.rounds !== undefined) await isRight(foreignNobody(foreign.rounds), '', foreign)
}

const isRight = async (encoded: string, text: string, { verifyForeign }: Foreign): Promise<boolean> => {
  try {
    if (isForeign(encoded)) return await verifyForeign(encoded, text)
    assertBounded(encoded)
    return await verify(encoded, text)
  } catch (error) {
    throw new UsherError('internal_error', { cause: error, detail: { problem: 'a stored password hash cannot be checked' } })
  }
}

const assertBounded = (encoded: string): void => {
  const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(encoded)
  const isBounded = memoryCost <= MOST.memoryCost && timeCost <= MOST.timeCost && parallelism <= MOST.parallelism
  if (algorithm !== ARGON2ID || !isBounded) throw new Error('not an Argon2id hash of a cost we take')
}

const isOutgrown = (encoded: string): boolean => {
  if (isForeign(encoded)) return true
  const { memoryCost, timeCost } = parseOptions(encoded)
  return memoryCost < COST.memoryCost || timeCost < COST.timeCost
}
