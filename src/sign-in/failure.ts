import { type FailureCode, failures, toUsherError, UsherError } from '#kernel/errors.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { Opened, SignInRequest, StoredTransaction, Transaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { isStray } from './authenticate.ts'
import { Halted } from './halted.ts'
import type { Parts } from './parts.ts'
import type { Held } from './pipeline.ts'
import type { Refusal } from './refusal-book.ts'
import {
  concernsThisPersonAlone,
  connectionsOf,
  isOfLinking,
  linkInto,
  type Occasion,
  offersAnotherWay,
  ownPath,
  pagePath,
} from './step.ts'
import { chooserPage } from './ways.ts'

/** Tells the person, the log and the audit why a sign-in did not go on, and leaves it where it can. */
export const answerFailure = async (error: unknown, held: Held, occasion: Occasion): Promise<Answer> => {
  const { failure, reached } = error instanceof Halted ? haltedAt(error) : { failure: toUsherError(error), reached: held.transaction }
  const { transaction } = held
  const { request } = transaction
  const { parts } = occasion
  const severity = failure.code === 'internal_error' ? 'error' : 'warn'
  const denied = deniedEvent(failure, reached, occasion)
  const { reference, relyingParty, user, connection } = denied
  parts.log[severity]('sign_in_denied', { reference, relyingParty, user, connection, error: failure })
  await parts.refusals.record(denied)
  const inItsOwnWords = request.own ? undefined : parts.protocols.get(request.protocol)?.refuse(request, failure, occasion.relyingParty)
  if (inItsOwnWords) return inItsOwnWords
  if (mayChooseAgain(failure.code, transaction)) return anotherWay(failure, transaction, { held, occasion })
  if (concernsThisPersonAlone(failure.code)) return refusedHere(failure, held, parts)
  // Nothing comes of asking for the same thing again.
  if (isOfLinking(failure.code)) return problem(failure, request.correlation, { home: ownPath(occasion.relyingParty) })
  return problem(failure, request.correlation, held.version === undefined ? {} : { again: pagePath(transaction.id) })
}

const haltedAt = ({ transaction, cause }: Halted) => ({ failure: toUsherError(cause), reached: transaction })

/** For the audit: who was refused, as far as it was known, and from where. */
const deniedEvent = ({ code }: UsherError, reached: Transaction, { visit }: Occasion): Refusal => {
  const { correlation: reference, relyingParty, own } = reached.request
  return {
    type: 'sign_in_denied',
    at: visit.at,
    reference,
    relyingParty,
    failure: code,
    ...('user' in reached && { user: reached.user.id }),
    ...(own?.wants === 'claim' && { user: own.user }),
    ...('connection' in reached && { connection: reached.connection }),
    facts: { ip: visit.ip },
  }
}

/** The session stays, so the same person would be refused again: the way to be somebody else is offered. */
const refusedHere = async (failure: UsherError, { transaction, version }: Held, { books }: Parts): Promise<Answer> => {
  if (version === undefined) await books.transactions.add(transaction)
  return {
    kind: 'page',
    status: statusOf(failure),
    page: {
      name: 'problem',
      failure: failure.code,
      reference: transaction.request.correlation,
      again: pagePath(transaction.id),
      otherAccount: pagePath(transaction.id, '/ways'),
      ...(failure.said && { said: failure.said }),
    },
  }
}

const mayChooseAgain = (code: FailureCode, { stage }: StoredTransaction): boolean =>
  code === 'identity_removed' || code === 'transaction_expired' || (offersAnotherWay(code) && (stage === 'opened' || stage === 'routed'))

/** Back to the choice of connections, with a notice about the one that did not work. */
const anotherWay = async (
  failure: UsherError,
  transaction: StoredTransaction,
  { held, occasion }: { readonly held: Held; readonly occasion: Occasion },
): Promise<Answer> => {
  const { id, browser, request, expiresAt } = transaction
  const opened: Opened = { stage: 'opened', id, browser, request, expiresAt, fresh: true }
  const { transactions } = occasion.parts.books
  if (held.version === undefined) await transactions.add(opened)
  // The person may still be at the provider, and must be able to come back from there.
  else if (!isStray(transaction, occasion)) await transactions.advance(opened, held.version)
  if (connectionsOf(occasion).length < 2) return problem(failure, request.correlation, { again: pagePath(id) })
  return chooserPage(opened, occasion, { notice: failure.code })
}

const problem = (failure: UsherError, reference: string, onward: { readonly again?: string; readonly home?: string }): Answer => ({
  kind: 'page',
  status: statusOf(failure),
  page: { name: 'problem', failure: failure.code, reference, ...onward },
})

const statusOf = (failure: UsherError): number => failures[failure.code].status

/** A sign-in that was answered already, opened once more: says so, and offers the way in. */
export const ended = async (id: string, parts: Parts, settings: Settings): Promise<Answer | undefined> => {
  const left = await parts.books.transactions.ended(id)
  const relyingParty = settings.relyingParties.find((one) => one.clientId === left?.relyingParty)
  if (!relyingParty) return undefined
  return { kind: 'page', status: 200, page: { name: 'finished', service: relyingParty.name, onward: linkInto(relyingParty) } }
}

/**
 * A sign-in that is not this browser's: it began in another one, or somebody signed out here since. The way to where it led
 * is offered, and nothing else of it. Throws `transaction_foreign` for a browser that keeps no cookies, or is new.
 */
export const leftBehind = ({ request }: StoredTransaction, visit: Visit, settings: Settings): Answer => {
  if (visit.isNewBrowser) throw new UsherError('transaction_foreign')
  const relyingParty = settings.relyingParties.find((one) => one.clientId === request.relyingParty)
  return problem(new UsherError('transaction_left'), '', relyingParty ? onwardTo(relyingParty, request) : {})
}

const onwardTo = (relyingParty: RelyingParty, { own }: SignInRequest) =>
  own ? { home: ownPath(relyingParty) } : { again: linkInto(relyingParty) }

/** A sign-in nobody knows any more; where there is only one place to go, the way there is offered. */
export const expired = (settings: Settings): Answer => {
  const [only, another] = settings.relyingParties
  const again = only && !another ? linkInto(only) : undefined
  return problem(new UsherError('transaction_expired'), '', again ? { again } : {})
}
