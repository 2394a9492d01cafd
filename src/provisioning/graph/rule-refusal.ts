import type { Account } from '#kernel/account.ts'
import type { FailureCode } from '#kernel/errors.ts'
import type { Setback } from './graph-errors.ts'

/** No, in Microsoft Graph's words. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  /** The property whose value somebody else has. */
  readonly conflict?: string
  readonly retryAfterSeconds?: number
}

export type Answered<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal }

export const yes = <Value>(value: Value): Answered<Value> => ({ ok: true, value })

export const no = (refusal: Refusal): Answered<never> => ({ ok: false, refusal })

export const badRequest = (message: string): Refusal => ({ status: 400, code: 'Request_BadRequest', message })

export const invalidValue = (property: string): Refusal =>
  badRequest(`Invalid value specified for property '${property}' of resource 'User'.`)

export const denied: Refusal = {
  status: 403,
  code: 'Authorization_RequestDenied',
  message: 'Insufficient privileges to complete the operation.',
}

export const notFound = (key: string): Refusal => ({
  status: 404,
  code: 'Request_ResourceNotFound',
  message: `Resource '${key.slice(0, 100)}' does not exist or one of its queried reference-property objects are not present.`,
})

export const conflictOf = (property?: 'userPrincipalName'): Refusal =>
  property === undefined
    ? badRequest('A conflicting object with one or more of the specified property values is present in the directory.')
    : { ...badRequest(`Another object with the same value for property ${property} already exists.`), conflict: property }

export const noSeats = (skuId: string): Refusal => badRequest(`Subscription with SKU ${skuId} does not have any available licenses.`)

const busy = (status: number, code: string, waitMs: number): Refusal => ({
  status,
  code,
  message: 'The service is temporarily unavailable. Please try again later.',
  retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
})

/** A failure of ours as Graph would have put it. `waitMs`: until it is worth another try. */
const refusalFor = (failure: FailureCode, waitMs: number): Refusal => {
  switch (failure) {
    case 'account_name_taken':
      return conflictOf('userPrincipalName')
    case 'account_conflict':
      return conflictOf()
    case 'removed_in_entra':
    case 'disabled_in_entra':
    case 'changed_in_entra':
    case 'target_permission_missing':
      return denied
    case 'license_refused':
    case 'license_conflict':
      return badRequest('License assignment failed.')
    case 'license_location':
      return badRequest('License assignment cannot be done for user with invalid usage location.')
    case 'target_refused':
      return badRequest('One or more properties contains invalid values.')
    case 'target_quota_reached':
      return { status: 403, code: 'Directory_QuotaExceeded', message: 'The directory object quota limit has been exceeded.' }
    case 'target_throttled':
      return busy(429, 'Request_ThrottledTemporarily', waitMs)
    default:
      return busy(503, 'Service_Unavailable', waitMs)
  }
}

/** Why the account does not stand as was asked for. */
export const refusalOfAccount = ({ reason, license, nextAttemptAt }: Account, skuId: string, now: number): Refusal =>
  reason === 'license_exhausted' ? noSeats(license ?? skuId) : refusalFor(reason ?? 'target_timeout', nextAttemptAt - now)

/** Why a single call did not work. `key`: whom it was about. */
export const refusalOfSetback = (setback: Setback, key: string, now: number): Refusal => {
  switch (setback.kind) {
    case 'again':
      return refusalFor(setback.failure, (setback.notBefore ?? now) - now)
    case 'later':
    case 'never':
      return refusalFor(setback.failure, 0)
    case 'conflict':
      return conflictOf()
    case 'absent':
      return notFound(key)
    case 'location_lag':
      return refusalFor('license_location', 0)
    case 'no_seats':
      return badRequest('License assignment failed.')
  }
}
