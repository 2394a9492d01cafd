import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Freshness } from '#kernel/transaction.ts'
import type { ParameterName, Parameters } from './parameters.ts'

/** Microsoft's documents write these with both schemes. */
const bothSchemes = (rest: string): readonly string[] => [`http://${rest}`, `https://${rest}`]

const SECOND_FACTOR: ReadonlySet<string> = new Set([
  ...bothSchemes('schemas.microsoft.com/claims/multipleauthn'),
  // Windows sign-in or a second factor; of the two only the second can be had here.
  ...bothSchemes('schemas.microsoft.com/claims/wiaormultiauthn'),
])

const FRESH_PASSWORD: ReadonlySet<string> = new Set([
  ...bothSchemes('schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'),
  'urn:oasis:names:tc:SAML:1.0:am:password',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
])

const ANY_METHOD: ReadonlySet<string> = new Set([
  'urn:oasis:names:tc:SAML:1.0:am:unspecified',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
])

/**
 * How recent and how strong the authentication must be: `wfresh` (minutes), `prompt`, `wauth` and `mfa_max_age`
 * (seconds). Throws `request_malformed`, and `parameter_refused` for a method that nobody here can show.
 */
export const freshnessOf = (parameters: Parameters): Freshness => {
  const asked = parameters.get('wauth')
  const method = asked !== undefined && ANY_METHOD.has(asked) ? undefined : asked
  const isSecondFactor = method !== undefined && SECOND_FACTOR.has(method)
  const isFreshPassword = method !== undefined && FRESH_PASSWORD.has(method)
  if (method !== undefined && !isSecondFactor && !isFreshPassword) {
    throw new UsherError('parameter_refused', { detail: { parameter: 'wauth' } })
  }
  const maxAgeMs = maximumAge(parameters, isFreshPassword)
  return {
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    ...(isSecondFactor && { secondFactor: secondFactorOf(parameters) }),
  }
}

const maximumAge = (parameters: Parameters, isFreshPassword: boolean): number | undefined => {
  const minutes = wholeNumber(parameters, 'wfresh')
  if (parameters.get('prompt')?.split(' ').includes('login')) return 0
  if (minutes !== undefined) return minutes * ONE_MINUTE_MS
  return isFreshPassword ? 0 : undefined
}

const secondFactorOf = (parameters: Parameters): { readonly maxAgeMs?: number } => {
  const seconds = wholeNumber(parameters, 'mfa_max_age')
  return seconds === undefined ? {} : { maxAgeMs: seconds * ONE_SECOND_MS }
}

const wholeNumber = (parameters: Parameters, parameter: ParameterName): number | undefined => {
  const value = parameters.get(parameter)
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(value)) throw new UsherError('request_malformed', { detail: { parameter } })
  return Number(value)
}
