import type { Account } from '#kernel/account.ts'
import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import { type FailureCode, UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import type { AccountBook, AccountKey, AccountLease, IdentityDigest } from '../account-book.ts'
import type { SeatBook } from '../seat-book.ts'
import { type DerivedNames, deriveNames, usageLocationOf } from '../subject.ts'
import type { AccountProgress, Candidate, ProvisioningTarget } from '../target.ts'
import { appToken } from './app-token.ts'
import { cloudOf } from './clouds.ts'
import { type ClockSkew, createClockSkew } from './clock-skew.ts'
import { findOrCreate } from './create.ts'
import { graphDirectory } from './directory.ts'
import { doubt, stopIfTakenAway } from './drift.ts'
import { type Fetch, TRY_LIMIT_MS } from './exchange.ts'
import { graphClient } from './graph-client.ts'
import { assignLicense } from './license.ts'
import { finish, observe } from './ready.ts'
import { reserveSeat } from './seat.ts'
import { createSeats } from './seats.ts'
import { LeaseLost, LONG_WAIT_MS, type Step, stop, type Work, type Workshop } from './work.ts'

export interface GraphTargetParts {
  readonly settings: TargetSettings
  readonly accounts: AccountBook
  readonly seats: SeatBook
  readonly digest: IdentityDigest
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  /** This process, among all that share the accounts. */
  readonly owner: string
  readonly log: Log
}

/** No call to Graph outlives it; a driver that died is followed by another after this long. */
const LEASE_MS = 25 * ONE_SECOND_MS
/** A step begins only while so much is left in which its calls may be sent. */
const STEP_MS = 3 * ONE_SECOND_MS
/** The target, and what its answers tell about our own clock. */
export interface GraphTarget extends ProvisioningTarget {
  /** How far our clock is ahead of Graph's, in milliseconds; 0 while that is not known. */
  readonly clockSkewMs: () => number
}

const SOMEBODY_ELSE_MS = ONE_SECOND_MS
const UNPROVEN_FOR_MS = 5 * ONE_MINUTE_MS
const SEAT_ASKED_AGAIN_MS = 30 * ONE_SECOND_MS

/**
 * Microsoft Entra ID through Microsoft Graph v1.0 (contract section 5): makes the account, licenses it and sees it
 * ready, step by step from what its row says. Throws `settings_invalid` when the addresses are not to be used.
 */
export const graphTarget = (parts: GraphTargetParts): GraphTarget => {
  const skew = createClockSkew(parts.clock)
  const shop = workshop(parts, skew)
  const running = new Map<string, Promise<AccountProgress>>()
  return {
    name: parts.settings.name,
    clockSkewMs: skew.knownMs,
    ensure: (candidate) => {
      const joined = running.get(candidate.user.id)
      if (joined !== undefined) return joined
      const run = drive(candidate, shop, parts).finally(() => running.delete(candidate.user.id))
      running.set(candidate.user.id, run)
      return run
    },
    verify: (candidate) => verify(candidate, shop, parts),
  }
}

const workshop = (parts: GraphTargetParts, skew: ClockSkew): Workshop => {
  const { accounts, clock, randomness, log, fetch } = parts
  const licenses = parts.settings.licenses.map((license) => ({ ...license, skuId: license.skuId.toLowerCase() }))
  const settings = { ...parts.settings, licenses }
  const cloud = cloudOf(settings)
  const token = appToken({ settings, cloud, fetch, clock, randomness, log })
  const directory = graphDirectory(graphClient({ cloud, token, fetch, clock, log, skew }))
  const seats = createSeats({ settings, book: parts.seats, directory, clock })
  return { settings, accounts, directory, seats, clock, randomness, log, firstReadings: new Map() }
}

const drive = async (candidate: Candidate, shop: Workshop, parts: GraphTargetParts): Promise<AccountProgress> => {
  const names = namesOf(candidate, shop, parts)
  const account = await findOrIntend(candidate, names, shop)
  if (typeof account === 'string') return { kind: 'stopped', failure: account }
  if (account.origin === 'directory') throw new UsherError('internal_error', { detail: { account: account.userId, origin: account.origin } })
  const rest = await restingProgress(account, candidate, shop)
  if (rest !== undefined) return rest
  const progress = await underLease(account, { candidate, names }, { shop, owner: parts.owner, run: goOn })
  return progress ?? pending(account, shop.clock.now() + SOMEBODY_ELSE_MS)
}

const verify = async (candidate: Candidate, shop: Workshop, parts: GraphTargetParts): Promise<FailureCode | undefined> => {
  const account = await shop.accounts.find(candidate.user.id, shop.settings.name)
  if (account?.stage !== 'ready') return undefined
  const names = namesOf(candidate, shop, parts)
  const seen = await underLease(account, { candidate, names }, { shop, owner: parts.owner, run: stopIfTakenAway })
  return seen?.stage === 'stopped' ? seen.reason : undefined
}

const namesOf = ({ user }: Candidate, { settings }: Workshop, { digest }: GraphTargetParts): DerivedNames =>
  deriveNames(digest.digest(settings.tenant, user.identity), user.names, settings)

interface Drive<Result> {
  readonly shop: Workshop
  readonly owner: string
  readonly run: (account: Account, work: Work) => Promise<Result>
}

/** Undefined when somebody else drives this account. */
const underLease = async <Result>(
  account: Account,
  job: Pick<Work, 'candidate' | 'names'>,
  { shop, owner, run }: Drive<Result>,
): Promise<Result | undefined> => {
  const leasedAt = shop.clock.now()
  const lease = await shop.accounts.lease(keyOf(account), owner, { at: leasedAt, ms: LEASE_MS })
  if (lease === undefined) return undefined
  const errand = { reference: job.candidate.reference, notAfter: leasedAt + LEASE_MS - TRY_LIMIT_MS }
  try {
    return await run(lease.account, { ...job, errand, shop, ...changes(lease, job.candidate, shop) })
  } catch (error) {
    if (error instanceof LeaseLost) return undefined
    throw error
  } finally {
    await shop.accounts.release({ ...keyOf(account), fence: lease.fence })
  }
}

const keyOf = ({ userId, target }: Account): AccountKey => ({ userId, target })

/** The row, written now when there is none; or why there cannot be one. */
const findOrIntend = async (candidate: Candidate, names: DerivedNames, shop: Workshop): Promise<Account | FailureCode> => {
  try {
    return (await findOrPropose(candidate, names, shop)) ?? 'account_name_taken'
  } catch (error) {
    if (isConflict(error)) return 'account_conflict'
    throw error
  }
}

const findOrPropose = async (candidate: Candidate, names: DerivedNames, shop: Workshop): Promise<Account | undefined> => {
  const { settings, accounts, clock } = shop
  const known = await accounts.find(candidate.user.id, settings.name)
  if (known !== undefined) return known
  for (const userPrincipalName of names.userPrincipalNames) {
    const account = await accounts.intend({
      userId: candidate.user.id,
      target: settings.name,
      origin: 'usher',
      immutableId: names.immutableId,
      userPrincipalName,
      usageLocation: usageLocationOf(settings.usageLocation, candidate.attributes),
      reference: candidate.reference,
      at: clock.now(),
    })
    if (account !== undefined) return account
  }
  return undefined
}

/** Step after step, as far as they go without waiting. */
const goOn = async (begun: Account, work: Work): Promise<AccountProgress> => {
  const { shop, candidate, errand } = work
  let account = begun
  for (;;) {
    const rest = await restingProgress(account, candidate, shop)
    if (rest !== undefined) return rest
    if (shop.clock.now() > errand.notAfter - STEP_MS) return pending(account, shop.clock.now())
    account = await take(nextStep(account, shop), account, work)
  }
}

/** An object that is another row's is nobody's to work on, until somebody finds out why. */
const take = async (step: Step, account: Account, work: Work): Promise<Account> => {
  try {
    return await step(account, work)
  } catch (error) {
    if (isConflict(error)) return stop(account, work, 'account_conflict')
    throw error
  }
}

const isConflict = (error: unknown): boolean => error instanceof UsherError && error.code === 'account_conflict'

const changes = (lease: AccountLease, candidate: Candidate, shop: Workshop): Pick<Work, 'change' | 'rename'> => {
  const hold = { ...keyOf(lease.account), fence: lease.fence }
  const rename: Work['rename'] = (change) => shop.accounts.change(hold, change)
  const change: Work['change'] = async (values, happening) => {
    const { reference } = candidate
    const event = happening && { ...happening, at: shop.clock.now(), reference, user: hold.userId }
    const account = await shop.accounts.change(hold, { ...values, reference }, event)
    if (account === undefined) throw new LeaseLost()
    return account
  }
  return { change, rename }
}

/** What the row itself calls for next. */
const nextStep = (account: Account, { settings }: Workshop): Step => {
  if (account.stage === 'ready') return doubt
  if (account.settleUntil !== undefined) return finish
  if (account.license === undefined && settings.licenses.length > 0) return reserveSeat
  switch (account.stage) {
    case 'created':
      return assignLicense
    case 'licensed':
      return observe
    case 'intent':
    case 'waiting':
    case 'closed':
    case 'stopped':
      return findOrCreate
  }
}

/** How the account stands when there is nothing to do for it now; undefined when there is. */
const restingProgress = async (account: Account, candidate: Candidate, shop: Workshop): Promise<AccountProgress | undefined> => {
  const now = shop.clock.now()
  if (account.stage === 'stopped') return { kind: 'stopped', failure: account.reason ?? 'internal_error' }
  if (isLeftAlone(account, candidate)) return pending(account, now + LONG_WAIT_MS)
  if (account.stage !== 'ready') return isDue(account, candidate, now) ? undefined : pending(account, account.nextAttemptAt)
  if (isUnproven(account, candidate)) return undefined
  const subject = await shop.accounts.subject(account.userId, account.target)
  return subject === undefined ? pending(account, now + SOMEBODY_ELSE_MS) : { kind: 'ready', subject }
}

/** What Usher ended comes back when its person does, and not by itself; unless that was begun and interrupted. */
const isLeftAlone = ({ stage, attempts }: Account, { arrivedAt }: Candidate): boolean =>
  stage === 'closed' && attempts === 0 && arrivedAt === undefined

/** Somebody who comes to the door for a license is worth another look before the next round. */
const isDue = ({ nextAttemptAt, reason }: Account, { arrivedAt }: Candidate, now: number): boolean => {
  const lastAsked = nextAttemptAt - LONG_WAIT_MS
  return now >= nextAttemptAt || (reason === 'license_exhausted' && arrivedAt !== undefined && now >= lastAsked + SEAT_ASKED_AGAIN_MS)
}

/** Back within five minutes of a token that nobody knows brought them in. */
const isUnproven = ({ unprovenTokenAt }: Account, { arrivedAt }: Candidate): boolean =>
  unprovenTokenAt !== undefined &&
  arrivedAt !== undefined &&
  arrivedAt >= unprovenTokenAt &&
  arrivedAt - unprovenTokenAt <= UNPROVEN_FOR_MS

const pending = ({ stage, reason }: Account, nextAt: number): AccountProgress =>
  reason === undefined ? { kind: 'pending', stage, nextAt } : { kind: 'pending', stage, reason, nextAt }
