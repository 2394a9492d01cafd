import { UsherError } from '#kernel/errors.ts'
import { allowsLinking } from '#kernel/linking.ts'
import { calledName } from '#kernel/person.ts'
import type { UserId } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Claimed, Routed } from '#kernel/transaction.ts'
import type { Spoken } from './link-by-address.ts'
import { type Owner, ownerOf } from './owner.ts'
import { satisfies } from './sessions.ts'
import { ask, connectionsOf, next, type Occasion, type Outcome, ownPath, pagePath, type Step, startOver } from './step.ts'

/**
 * Routed → claimed: somebody who is signed in already showed another identity. Nobody is made of it, and nothing is kept
 * but this. Throws `linking_refused`, `link_interrupted`.
 */
export const claimed = (transaction: Routed, owner: UserId, { profile, settings, arriving }: Spoken): Outcome => {
  const { id, browser, request, expiresAt } = transaction
  if (!allowsLinking(settings)) throw refused(settings.id)
  // Whoever did not have to prove it just now may not even be here.
  if (!satisfies(profile.authentication, request.freshness, arriving.at)) throw interrupted('other')
  const { identity, root } = arriving
  const { names, email, emailVerified } = profile
  const said = { names, emailVerified, ...(email !== undefined && { email }) }
  return next({ stage: 'claimed', id, browser, request, expiresAt, connection: settings.id, owner, identity, said, root })
}

/** Claimed → the person's own page, when they say that they mean it. Throws `link_interrupted`, `link_taken`, `linking_refused`. */
export const confirmClaim: Step<Claimed> = async (transaction, occasion) => {
  const { input } = occasion
  if (input?.kind === 'ways' || (input?.kind === 'account' && input.choice === 'switch')) return next(startOver(transaction))
  const settings = connectionsOf(occasion).find(({ id }) => id === transaction.connection)
  if (!settings || !allowsLinking(settings)) throw refused(transaction.connection)
  const owner = await stillThere(transaction, occasion)
  // Who knows one factor only must not bring along a way that shows two from then on.
  if (settings.secondFactor && owner.lacksSecondFactor) throw refused(transaction.connection, 'second factor')
  return input?.kind === 'account'
    ? join(transaction, settings, { owner, occasion })
    : ask(transaction, { kind: 'page', status: 200, page: claimPage(transaction, settings, { owner, occasion }) })
}

/** The same person, signed in at the same browser all along. */
const stillThere = async ({ owner }: Claimed, occasion: Occasion): Promise<Owner> => {
  const found = await ownerOf(occasion)
  if (found?.standing.user.id !== owner || !found.isStillFresh) throw interrupted('session')
  if (!found.mayLink) throw refused(found.standing.user.identity.connection)
  return found
}

interface Asking {
  readonly owner: Owner
  readonly occasion: Occasion
}

const join = async (transaction: Claimed, connection: ConnectionSettings, { owner, occasion }: Asking): Promise<Outcome> => {
  const { parts, relyingParty, visit } = occasion
  const { id, owner: primary, identity, said, root, request } = transaction
  const { correlation: reference, relyingParty: client } = request
  const ends = { id, user: primary, relyingParty: client }
  const claim = { identity, said, root, connection, reference, primary, session: owner.session, ends, at: visit.at }
  const isDone = await parts.books.joins.claim(claim).catch((error) => {
    throw error instanceof UsherError && error.code === 'account_conflict'
      ? new UsherError('link_taken', { cause: error, detail: error.detail })
      : error
  })
  if (!isDone) return { kind: 'overtaken' }
  parts.log.info('user_linked', { reference, user: primary, connection: connection.id, reason: 'the person' })
  return { kind: 'end', answer: { kind: 'redirect', location: ownPath(relyingParty) } }
}

const claimPage = ({ id, said }: Claimed, { label, brand }: ConnectionSettings, { owner, occasion }: Asking) => ({
  name: 'claim' as const,
  who: owner.standing.user.email ?? calledName(owner.standing.user),
  other: { label, brand, called: calledThere(said) },
  action: pagePath(id, '/account'),
  back: ownPath(occasion.relyingParty),
})

/** An address that nobody checked may be anybody's: it is not shown as if it were theirs. */
const calledThere = (said: Claimed['said']): string => {
  if (said.email === undefined || said.emailVerified) return said.email ?? calledName(said)
  return `${said.email} (not confirmed)`
}

const refused = (connection: string, reason?: string) =>
  new UsherError('linking_refused', { detail: { connection, ...(reason && { reason }) } })
const interrupted = (reason: string) => new UsherError('link_interrupted', { detail: { reason } })
