import type { Account } from '#kernel/account.ts'
import { meetHolder } from './conflict.ts'
import type { DirectoryUser } from './directory.ts'
import { isTakenAway, stopForGood } from './drift.ts'
import { setBack, type Work, writeAgain } from './work.ts'

/** The object id without its hyphens, which Entra puts before the name of a deleted person. */
const PREFIX_LENGTH = 32

/** Brings a deleted object of ours back, unless somebody deleted an account that had been ready: that was a decision. */
export const restore = async (account: Account, work: Work, user: DirectoryUser): Promise<Account> => {
  if (isTakenAway(account)) return stopForGood(account, work, 'removed_in_entra')
  const formerName = user.userPrincipalName.slice(PREFIX_LENGTH)
  const isSameName = formerName.toLowerCase() === account.userPrincipalName.toLowerCase()
  const name = isSameName ? undefined : account.userPrincipalName
  const reply = await work.shop.directory.restore(user.id, name, work.errand)
  if (reply.ok) return afterRestore(account, work, user)
  switch (reply.setback.kind) {
    case 'conflict':
      return meetHolder(account, work)
    case 'absent':
      return writeAgain(account, work)
    default:
      return setBack(account, work, reply.setback)
  }
}

/** It is looked at again when it has spread: it may be disabled, and its license may have gone. */
const afterRestore = (account: Account, work: Work, user: DirectoryUser): Promise<Account> =>
  work.change(
    {
      ...(account.stage !== 'closed' && { stage: 'intent' }),
      objectId: user.id,
      reason: undefined,
      attempts: 1,
      readyAt: undefined,
      nextAttemptAt: work.shop.clock.now() + 1_000,
    },
    { type: 'account_restored', facts: { objectId: user.id } },
  )
