import type { Account } from '#kernel/account.ts'
import { type FailureCode, UsherError } from '#kernel/errors.ts'
import { type DerivedNames, usageLocationOf } from '../subject.ts'
import type { Candidate } from '../target.ts'
import type { Workshop } from './work.ts'

/** The row, written now when there is none; or why there cannot be one. */
export const findOrIntend = async (candidate: Candidate, names: DerivedNames, shop: Workshop): Promise<Account | FailureCode> => {
  try {
    return (await findOrPropose(candidate, names, shop)) ?? 'account_name_taken'
  } catch (error) {
    if (isConflict(error)) return 'account_conflict'
    throw error
  }
}

const findOrPropose = async (candidate: Candidate, names: DerivedNames, shop: Workshop): Promise<Account | undefined> => {
  const { settings, accounts, clock } = shop
  const known = await accounts.find(candidate.user.id, settings.name)
  if (known !== undefined) return known
  for (const userPrincipalName of names.userPrincipalNames) {
    const account = await accounts.intend({
      userId: candidate.user.id,
      target: settings.name,
      origin: 'usher',
      immutableId: names.immutableId,
      userPrincipalName,
      usageLocation: usageLocationOf(settings.usageLocation, candidate.attributes),
      reference: candidate.reference,
      at: clock.now(),
    })
    if (account !== undefined) return account
  }
  return undefined
}

/** Whether a book says that a value which must be one row's is another's. */
export const isConflict = (error: unknown): boolean => error instanceof UsherError && error.code === 'account_conflict'
