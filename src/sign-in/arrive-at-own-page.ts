import type { Admitted } from '#kernel/transaction.ts'
import type { Occasion, Outcome } from './step.ts'
import { ownPath } from './step.ts'

/** Admitted → the person's own page: no rules, no account and no token are for that. */
export const arriveAtOwnPage = async (transaction: Admitted, { parts, relyingParty }: Occasion, isStored: boolean): Promise<Outcome> => {
  const { id, user } = transaction
  const isOver = isStored && !(await parts.books.transactions.end({ id, user: user.id, relyingParty: relyingParty.clientId }))
  return isOver ? { kind: 'overtaken' } : { kind: 'end', answer: { kind: 'redirect', location: ownPath(relyingParty) } }
}
