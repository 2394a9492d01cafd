import { UsherError } from '#kernel/errors.ts'
import type { StoredTransaction, Transaction } from '#kernel/transaction.ts'
import type { Answer, SessionChange } from '#kernel/visit.ts'
import { admit } from './admit.ts'
import { applyRules } from './apply-rules.ts'
import { authenticate } from './authenticate.ts'
import { arriveAtOwnPage } from './arrive-at-own-page.ts'
import { chooseConnection } from './choose-connection.ts'
import { Halted } from './halted.ts'
import { confirmClaim } from './link-claim.ts'
import { issueToken } from './issue-token.ts'
import { provision } from './provision.ts'
import { provenBy } from './sessions.ts'
import { type Occasion, type Outcome, pagePath } from './step.ts'

/** A transaction in hand: as it is now, and the version it has in storage, if it is there at all. */
export interface Held {
  readonly transaction: StoredTransaction
  readonly version?: number
}

/**
 * Goes on with a sign-in as far as it goes: one loop, one switch. Start reading here.
 * A browser that posted something is sent to our own page first, because no answer to a POST may leave our origin.
 * Undefined when another visit moved the transaction meanwhile: read it again. Throws `Halted` where a step throws.
 */
export const advance = async (held: Held, occasion: Occasion): Promise<Answer | undefined> => {
  let transaction: Transaction = held.transaction
  let session: SessionChange | undefined
  let current = occasion
  if (held.version !== undefined) await assertStillTheirs(held.transaction, occasion)
  for (;;) {
    const outcome = await step(transaction, current, held.version !== undefined)
    if (outcome.kind !== 'next') return leave(outcome, held, { session, occasion })
    transaction = outcome.transaction
    session = outcome.session ?? session
    if (occasion.visit.method === 'POST' && transaction.stage !== 'provisioned') {
      const answer = withSession({ kind: 'redirect', location: pagePath(transaction.id, '/next') }, session)
      return kept(held, transaction, { answer, occasion })
    }
    // What the person did counted once.
    const { input: _, ...rest } = current
    current = rest
  }
}

/**
 * Between two visits a way to sign in may have been removed, or its user linked to another. Those in `admitted` are asked
 * when their rules are done, which may link them themselves. Throws `identity_removed`, `transaction_expired`.
 */
const assertStillTheirs = async (transaction: StoredTransaction, { input, parts }: Occasion): Promise<void> => {
  const goesOn = input?.kind !== 'ways' && !(input?.kind === 'account' && input.choice === 'switch')
  if (!goesOn || !('user' in transaction)) return
  const { user, connection, request } = transaction
  if (await parts.books.people.isOver({ user: user.id, connection, since: request.arrivedAt })) throw new UsherError('transaction_expired')
  if (transaction.stage === 'admitted') return
  if (!(await parts.books.people.isTheirs(user.id, provenBy(transaction))))
    throw new UsherError('identity_removed', { detail: { user: user.id, connection } })
}

const leave = async (
  outcome: Exclude<Outcome, { readonly kind: 'next' }>,
  held: Held,
  { session, occasion }: { readonly session: SessionChange | undefined; readonly occasion: Occasion },
): Promise<Answer | undefined> => {
  switch (outcome.kind) {
    case 'overtaken':
      return undefined
    case 'end':
      return withSession(outcome.answer, session)
    case 'ask':
      return kept(held, outcome.transaction, { answer: withSession(outcome.answer, session), occasion })
  }
}

/** Throws `Halted`. */
const step = (transaction: Transaction, occasion: Occasion, isStored: boolean): Promise<Outcome> =>
  stepFrom(transaction, occasion, isStored).catch((error: unknown) => {
    throw new Halted(transaction, error)
  })

const stepFrom = async (transaction: Transaction, occasion: Occasion, isStored: boolean): Promise<Outcome> => {
  switch (transaction.stage) {
    case 'opened':
      return chooseConnection(transaction, occasion)
    case 'routed':
      return authenticate(transaction, occasion)
    case 'claimed':
      return confirmClaim(transaction, occasion)
    case 'authenticated':
      return admit(transaction, occasion)
    case 'admitted':
      return transaction.request.own ? arriveAtOwnPage(transaction, occasion, isStored) : applyRules(transaction, occasion)
    case 'ruled':
      return provision(transaction, occasion)
    case 'provisioned':
      return issueToken(transaction, occasion, isStored)
  }
}

const withSession = (answer: Answer, session: SessionChange | undefined): Answer => (session ? { ...answer, session } : answer)

/** Stores the transaction where something changed; the answer only when that worked. */
const kept = async (
  held: Held,
  transaction: StoredTransaction,
  { answer, occasion }: { readonly answer: Answer; readonly occasion: Occasion },
): Promise<Answer | undefined> => {
  const { transactions } = occasion.parts.books
  if (held.version === undefined) {
    await transactions.add(transaction)
    return answer
  }
  const isUnchanged = transaction === held.transaction
  return isUnchanged || (await transactions.advance(transaction, held.version)) ? answer : undefined
}
