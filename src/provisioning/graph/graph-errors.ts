import { ONE_HOUR_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { FailureCode } from '#kernel/errors.ts'

/** An answer that is not a success, as it was on the wire. */
export interface GraphRefusal {
  readonly status: number
  /** Of Graph's own error envelope; undefined when somebody else spoke (a gateway's page). */
  readonly error?: GraphErrorBody
  readonly retryAfterMs?: number
  readonly requestId?: string
}

export interface GraphErrorBody {
  readonly code: string
  readonly message: string
  readonly details: readonly { readonly code: string; readonly target?: string }[]
}

/** What a failed call means for the account it was made for. */
export type Setback = {
  /** Graph's `request-id`, for those who ask Microsoft about it. */
  readonly requestId?: string
} & (
  | /** Goes by itself; not before `notBefore` (milliseconds since the epoch) when that is given. */ {
      readonly kind: 'again'
      readonly failure: FailureCode
      readonly notBefore?: number
    }
  | /** Goes when an administrator mended the set-up; looked at again every few minutes. */ {
      readonly kind: 'later'
      readonly failure: FailureCode
    }
  | /** Somebody must look at this account. */ { readonly kind: 'never'; readonly failure: FailureCode }
  | /** A value that must be unique has a holder, seen or not. */ { readonly kind: 'conflict' }
  | /** No such object, as far as this replica knows. */ { readonly kind: 'absent' }
  | /** The license service does not know the usage location yet. */ { readonly kind: 'location_lag' }
  | { readonly kind: 'no_seats' }
)

/** How the license service's refusals read; they have no code of their own (contract section 5.5). */
const licenseRefusals: readonly (readonly [RegExp, Setback])[] = [
  [/does not have any available licenses|CountViolation/i, { kind: 'no_seats' }],
  [/invalid usage location/i, { kind: 'location_lag' }],
  [
    /depends on the service plan|mutually exclusive|conflicts with service plan|MutuallyExclusiveViolation|DependencyViolation/i,
    { kind: 'never', failure: 'license_conflict' },
  ],
  [/does not correspond to a valid company license|is not part of the SKU/i, { kind: 'never', failure: 'license_refused' }],
  [/ProhibitedInUsageLocation|property 'usageLocation'/i, { kind: 'never', failure: 'license_location' }],
]

const CONFLICT_CODES = new Set(['ObjectConflict', 'ConflictingObjects', 'Request_MultipleObjectsWithSameKeyValue'])
const CONFLICT_WORDS = /conflicting object|another object with the same value/i

const isConflict = ({ code, message, details }: GraphErrorBody): boolean =>
  CONFLICT_CODES.has(code) || details.some((detail) => CONFLICT_CODES.has(detail.code)) || CONFLICT_WORDS.test(message)

const meaningOfBadRequest = (error: GraphErrorBody): Setback => {
  if (isConflict(error)) return { kind: 'conflict' }
  const known = licenseRefusals.find(([words]) => words.test(error.message))?.[1]
  return known ?? { kind: 'never', failure: 'target_refused' }
}

const again = (failure: FailureCode, { retryAfterMs: ms }: GraphRefusal, now: number): Setback =>
  ms === undefined ? { kind: 'again', failure } : { kind: 'again', failure, notBefore: now + ms }

const meaning = (refusal: GraphRefusal, now: number): Setback => {
  const { status, error } = refusal
  const busy = again('target_unavailable', refusal, now)
  if (status === 429) return again('target_throttled', refusal, now)
  // Without Graph's envelope it was not Graph that spoke, so nothing is known about the call.
  if (error === undefined) return busy
  return isPassing(status) && !(status === 409 && isConflict(error)) ? busy : meaningOfError(status, error)
}

/** A timeout, a concurrent change, a failure of theirs, or a redirect nobody follows. */
const isPassing = (status: number): boolean => status === 408 || status === 409 || status >= 500 || status < 400

const meaningOfError = (status: number, error: GraphErrorBody): Setback => {
  if (error.code === 'Directory_QuotaExceeded') return { kind: 'later', failure: 'target_quota_reached' }
  // Not this account's fault: Graph changed, and whoever is stopped for it would have to be released one by one.
  if (error.code === 'Request_UnsupportedQuery') return { kind: 'later', failure: 'target_refused' }
  switch (status) {
    case 400:
      return meaningOfBadRequest(error)
    case 401:
      return { kind: 'again', failure: 'target_credential_refused' }
    case 403:
      return { kind: 'later', failure: 'target_permission_missing' }
    case 404:
      return { kind: 'absent' }
    case 409:
      return { kind: 'conflict' }
    default:
      return { kind: 'never', failure: 'target_refused' }
  }
}

/** What Graph's refusal means (contract section 5.12). `now` in milliseconds since the epoch. */
export const setbackOf = (refusal: GraphRefusal, now: number): Setback => ({
  ...meaning(refusal, now),
  ...(refusal.requestId === undefined ? {} : { requestId: refusal.requestId }),
})

const ONE_DAY_MS = 24 * ONE_HOUR_MS

/** `Retry-After` (RFC 9110 section 10.2.3) as milliseconds from now: seconds, or a date. Undefined when unreadable. */
export const retryAfterMs = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined
  const text = header.trim()
  // Without the ending every date has in HTTP, much else would pass for one.
  const until = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN
  const ms = /^\d+$/.test(text) ? Number(text) * ONE_SECOND_MS : until - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), ONE_DAY_MS)
}
