import { hash } from 'node:crypto'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionId } from '#kernel/person.ts'
import type { Settings } from '#kernel/settings.ts'
import type { Routed, SignInRequest, TransactionId } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { callbackState, callbackUrlOf } from './authenticate.ts'
import { open, smartLinkRequest } from './open.ts'
import type { Parts } from './parts.ts'
import { recognized } from './recognize.ts'
import { connectionsOf, linkInto, type Occasion, pagePath } from './step.ts'

/** What we send along and get back: a transaction, and its secret. */
const OUR_STATE = /^[\w-]{22}\.[\w-]{22}$/

/** Whether a way back carries an answer, and none of the states we send along: people who began at the identity provider. */
export const isUnsolicited = (visit: Visit): boolean => visit.form.has('SAMLResponse') && !OUR_STATE.test(callbackState(visit) ?? '')

/**
 * Takes an answer nobody asked for, where the connection's settings allow it. Whoever made the browser post it may not be
 * the person in front of it: so it signs nobody in, and ends on the page that asks whether they mean to go on as this user.
 * Throws `connection_answer_invalid`, also when it comes again.
 */
export const takeUnsolicited = async (name: string, visit: Visit, parts: Parts): Promise<Answer> => {
  const settings = await parts.books.settings.current()
  const invalid = (reason: string) => new UsherError('connection_answer_invalid', { detail: { connection: name, reason } })
  const declared = settings.connections.find((one) => one.name === name)
  const connection = declared && parts.connection(declared)
  if (!declared || connection?.kind !== 'redirect' || !connection.unsolicited) throw invalid('state')
  const occasion = occasionIn(connection.unsolicited.relyingParty, { settings, visit, parts })
  if (!connectionsOf(occasion).includes(declared)) throw new UsherError('connection_unknown', { detail: { connection: name } })
  const { profile, id, expiresAt } = await connection.unsolicited.accept(visit, callbackUrlOf(declared, parts.publicUrl))
  const transaction: Routed = {
    ...open(requestInto(occasion), visit, parts),
    stage: 'routed',
    connection: declared.id,
    // As long as the answer could come again, its transaction is there and stands in the way.
    id: transactionFor(declared.id, id),
    expiresAt,
  }
  const version = await claimed(transaction, visit.at, parts)
  if (version === undefined) throw invalid('replayed')
  const outcome = await recognized(profile, declared, { transaction, occasion })
  if (outcome.kind !== 'next' || outcome.transaction.stage !== 'authenticated') throw new UsherError('internal_error')
  if (!(await parts.books.transactions.advance({ ...outcome.transaction, question: {} }, version))) throw invalid('replayed')
  return { kind: 'redirect', location: pagePath(transaction.id, '/next'), correlation: transaction.request.correlation }
}

const occasionIn = (
  clientId: string,
  { settings, ...rest }: Pick<Occasion, 'visit' | 'parts'> & { readonly settings: Settings },
): Occasion => {
  const relyingParty = settings.relyingParties.find((one) => one.clientId === clientId)
  if (!relyingParty) throw new UsherError('relying_party_unknown')
  return { settings, relyingParty, ...rest }
}

/** As if they had followed the smart link into their relying party. */
const requestInto = ({ relyingParty, visit, settings, parts }: Occasion): SignInRequest =>
  smartLinkRequest({ ...visit, url: new URL(linkInto(relyingParty), parts.publicUrl) }, settings.relyingParties, parts)

/** One for each answer, on every node and after every restart: storage has no place for two. */
const transactionFor = (connection: ConnectionId, answer: string): TransactionId =>
  hash('sha256', JSON.stringify(['unsolicited', connection, answer]), 'base64url').slice(0, 22)

/** The version of a transaction that this visit was the first to store; undefined for whoever comes later, here or on another node. */
const claimed = async (transaction: Routed, at: number, { books: { transactions } }: Parts): Promise<number | undefined> => {
  const { id } = transaction
  const isThere = async () => (await transactions.find(id, at)) !== undefined || (await transactions.ended(id)) !== undefined
  if (await isThere()) return undefined
  try {
    await transactions.add(transaction)
  } catch (error) {
    // Two came at once, and storage took one of them.
    if (await isThere()) return undefined
    throw error
  }
  return (await transactions.find(id, at))?.version
}
