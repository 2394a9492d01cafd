import type { Account } from '#kernel/account.ts'
import { advance, lookAgain, PATIENCE, setBack, type Step, stop, type Work } from './work.ts'

/** After so many refusals for want of a usage location it is written again, in case it was never there. */
const WRITE_LOCATION_AT = 5

/** Assigns the reserved license. Assigning it again takes no second seat. */
export const assignLicense: Step = async (account, work) => {
  const { settings, directory, seats } = work.shop
  if (account.objectId === undefined) return advance(work, { stage: 'intent' })
  if (account.license === undefined) return advance(work, { stage: 'licensed' })
  const skuId = account.license
  const disabledPlans = settings.licenses.find((license) => license.skuId === skuId)?.disabledPlans ?? []
  const reply = await directory.license(account.objectId, { skuId, disabledPlans }, work.errand)
  if (reply.ok) {
    await seats.give(account.userId)
    return advance(work, { stage: 'licensed' }, { type: 'account_licensed', facts: { license: skuId } })
  }
  switch (reply.setback.kind) {
    case 'no_seats':
      return giveBack(account, work, skuId)
    case 'location_lag':
      return waitForLocation(account, work, account.objectId)
    case 'absent':
      return account.attempts < PATIENCE ? lookAgain(account, work) : advance(work, { stage: 'intent' })
    default:
      return setBack(account, work, reply.setback)
  }
}

/** The directory has none left whatever we reckoned: the next license of the list, or the waiting list. */
const giveBack = async (account: Account, work: Work, skuId: string): Promise<Account> => {
  work.shop.seats.ranOut(skuId)
  const changed = await work.change({ license: undefined, nextAttemptAt: work.shop.clock.now() })
  // Only now: a row must never name a license that the book does not know.
  await work.shop.seats.release(account.userId)
  return changed
}

const waitForLocation = async (account: Account, work: Work, objectId: string): Promise<Account> => {
  if (account.attempts >= PATIENCE) return stop(account, work, 'license_location')
  if (account.attempts !== WRITE_LOCATION_AT) return lookAgain(account, work)
  const values = { usageLocation: account.usageLocation }
  const reply = await work.shop.directory.change(objectId, values, work.errand)
  return reply.ok ? lookAgain(account, work) : setBack(account, work, reply.setback)
}
