import type { Account } from '#kernel/account.ts'
import { heldLicense } from './adopt.ts'
import { advance, lookAgain, PATIENCE_TO_LOOK, setBack, type Step, stop, type Work } from './work.ts'

/** After so many tries the usage location is written again, in case it was never there. */
const WRITE_LOCATION_AT = 12

/** Assigns the reserved license. Assigning it again takes no second seat. */
export const assignLicense: Step = async (account, work) => {
  if (account.objectId === undefined) return advance(work, { stage: 'intent' })
  if (account.license === undefined) return advance(work, { stage: 'licensed' })
  // It is nearly always too early, and a look is cheaper than a try: writes are what Graph counts most strictly.
  const reply = await work.shop.directory.get(account.objectId, work.errand)
  if (!reply.ok) return reply.setback.kind === 'absent' ? tooEarly(account, work) : setBack(account, work, reply.setback)
  const held = await heldLicense(account, work, reply.value)
  if (held !== undefined) return takeHeld(account, work, held)
  if (reply.value.usageLocation === undefined) return waitForLocation(account, work, account.objectId)
  return assign(account, work, { objectId: account.objectId, skuId: account.license })
}

/** Given by a try whose answer was lost, maybe for another license than is wanted by now: a second one is a second seat. */
const takeHeld = async (account: Account, work: Work, license: string): Promise<Account> => {
  await work.shop.seats.give(account.userId)
  return advance(work, { stage: 'licensed', license }, { type: 'account_licensed', facts: { license } })
}

const assign = async (
  account: Account,
  work: Work,
  { objectId, skuId }: { readonly objectId: string; readonly skuId: string },
): Promise<Account> => {
  const { settings, directory, seats } = work.shop
  const disabledPlans = settings.licenses.find((license) => license.skuId === skuId)?.disabledPlans ?? []
  const reply = await directory.license(objectId, { skuId, disabledPlans }, work.errand)
  if (reply.ok) {
    await seats.give(account.userId)
    return advance(work, { stage: 'licensed' }, { type: 'account_licensed', facts: { license: skuId } })
  }
  switch (reply.setback.kind) {
    case 'no_seats':
      return giveBack(account, work, skuId)
    case 'location_lag':
      return waitForLocation(account, work, objectId)
    case 'absent':
      return tooEarly(account, work)
    default:
      return setBack(account, work, reply.setback)
  }
}

/** Not known there yet; after minutes of that, somebody else may have removed it. */
const tooEarly = (account: Account, work: Work): Promise<Account> =>
  account.attempts < PATIENCE_TO_LOOK ? lookAgain(account, work) : advance(work, { stage: 'intent' })

/** The directory has none left whatever we reckoned: the next license of the list, or the waiting list. */
const giveBack = async (account: Account, work: Work, skuId: string): Promise<Account> => {
  work.shop.seats.ranOut(skuId)
  const changed = await work.change({ license: undefined, nextAttemptAt: work.shop.clock.now() })
  // Only now: a row must never name a license that the book does not know.
  await work.shop.seats.release(account.userId)
  return changed
}

const waitForLocation = async (account: Account, work: Work, objectId: string): Promise<Account> => {
  if (account.attempts >= PATIENCE_TO_LOOK) return stop(account, work, 'license_location')
  if (account.attempts !== WRITE_LOCATION_AT) return lookAgain(account, work)
  const values = { usageLocation: account.usageLocation }
  const reply = await work.shop.directory.change(objectId, values, work.errand)
  return reply.ok ? lookAgain(account, work) : setBack(account, work, reply.setback)
}
