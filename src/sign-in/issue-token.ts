import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Token } from '#kernel/token.ts'
import type { Ended, Provisioned, SignInRequest } from '#kernel/transaction.ts'
import type { Protocol } from '#protocols/protocol.ts'
import { grantHop } from './hop.ts'
import { provenBy } from './sessions.ts'
import { wishedIssuer, wishedNameId, wishedParty } from './token-wishes.ts'
import { issuerFor } from './issuer.ts'
import { connectionsOf, isOfDirectory, type Occasion, type Outcome, vouchesFor } from './step.ts'

/** After this long Microsoft has forgotten what its `wctx` was about. */
const STALE_MS = 10 * ONE_MINUTE_MS
const FOUR_MINUTES_MS = 4 * ONE_MINUTE_MS

/** Provisioned → the answer: a token, or a hop through the relying party where it has nothing open to post one to. */
export const issueToken = async (transaction: Provisioned, occasion: Occasion, isStored: boolean): Promise<Outcome> => {
  const protocol = occasion.parts.protocols.get(transaction.request.protocol)
  if (!protocol) throw new UsherError('internal_error')
  await assertUsable(transaction, occasion, isStored)
  const going: Going = { transaction, occasion, protocol, ...(isStored && { ends: endedBy(transaction) }) }
  const at = occasion.parts.clock.now()
  return transaction.request.onward || at - transaction.request.arrivedAt > STALE_MS ? hop(going, at) : postToken(going, at)
}

/**
 * A connection that was switched off meanwhile vouches for nobody. Who was asked something, or waited, is held against the
 * settings as they are by now. Throws `connection_unknown`.
 */
const assertUsable = async ({ connection, authentication, request }: Provisioned, occasion: Occasion, isStored: boolean): Promise<void> => {
  const settings = isStored ? await occasion.parts.books.settings.current() : occasion.settings
  const relyingParty = settings.relyingParties.find(({ clientId }) => clientId === request.relyingParty)
  const usable = relyingParty ? connectionsOf({ settings, relyingParty, parts: occasion.parts }) : []
  if (!usable.some((one) => vouchesFor(one, { connection, authentication })))
    throw new UsherError('connection_unknown', { detail: { connection, reason: 'not usable any more' } })
}

interface Going {
  readonly transaction: Provisioned
  readonly occasion: Occasion
  readonly protocol: Protocol
  readonly ends?: Ended
}

const endedBy = ({ id, user, request }: Provisioned): Ended => ({ id, user: user.id, relyingParty: request.relyingParty })

const hop = async ({ transaction, occasion, protocol, ends }: Going, at: number): Promise<Outcome> => {
  const { grants, transactions } = occasion.parts.books
  const { user, connection, authentication, request, subject, silent: isSilent } = transaction
  const identity = provenBy(transaction)
  if (!(await occasion.parts.books.people.isTheirs(user.id, identity))) throw new UsherError('identity_removed')
  // Ended first: a visit that comes late must not renew a grant that was taken meanwhile.
  if (ends && !(await transactions.end(ends))) return { kind: 'overtaken' }
  await grantHop(grants, transaction, { user: user.id, connection, identity, authentication, isSilent, since: request.arrivedAt }, at)
  return { kind: 'end', answer: protocol.start(occasion.relyingParty, subject, request.onward?.deepLink) }
}

const postToken = async (going: Going, at: number): Promise<Outcome> => {
  const { transaction, occasion, protocol, ends } = going
  const { relyingParty, parts } = occasion
  const token = await signed(going, at)
  // A directory's people have arrived long ago.
  const isFirst = transaction.standing?.unprovenTokenAt === undefined && !isOfDirectory(transaction, occasion)
  const was = await parts.books.ledger.issued(issuedEvent(going, token, at), {
    by: provenBy(transaction),
    since: transaction.request.arrivedAt,
    ...(ends && { ends }),
    ...(isFirst && { unproven: { userId: transaction.user.id, target: relyingParty.target } }),
  })
  if (!was) return { kind: 'overtaken' }
  parts.log.info('token_issued', {
    reference: transaction.request.correlation,
    relyingParty: relyingParty.clientId,
    user: transaction.user.id,
    silent: transaction.silent,
  })
  return { kind: 'end', answer: protocol.respond(answeredRequest(transaction), token, addressee(going)) }
}

const signed = ({ transaction, occasion }: Pick<Going, 'transaction' | 'occasion'>, at: number): Promise<Token> => {
  const { relyingParty, parts } = occasion
  if (Math.abs(parts.clockSkewMs()) > FOUR_MINUTES_MS) throw new UsherError('clock_off')
  const format = parts.formats.get(relyingParty.format)
  if (!format) throw new UsherError('settings_invalid', { detail: { field: 'format' } })
  const { subject, authentication, verdict } = transaction
  const nameId = verdict && wishedNameId(verdict.wishes)
  return format.issue({
    subject,
    authentication,
    claims: verdict?.claims ?? {},
    relyingParty: addressee({ transaction, occasion }),
    issuer: wishedIssuer(issuerFor(subject.userPrincipalName, relyingParty), relyingParty, verdict?.wishes),
    ...(nameId && { nameId }),
    at,
  })
}

/** The relying party as this token addresses it. */
const addressee = ({ transaction, occasion }: Pick<Going, 'transaction' | 'occasion'>): RelyingParty =>
  transaction.verdict ? wishedParty(occasion.relyingParty, transaction.verdict.wishes, occasion.settings) : occasion.relyingParty

const answeredRequest = ({ request, verdict }: Provisioned): SignInRequest =>
  verdict?.wishes.context === undefined ? request : { ...request, context: verdict.wishes.context }

const issuedEvent = ({ transaction, occasion }: Going, token: Token, at: number) => {
  const { user, connection, request, authentication } = transaction
  return {
    type: 'token_issued',
    at,
    reference: request.correlation,
    user: user.id,
    relyingParty: request.relyingParty,
    connection,
    facts: {
      assertion: token.id,
      method: authentication.method,
      authenticatedAt: authentication.at,
      secondFactor: authentication.secondFactor !== undefined,
      ip: occasion.visit.ip,
    },
  } as const
}
