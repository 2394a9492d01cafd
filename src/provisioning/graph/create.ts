import type { Account } from '#kernel/account.ts'
import { displayNameOf } from '../subject.ts'
import { adopt } from './adopt.ts'
import { meetHolder } from './conflict.ts'
import type { NewDirectoryUser } from './directory.ts'
import { isTakenAway, stopForGood } from './drift.ts'
import { look } from './holder.ts'
import { restore } from './restore.ts'
import { advance, lookAgain, PATIENCE_TO_LOOK, setBack, type Step, stop, type Work } from './work.ts'

/** Finds our object, alive or deleted, and makes one only when nobody has our immutable ID. */
export const findOrCreate: Step = async (account, work) => {
  const reply = await look(account, work)
  if (!reply.ok) return setBack(account, work, reply.setback)
  switch (reply.value.kind) {
    case 'live':
      return adopt(account, work, reply.value.user)
    case 'deleted':
      return restore(account, work, reply.value.user)
    case 'foreign':
      return stop(account, work, 'account_conflict')
    case 'nobody':
      return missing(account, work)
  }
}

const missing = (account: Account, work: Work): Promise<Account> => {
  // We saw it made: a replica that does not know it is behind.
  if (account.objectId !== undefined && account.attempts < PATIENCE_TO_LOOK) return lookAgain(account, work)
  return isTakenAway(account) ? stopForGood(account, work, 'removed_in_entra') : create(account, work)
}

const LONGEST_NAME = 64

const newUser = (account: Account, { candidate, names, wanted }: Work): NewDirectoryUser => {
  const { given, family } = candidate.user.names
  return {
    displayName: displayNameOf(candidate.user.names),
    ...(given && { givenName: given.slice(0, LONGEST_NAME) }),
    ...(family && { surname: family.slice(0, LONGEST_NAME) }),
    ...wanted?.details,
    mailNickname: wanted?.mailNickname ?? names.mailNickname,
    userPrincipalName: account.userPrincipalName,
    onPremisesImmutableId: account.immutableId,
    usageLocation: account.usageLocation,
    employeeType: names.marker,
  }
}

const create = async (account: Account, work: Work): Promise<Account> => {
  const { directory } = work.shop
  const reply = await directory.create(newUser(account, work), work.errand)
  if (reply.ok) {
    const objectId = reply.value.id
    return advance(work, { stage: 'created', objectId, readyAt: undefined }, { type: 'account_created', facts: { objectId } })
  }
  return reply.setback.kind === 'conflict' ? meetHolder(account, work) : setBack(account, work, reply.setback)
}
