import type { Account } from '#kernel/account.ts'
import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { DirectoryUser } from './directory.ts'
import { isSameName, look } from './holder.ts'
import { stop, type Work } from './work.ts'

export type Drift = 'removed_in_entra' | 'disabled_in_entra' | 'changed_in_entra'

/** By then every replica knows of a person. */
const KNOWN_EVERYWHERE_MS = 10 * ONE_MINUTE_MS
const LONGEST_MARGIN_MS = 160_000
const SHORTEST_DOUBLED_MARGIN_MS = 5_000

/** Whether an object that is no longer there was somebody's decision: it had been ready, and Usher did not end it. */
export const isTakenAway = ({ readyAt, stage }: Account): boolean => readyAt !== undefined && stage !== 'closed'

/** Stops, and ends the sessions: somebody else decided that this person does not come in. */
export const stopForGood = async (account: Account, work: Work, drift: Drift): Promise<Account> => {
  const stopped = await stop(account, work, drift)
  await work.shop.accounts.endSessions(account.userId)
  return stopped
}

/** What somebody else did to an account that was ready, as far as one look can tell. */
const driftOf = async (account: Account, work: Work): Promise<Drift | undefined> => {
  const reply = await look(account, work)
  if (!reply.ok) return undefined
  switch (reply.value.kind) {
    case 'live':
      return changeOf(reply.value.user, account)
    case 'deleted':
      // Before it was ready it may have been deleted and brought back, and a replica may not know the second half yet.
      return deletedAt(reply.value.user) < readyAt(account) ? undefined : 'removed_in_entra'
    case 'foreign':
      return 'changed_in_entra'
    case 'nobody':
      return absenceOf(account, work)
  }
}

const readyAt = (account: Account): number => account.readyAt ?? 0

const changeOf = (user: DirectoryUser, account: Account): Drift | undefined => {
  if (user.accountEnabled === false) return 'disabled_in_entra'
  return isSameName(user.userPrincipalName, account.userPrincipalName) ? undefined : 'changed_in_entra'
}

/** Nobody has our immutable ID: somebody changed it, or purged the object. A search that came back empty proves neither. */
const absenceOf = async (account: Account, { shop, errand }: Work): Promise<Drift | undefined> => {
  if (account.objectId === undefined) return undefined
  const reply = await shop.directory.get(account.objectId, errand)
  if (reply.ok) return reply.value.onPremisesImmutableId === account.immutableId ? undefined : 'changed_in_entra'
  const isGone = reply.setback.kind === 'absent' && shop.clock.now() - readyAt(account) > KNOWN_EVERYWHERE_MS
  return isGone ? 'removed_in_entra' : undefined
}

/** The latest it can have been: the directory writes whole seconds. */
const deletedAt = ({ deletedDateTime }: DirectoryUser): number => Date.parse(deletedDateTime ?? '') + ONE_SECOND_MS

/** For somebody who just proved who they are: what was ready stays so, unless somebody took it away. */
export const stopIfTakenAway = async (account: Account, work: Work): Promise<Account> => {
  const drift = account.stage === 'ready' ? await driftOf(account, work) : undefined
  return drift === undefined ? account : stopForGood(account, work, drift)
}

/**
 * For a person who came back right after their first token: they have probably not arrived. Unless somebody took the
 * account away, the sign-in service is given twice the time.
 */
export const doubt = async (account: Account, work: Work): Promise<Account> => {
  const drift = await driftOf(account, work)
  if (drift !== undefined) return stopForGood(account, work, drift)
  const doubled = Math.max(2 * (account.settleMs ?? work.shop.settings.settleMs), SHORTEST_DOUBLED_MARGIN_MS)
  const settleMs = Math.min(doubled, LONGEST_MARGIN_MS)
  const settleUntil = work.shop.clock.now() + settleMs
  return work.change(
    { stage: 'waiting', reason: undefined, attempts: 0, settleMs, settleUntil, nextAttemptAt: settleUntil, unprovenTokenAt: undefined },
    { type: 'account_waiting', facts: { settleMs } },
  )
}
