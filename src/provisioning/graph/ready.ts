import type { Account } from '#kernel/account.ts'
import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { DirectoryUser } from './directory.ts'
import { stopForGood } from './drift.ts'
import { isSameName } from './holder.ts'
import { advance, lookAgain, PATIENCE_TO_LOOK, setBack, type Step, type Work } from './work.ts'

const BETWEEN_READINGS_MS = ONE_SECOND_MS
/** Two readings further apart than this are not one after the other. */
const READING_LIFE_MS = ONE_MINUTE_MS
const MANY_READINGS = 1_000

/** Reads the account until two readings, a second apart, are complete and agree with the row; then the margin begins. */
export const observe: Step = async (account, work) => {
  const reply = await work.shop.directory.live(account.immutableId, work.errand)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const lack = lackOf(reply.value, account)
  if (lack !== undefined) return incomplete(account, work, lack)
  const { firstReadings, clock, settings } = work.shop
  const now = clock.now()
  const first = firstReadings.get(account.userId)
  if (first === undefined || now - first > READING_LIFE_MS) {
    remember(firstReadings, account.userId, now)
    return work.change({ reason: undefined, nextAttemptAt: now + BETWEEN_READINGS_MS })
  }
  if (now - first < BETWEEN_READINGS_MS) return work.change({ nextAttemptAt: first + BETWEEN_READINGS_MS })
  firstReadings.delete(account.userId)
  const settleMs = account.settleMs ?? settings.settleMs
  const settleUntil = now + settleMs
  return advance(work, { settleMs, settleUntil, nextAttemptAt: settleUntil })
}

const remember = (readings: Map<string, number>, userId: string, now: number): void => {
  // Accounts that another process finished leave theirs behind.
  if (readings.size >= MANY_READINGS) for (const [id, at] of readings) if (now - at > READING_LIFE_MS) readings.delete(id)
  readings.set(userId, now)
}

/** The margin is over: tokens may be issued, and the next one shows whether it brings them in. */
export const finish: Step = (account, work) =>
  advance(
    work,
    { stage: 'ready', settleUntil: undefined, unprovenTokenAt: undefined, readyAt: account.readyAt ?? work.shop.clock.now() },
    { type: 'account_ready' },
  )

type Lack = 'missing' | 'other' | 'disabled' | 'renamed' | 'unlicensed'

const lackOf = (users: readonly DirectoryUser[], account: Account): Lack | undefined => {
  const [user] = users
  if (user === undefined) return 'missing'
  if (user.id !== account.objectId) return 'other'
  if (user.accountEnabled !== true) return 'disabled'
  if (!isSameName(user.userPrincipalName, account.userPrincipalName)) return 'renamed'
  const isLicensed = account.license === undefined || user.assignedLicenses.some(({ skuId }) => skuId === account.license)
  return isLicensed ? undefined : 'unlicensed'
}

/** Most of the time a replica is behind. What stays so for minutes is how it is. */
const incomplete = (account: Account, work: Work, lack: Lack): Promise<Account> => {
  work.shop.firstReadings.delete(account.userId)
  if (account.attempts < PATIENCE_TO_LOOK) return lookAgain(account, work)
  switch (lack) {
    case 'missing':
    case 'other':
      return advance(work, { stage: 'intent' })
    case 'unlicensed':
      return advance(work, { stage: 'created' })
    case 'disabled':
      return stopForGood(account, work, 'disabled_in_entra')
    case 'renamed':
      return stopForGood(account, work, 'changed_in_entra')
  }
}
