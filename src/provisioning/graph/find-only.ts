import type { DirectoryUser } from './directory.ts'
import { stopForGood } from './drift.ts'
import { isSameName } from './holder.ts'
import { advance, LONG_WAIT_MS, lookAgain, PATIENCE_TO_LOOK, setBack, type Step, stop, wait } from './work.ts'

const USHERS_MARKER = /^usher:/

/**
 * Looks for an object that is made by other means, and makes none: as long as there is none its person waits. What it
 * finds must be called as the row says and must not be one that Usher made for somebody.
 */
export const findOnly: Step = async (account, work) => {
  const { directory, clock } = work.shop
  const reply = await directory.live(account.immutableId, work.errand)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const [user] = reply.value
  if (user === undefined || !isSameName(user.userPrincipalName, account.userPrincipalName)) {
    if (account.attempts < PATIENCE_TO_LOOK) return lookAgain(account, work)
    if (user !== undefined) return stopForGood(account, work, 'changed_in_entra')
    return wait(account, work, { failure: 'target_timeout', until: clock.now() + LONG_WAIT_MS })
  }
  if (isUshersOwn(user)) return stop(account, work, 'account_conflict')
  if (user.accountEnabled === false) return stopForGood(account, work, 'disabled_in_entra')
  const isNew = account.objectId !== user.id
  const event = { type: 'account_adopted', facts: { objectId: user.id } } as const
  return advance(work, { stage: 'licensed', objectId: user.id }, isNew ? event : undefined)
}

const isUshersOwn = ({ employeeType }: DirectoryUser): boolean => employeeType !== undefined && USHERS_MARKER.test(employeeType)
