import type { Account } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { FailureCode } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import type { AccountBook, AccountChange } from '../account-book.ts'
import type { DerivedNames } from '../subject.ts'
import type { Candidate } from '../target.ts'
import type { Details } from './details.ts'
import type { Directory } from './directory.ts'
import type { Errand } from './graph-client.ts'
import type { Setback } from './graph-errors.ts'
import type { Seats } from './seats.ts'

/** What every step works with; the same for all accounts of a target. */
export interface Workshop {
  readonly settings: TargetSettings
  readonly accounts: AccountBook
  readonly directory: Directory
  readonly seats: Seats
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** When an account was read complete for the first of two times. Lost with the process; then both are read again. */
  readonly firstReadings: Map<string, number>
}

/** One account under one lease. */
export interface Work {
  readonly shop: Workshop
  readonly candidate: Candidate
  readonly names: DerivedNames
  /** What an administrator's rule says about the person, for an object that is made now. */
  readonly wanted?: WantedPerson
  readonly errand: Errand
  /** Changes the row and says so in the audit. Throws `LeaseLost` when somebody else drives it by now. */
  readonly change: (change: AccountChange, event?: Happening) => Promise<Account>
  /** As `change`, but undefined when the user principal name in it is somebody else's. */
  readonly rename: (change: AccountChange & { readonly userPrincipalName: string }) => Promise<Account | undefined>
}

export interface WantedPerson {
  readonly mailNickname?: string
  readonly details: Details
}

/** An audit event without what is the same for all events of one account. */
export type Happening = Pick<AuditEvent, 'type' | 'failure' | 'facts'>

/**
 * One step: does its part and gives the row as it is then. Whatever must be waited for is in the row, so that any
 * process can go on: nothing happens before its `nextAttemptAt`.
 */
export type Step = (account: Account, work: Work) => Promise<Account>

/** Another driver took the row over; whatever it finds, it finishes. */
export class LeaseLost extends Error {}

const FIRST_WAIT_MS = 250
const LONGEST_SHORT_WAIT_MS = 8 * ONE_SECOND_MS
const SHORT_WAITS = 5
const FIRST_LONG_WAIT_MS = 15 * ONE_SECOND_MS
export const LONG_WAIT_MS = 5 * ONE_MINUTE_MS

const LONGEST_SEAT_WAIT_MS = 24 * LONG_WAIT_MS

/** 5, 10, 20, 40, 80 minutes, then two hours: a crowd that was turned away must not keep everybody else from their turn. */
export const seatWaitMs = (times: number): number => Math.min(LONG_WAIT_MS * 2 ** Math.max(0, times - 1), LONGEST_SEAT_WAIT_MS)

/** At least 0, below 1. */
const fraction = (randomness: Randomness): number => randomness.bytes(4).readUInt32BE(0) / 2 ** 32

/** Full jitter: many accounts that failed together do not come back together. `attempts` counts from 1. */
export const backoffMs = (attempts: number, randomness: Randomness): number => {
  if (attempts <= SHORT_WAITS) {
    const most = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_SHORT_WAIT_MS)
    return Math.ceil(most * Math.max(0.1, fraction(randomness)))
  }
  const most = Math.min(FIRST_LONG_WAIT_MS * 2 ** (attempts - SHORT_WAITS - 1), LONG_WAIT_MS)
  return Math.ceil(most * (0.5 + fraction(randomness) / 2))
}

/** How many looks a replica is given to catch up before what it does not show is taken for a fact: three minutes. */
export const PATIENCE_TO_LOOK = 40
/** The same three minutes for those who write each time: an app may write far less often than read. */
export const PATIENCE_TO_WRITE = 26
const QUICK_LOOKS = 20

/** One look a second at first, for somebody is waiting; then one in 8 seconds. */
const lookAgainMs = (attempts: number): number => (attempts < QUICK_LOOKS ? ONE_SECOND_MS : LONGEST_SHORT_WAIT_MS)

/** 1, 1, 2, 2, 4, 4, then 8 seconds each. */
const writeAgainMs = (attempts: number): number => Math.min(ONE_SECOND_MS * 2 ** Math.floor(attempts / 2), LONGEST_SHORT_WAIT_MS)

const afterPause = (account: Account, work: Work, ms: number): Promise<Account> =>
  work.change({ attempts: account.attempts + 1, reason: undefined, nextAttemptAt: work.shop.clock.now() + ms })

/** The same step again when the directory had time to catch up; it will only read. */
export const lookAgain = (account: Account, work: Work): Promise<Account> => afterPause(account, work, lookAgainMs(account.attempts))

/** As `lookAgain`, for a step that will write. */
export const writeAgain = (account: Account, work: Work): Promise<Account> => afterPause(account, work, writeAgainMs(account.attempts))

/** No tries yet; but a closed account that has one is on its way back, and goes on without its person. */
export const noAttempts = ({ stage }: Account): number => (stage === 'closed' ? 1 : 0)

/** A step that got somewhere: what held it up is forgotten, and the next one may begin at once. */
export const advance = (work: Work, change: AccountChange, event?: Happening): Promise<Account> =>
  work.change({ attempts: 0, reason: undefined, nextAttemptAt: work.shop.clock.now(), ...change }, event)

/** For those who ask Microsoft about it. */
const factsOf = (requestId: string | undefined): Pick<AuditEvent, 'facts'> => (requestId === undefined ? {} : { facts: { requestId } })

/** Nobody sits there: the directory did not give the license, or took it back with the account. */
const SEATLESS: ReadonlySet<FailureCode> = new Set(['removed_in_entra', 'license_refused', 'license_conflict', 'license_location'])

/** Nothing more happens until a person says so. A seat that nobody sits on is given back. */
export const stop = async (account: Account, work: Work, failure: FailureCode, requestId?: string): Promise<Account> => {
  const { firstReadings, log, seats } = work.shop
  firstReadings.delete(account.userId)
  log.warn('account_stopped', { reference: work.candidate.reference, user: account.userId, code: failure, requestId })
  const isSeatEmpty = account.objectId === undefined || SEATLESS.has(failure)
  const stopped = await work.change(
    { stage: 'stopped', reason: failure, settleUntil: undefined, ...(isSeatEmpty && { license: undefined }) },
    { type: 'account_stopped', failure, ...factsOf(requestId) },
  )
  if (isSeatEmpty) await seats.release(account.userId)
  return stopped
}

/** Failures in a row. Looks are counted by the same number, and a failure after a look begins anew. */
const failuresOf = ({ reason, attempts }: Account): number => (reason === undefined ? 0 : attempts)

interface Pause {
  readonly failure: FailureCode
  readonly until: number
  readonly requestId?: string | undefined
}

/** Waits with a reason. A closed account stays closed while it waits: only so it is known that Usher ended it. */
export const wait = (account: Account, work: Work, { failure, until, requestId }: Pause): Promise<Account> => {
  const isPassing = failure === 'target_unavailable' && failuresOf(account) < SHORT_WAITS
  const stage = account.stage === 'closed' || isPassing ? account.stage : 'waiting'
  const isNews = account.reason !== failure
  return work.change(
    { stage, reason: failure, attempts: failuresOf(account) + 1, nextAttemptAt: until },
    isNews ? { type: 'account_waiting', failure, ...factsOf(requestId) } : undefined,
  )
}

/** Until somebody frees a seat; asked for now and again, and whenever its person comes. */
export const waitForSeat = (account: Account, work: Work): Promise<Account> => {
  const times = account.reason === 'license_exhausted' ? account.attempts + 1 : 1
  return wait(account, work, { failure: 'license_exhausted', until: work.shop.clock.now() + seatWaitMs(times) })
}

/** What a failed call does to the account, for all that no step treats in its own way. */
export const setBack = (account: Account, work: Work, setback: Setback): Promise<Account> => {
  const { clock, randomness } = work.shop
  const now = clock.now()
  const pauseMs = backoffMs(failuresOf(account) + 1, randomness)
  const { requestId } = setback
  switch (setback.kind) {
    case 'again':
      // Past the asked-for moment by a jitter, so that the gate does not open to a stampede.
      return wait(account, work, { failure: setback.failure, until: Math.max(now, setback.notBefore ?? 0) + pauseMs, requestId })
    case 'later':
      return wait(account, work, { failure: setback.failure, until: now + LONG_WAIT_MS, requestId })
    case 'never':
      return stop(account, work, setback.failure, setback.requestId)
    case 'conflict':
      return stop(account, work, 'account_conflict', setback.requestId)
    case 'absent':
    case 'location_lag':
      return lookAgain(account, work)
    case 'no_seats':
      return waitForSeat(account, work)
  }
}
