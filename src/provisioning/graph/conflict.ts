import type { Account } from '#kernel/account.ts'
import { nextPrincipalName } from '../subject.ts'
import { adopt } from './adopt.ts'
import { isOurs } from './holder.ts'
import { noAttempts, PATIENCE_TO_WRITE, setBack, stop, type Work, writeAgain } from './work.ts'

/** By then a holder of the name itself is mostly seen. */
const LOOK_FOR_ADDRESS_FROM = 3

/**
 * Somebody has one of our values. Only a holder who was seen, and is not ours, makes us take another name: one who is
 * not seen may be our own object that has not spread yet.
 */
export const meetHolder = async (account: Account, work: Work): Promise<Account> => {
  const reply = await work.shop.directory.get(account.userPrincipalName, work.errand)
  if (!reply.ok) {
    return reply.setback.kind === 'absent' ? meetUnseen(account, work) : setBack(account, work, reply.setback)
  }
  const holder = reply.value
  if (holder.onPremisesImmutableId !== account.immutableId) return takeNextName(account, work)
  return isOurs(holder, account, work) ? adopt(account, work, holder) : stop(account, work, 'account_conflict')
}

/** Nobody is seen under the name: a replica is behind, or the name is an address of somebody with another name. */
const meetUnseen = async (account: Account, work: Work): Promise<Account> => {
  if (account.attempts < LOOK_FOR_ADDRESS_FROM) return writeAgain(account, work)
  const reply = await work.shop.directory.addressed(account.userPrincipalName, work.errand)
  if (!reply.ok) return setBack(account, work, reply.setback)
  if (reply.value.some((user) => user.onPremisesImmutableId !== account.immutableId)) return takeNextName(account, work)
  return account.attempts < PATIENCE_TO_WRITE ? writeAgain(account, work) : stop(account, work, 'account_name_taken')
}

const takeNextName = async (account: Account, work: Work): Promise<Account> => {
  // Names we did not choose are not ours to change.
  let name = account.origin === 'usher' ? nextPrincipalName(work.names, account.userPrincipalName) : undefined
  while (name !== undefined) {
    const renamed = await work.rename({ userPrincipalName: name, attempts: noAttempts(account), nextAttemptAt: work.shop.clock.now() })
    if (renamed !== undefined) return renamed
    name = nextPrincipalName(work.names, name)
  }
  return stop(account, work, 'account_name_taken')
}
