import type { Account } from '#kernel/account.ts'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { AccountProgress } from '../target.ts'
import { findOrCreate } from './create.ts'
import { doubt } from './drift.ts'
import { isConflict } from './intend.ts'
import { findOnly } from './find-only.ts'
import { assignLicense } from './license.ts'
import { finish, observe } from './ready.ts'
import { reserveSeat } from './seat.ts'
import { pending, restingProgress } from './standing.ts'
import { type Step, stop, type Work, type Workshop } from './work.ts'

/** A step begins only while so much is left in which its calls may be sent. */
const STEP_MS = 3 * ONE_SECOND_MS

/** Step after step, as far as they go without waiting. */
export const goOn = async (begun: Account, work: Work): Promise<AccountProgress> => {
  const { shop, candidate, errand } = work
  let account = begun
  for (;;) {
    const rest = await restingProgress(account, candidate, shop)
    if (rest !== undefined) return rest
    if (shop.clock.now() > errand.notAfter - STEP_MS) return pending(account, shop.clock.now())
    account = await take(nextStep(account, shop), account, work)
  }
}

/** As `goOn`, and no further than the account is wanted to stand. */
export const goOnUntil = async (begun: Account, work: Work, isEnough: (account: Account) => boolean): Promise<Account> => {
  const { shop, candidate, errand } = work
  let account = begun
  for (;;) {
    if (isEnough(account) || shop.clock.now() > errand.notAfter - STEP_MS) return account
    if ((await restingProgress(account, candidate, shop)) !== undefined) return account
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

/** An object that is made by other means is only ever looked for, and looked at. */
const stepElsewhere = ({ stage }: Account): Step => {
  if (stage === 'ready') return doubt
  return stage === 'licensed' ? observe : findOnly
}

/** What the row itself calls for next. */
const nextStep = (account: Account, { settings }: Workshop): Step => {
  const { stage, settleUntil, license } = account
  if (stage !== 'ready' && settleUntil !== undefined) return finish
  if (account.madeElsewhere) return stepElsewhere(account)
  if (stage !== 'ready' && license === undefined && settings.licenses.length > 0) return reserveSeat
  switch (stage) {
    case 'ready':
      return doubt
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
