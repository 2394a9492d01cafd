import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Session } from '#kernel/session.ts'
import type { Admitted, Authenticated, Freshness, Ruled } from '#kernel/transaction.ts'
import type { Authentication, Identity } from '#kernel/person.ts'
import type { SessionChange } from '#kernel/visit.ts'

/** Whether an authentication is recent enough, and has the second factor that is asked for. */
export const satisfies = (authentication: Authentication, freshness: Freshness, at: number): boolean => {
  if (freshness.maxAgeMs !== undefined && !isRecent(authentication, freshness.maxAgeMs, at)) return false
  return satisfiesSecondFactor(authentication, freshness, at)
}

/** A ticket does not say when credentials were given, so it is never recent. */
const isRecent = ({ method, at }: Authentication, maxAgeMs: number, now: number): boolean => method !== 'windows' && now - at < maxAgeMs

export const satisfiesSecondFactor = (authentication: Authentication, freshness: Freshness, at: number): boolean => {
  const asked = freshness.secondFactor
  if (!asked) return true
  if (!authentication.secondFactor) return false
  return asked.maxAgeMs === undefined || at - authentication.secondFactor.at <= asked.maxAgeMs
}

/**
 * The identity a sign-in was proven by. What an earlier version wrote names none: then it is the user's own, or, where
 * that is of another connection, one that nobody has.
 */
export const provenBy = ({ identity, user, connection }: Pick<Authenticated, 'identity' | 'user' | 'connection'>): Identity =>
  identity ?? { ...user.identity, connection }

/** Whether a relying party takes a session for an answer: whichever one it began at, it is no older than this one's may be. */
export const isKept = ({ createdAt }: Session, { sessionMaxAgeSeconds }: Pick<RelyingParty, 'sessionMaxAgeSeconds'>, at: number): boolean =>
  at - createdAt < sessionMaxAgeSeconds * ONE_SECOND_MS

/** What the browser is remembered by from now on; undefined where the relying party keeps no sessions. */
export const sessionFor = (
  transaction: Pick<Admitted | Ruled, 'user' | 'connection' | 'identity' | 'authentication'>,
  relyingParty: RelyingParty,
  at: number,
): SessionChange | undefined =>
  relyingParty.sessionMaxAgeSeconds === 0
    ? undefined
    : ({
        user: transaction.user.id,
        connection: transaction.connection,
        identity: provenBy(transaction),
        authentication: transaction.authentication,
        createdAt: at,
        expiresAt: at + relyingParty.sessionMaxAgeSeconds * ONE_SECOND_MS,
      } satisfies Omit<Session, 'id'>)
