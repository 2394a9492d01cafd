import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Authentication } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { SKEW_SECONDS } from './oidc/id-token.ts'
import type { UpstreamClaims } from './profile.ts'

interface Known {
  /** When the person came back, in milliseconds. */
  readonly at: number
  /** Set when a recent authentication was asked for: what came before does not count. */
  readonly notBefore?: number
  readonly secondFactor?: ConnectionSettings['secondFactor']
}

/**
 * When and how the person proved who they are, as far as the provider says so. Throws `connection_answer_invalid` when a
 * recent authentication was asked for and the answer does not show one.
 */
export const authenticationFrom = (claims: UpstreamClaims, { at, notBefore, secondFactor }: Known): Authentication => {
  const saidAt = authTimeOf(claims.auth_time, at)
  if (notBefore !== undefined && (saidAt === undefined || saidAt + SKEW_SECONDS * ONE_SECOND_MS < notBefore))
    throw new UsherError('connection_answer_invalid', { detail: { reason: 'auth_time' } })
  // A second factor whose time nobody knows may be from long ago.
  const hasSecondFactor = secondFactor !== undefined && saidAt !== undefined && mentions(claims.amr, secondFactor.amr)
  return { at: saidAt ?? at, method: 'federated', ...(hasSecondFactor && { secondFactor: { at: saidAt } }) }
}

/** In milliseconds; never later than now, so that a fast clock over there makes nothing last longer here. */
const authTimeOf = (value: unknown, now: number): number | undefined => {
  if (value === undefined) return undefined
  const isTime = typeof value === 'number' && Number.isFinite(value) && value > 0
  if (!isTime || value * ONE_SECOND_MS > now + SKEW_SECONDS * ONE_SECOND_MS)
    throw new UsherError('connection_answer_invalid', { detail: { reason: 'auth_time' } })
  return Math.min(Math.floor(value * ONE_SECOND_MS), now)
}

/** Authentication method references (RFC 8176): a list of words. */
const mentions = (amr: unknown, taken: readonly string[]): boolean => Array.isArray(amr) && amr.some((word) => taken.includes(word))
