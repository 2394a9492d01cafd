import type { Account } from '#kernel/account.ts'
import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { AccountProgress, Candidate } from '../target.ts'
import { LONG_WAIT_MS, seatWaitMs, type Workshop } from './work.ts'

const SOMEBODY_ELSE_MS = ONE_SECOND_MS
const UNPROVEN_FOR_MS = 5 * ONE_MINUTE_MS
const SEAT_ASKED_AGAIN_MS = 30 * ONE_SECOND_MS

/** How the account stands when there is nothing to do for it now; undefined when there is. */
export const restingProgress = async (account: Account, candidate: Candidate, shop: Workshop): Promise<AccountProgress | undefined> => {
  const now = shop.clock.now()
  if (account.stage === 'stopped') return { kind: 'stopped', failure: account.reason ?? 'internal_error' }
  if (isLeftAlone(account, candidate)) return pending(account, now + LONG_WAIT_MS)
  if (account.stage !== 'ready') return isDue(account, candidate, now) ? undefined : pending(account, account.nextAttemptAt)
  if (isUnproven(account, candidate)) return undefined
  const subject = await shop.accounts.subject(account.userId, account.target)
  return subject === undefined ? elsewhere(account, now) : { kind: 'ready', subject }
}

/** What Usher ended comes back when its person does, and not by itself; unless that was begun and interrupted. */
const isLeftAlone = ({ stage, attempts }: Account, { arrivedAt }: Candidate): boolean =>
  stage === 'closed' && attempts === 0 && arrivedAt === undefined

/** Somebody who comes to the door for a license is worth another look before the next round. */
const isDue = ({ nextAttemptAt, reason, attempts }: Account, { arrivedAt }: Candidate, now: number): boolean => {
  const lastAsked = nextAttemptAt - seatWaitMs(attempts)
  return now >= nextAttemptAt || (reason === 'license_exhausted' && arrivedAt !== undefined && now >= lastAsked + SEAT_ASKED_AGAIN_MS)
}

/** Back within five minutes of a token that nobody knows brought them in. */
const isUnproven = ({ unprovenTokenAt }: Account, { arrivedAt }: Candidate): boolean =>
  unprovenTokenAt !== undefined && arrivedAt !== undefined && arrivedAt >= unprovenTokenAt && arrivedAt - unprovenTokenAt <= UNPROVEN_FOR_MS

export const pending = ({ stage, reason }: Account, nextAt: number): AccountProgress =>
  reason === undefined ? { kind: 'pending', stage, nextAt } : { kind: 'pending', stage, reason, nextAt }

/** Somebody else is at it, or was a moment ago. */
export const elsewhere = (account: Account, now: number): AccountProgress => pending(account, now + SOMEBODY_ELSE_MS)
