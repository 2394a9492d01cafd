import type { Account } from '#kernel/account.ts'
import type { DirectoryUser } from './directory.ts'
import { stopForGood } from './drift.ts'
import { isSameName } from './holder.ts'
import { advance, lookAgain, PATIENCE_TO_LOOK, setBack, stop, type Work } from './work.ts'

/** Takes our own object as the account's: made by a try whose answer was lost, or by a row that was. */
export const adopt = async (account: Account, work: Work, user: DirectoryUser): Promise<Account> => {
  if (user.accountEnabled === false) {
    if (account.stage !== 'closed') return stopForGood(account, work, 'disabled_in_entra')
    const reply = await work.shop.directory.change(user.id, { accountEnabled: true }, work.errand)
    if (!reply.ok) return setBack(account, work, reply.setback)
  }
  const named = await withItsName(account, work, user)
  if (named !== undefined) return take(named, work, user)
  // Another row that was lost with ours proposed that name first, and gives it back when it finds its own.
  return account.attempts < PATIENCE_TO_LOOK ? lookAgain(account, work) : stop(account, work, 'account_conflict')
}

/**
 * A row that was lost is written again with the first name, but its object may have another. Once people have signed in
 * under a name it is changed in Entra only by somebody who must be asked. Undefined when the name is somebody else's.
 */
const withItsName = async (account: Account, work: Work, user: DirectoryUser): Promise<Account | undefined> => {
  const { userPrincipalName } = user
  const isFinal = account.origin !== 'usher' || (account.readyAt !== undefined && account.stage !== 'closed')
  const isElsewhere = !userPrincipalName.toLowerCase().endsWith(`@${work.shop.settings.domain}`)
  if (isFinal || isElsewhere || isSameName(userPrincipalName, account.userPrincipalName)) return account
  return work.rename({ userPrincipalName })
}

const take = async (account: Account, work: Work, user: DirectoryUser): Promise<Account> => {
  const held = await heldLicense(account, work, user)
  const license = held ?? account.license
  const isLicensed = work.shop.settings.licenses.length === 0 || held !== undefined
  if (isLicensed) await work.shop.seats.give(account.userId)
  return advance(
    work,
    { stage: isLicensed ? 'licensed' : 'created', objectId: user.id, license, ...(account.stage === 'closed' && { readyAt: undefined }) },
    eventOf(account, user),
  )
}

/** The license it has already, if that is one of ours, booked as its seat: a second one would be a second seat. */
export const heldLicense = async (account: Account, work: Work, user: DirectoryUser): Promise<string | undefined> => {
  const isHeld = (skuId: string | undefined): boolean => user.assignedLicenses.some((license) => license.skuId === skuId)
  if (isHeld(account.license)) return account.license
  const held = work.shop.settings.licenses.find(({ skuId }) => isHeld(skuId))?.skuId
  if (held !== undefined) await work.shop.seats.keep(account.userId, held)
  return held
}

const eventOf = (account: Account, user: DirectoryUser) => {
  if (account.stage === 'closed') return { type: 'account_restored', facts: { objectId: user.id } } as const
  return account.objectId === user.id ? undefined : ({ type: 'account_adopted', facts: { objectId: user.id } } as const)
}
