import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
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

/** How far apart the clocks of those may be who write down when something was. */
const SKEW_MS = ONE_MINUTE_MS

/** What lies further ahead was written before a clock was set back: nobody knows how long ago that is. */
const isAhead = (then: number, now: number): boolean => then - now > SKEW_MS

/**
 * A ticket does not say when credentials were given, so it is never recent; and nothing is where they are asked for anew, not
 * even what a node whose clock is fast wrote down a moment from now.
 */
const isRecent = ({ method, at }: Authentication, maxAgeMs: number, now: number): boolean =>
  method !== 'windows' && maxAgeMs > 0 && now - at < maxAgeMs && !isAhead(at, now)

/** Whether credentials were given for the sign-in that began then, and not before it at a provider that still knew the person. */
export const wasProvenSince = ({ method, at }: Authentication, since: number): boolean => method !== 'windows' && at >= since - SKEW_MS

export const satisfiesSecondFactor = (authentication: Authentication, freshness: Freshness, at: number): boolean => {
  const asked = freshness.secondFactor
  if (!asked) return true
  if (!authentication.secondFactor) return false
  const { at: shownAt } = authentication.secondFactor
  return asked.maxAgeMs === undefined || (at - shownAt <= asked.maxAgeMs && !isAhead(shownAt, at))
}

/**
 * The identity a sign-in was proven by. What an earlier version wrote names none: then it is the user's own, or, where
 * that is of another connection, one that nobody has.
 */
export const provenBy = ({ identity, user, connection }: Pick<Authenticated, 'identity' | 'user' | 'connection'>): Identity =>
  identity ?? { ...user.identity, connection }

/** Whether a relying party takes a session for an answer: whichever one it began at, it is no older than this one's may be. */
export const isKept = ({ createdAt }: Session, { sessionMaxAgeSeconds }: Pick<RelyingParty, 'sessionMaxAgeSeconds'>, at: number): boolean =>
  sessionMaxAgeSeconds > 0 && at - createdAt < sessionMaxAgeSeconds * ONE_SECOND_MS && !isAhead(createdAt, at)

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
