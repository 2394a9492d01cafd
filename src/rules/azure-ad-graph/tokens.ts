import type { Clock } from '#kernel/clock.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { isSameText } from '#lib/same-text.ts'
import type { InnerResponse, RuleCaller } from '../runner.ts'
import type { BridgedTenant } from './bridged-directory.ts'
import { type Asked, textIn } from './reading.ts'

/** Access tokens of the bridge. They mean nothing anywhere else, and nothing to any other run of rules. */
export interface BridgeTokens {
  readonly issue: (caller: RuleCaller) => string
  readonly isValid: (token: string, caller: RuleCaller) => boolean
}

const TOKEN_BYTES = 32

export const bridgeTokens = ({ randomness }: { readonly randomness: Randomness }): BridgeTokens => {
  const tokens = new WeakMap<RuleCaller, string>()
  return {
    issue: (caller) => {
      const token = tokens.get(caller) ?? `usher.${randomness.bytes(TOKEN_BYTES).toString('base64url')}`
      tokens.set(caller, token)
      return token
    },
    isValid: (token, caller) => {
      const known = tokens.get(caller)
      return known !== undefined && isSameText(token, known)
    },
  }
}

/** The retired API, by its address and by its app id. */
const RESOURCES = new Set(['https://graph.windows.net', '00000002-0000-0000-c000-000000000000'])
/** `POST /{tenant}/oauth2/token`: version 1. */
export const isTokenRequest = ({ method, segments }: Asked): boolean =>
  method === 'POST' && /^[^/]+\/oauth2\/token$/.test(segments.join('/'))

/** A token request for the retired API. */
export const isForRetired = (asked: Asked): boolean => isTokenRequest(asked) && isRetired(textIn(asked.body, 'resource') ?? '')

const isRetired = (resource: string): boolean => RESOURCES.has(resource.replace(/\/$/, '').toLowerCase())

const LIFE_SECONDS = 3_600
/** Microsoft's tokens are valid from five minutes before they are issued. */
const EARLIER_SECONDS = 300

export interface TokenDesk {
  readonly tokens: BridgeTokens
  readonly clock: Clock
}

/** `POST /{tenant}/oauth2/token`, version 1: client credentials alone. All values of the answer are text. */
export const issueToken = (asked: Asked, tenant: BridgedTenant, caller: RuleCaller, { tokens, clock }: TokenDesk): InnerResponse => {
  const problem = problemOf(asked, tenant)
  if (problem !== undefined) {
    caller.note(`The token endpoint refuses: ${problem.description}`)
    return oauthError(problem, clock.now())
  }
  const now = Math.floor(clock.now() / 1_000)
  const body = {
    token_type: 'Bearer',
    expires_in: String(LIFE_SECONDS),
    ext_expires_in: String(LIFE_SECONDS),
    expires_on: String(now + LIFE_SECONDS),
    not_before: String(now - EARLIER_SECONDS),
    resource: textIn(asked.body, 'resource') ?? '',
    access_token: tokens.issue(caller),
  }
  return { status: 200, headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, body }
}

interface Problem {
  readonly status: number
  readonly error: string
  /** Microsoft's own number for it. */
  readonly code: number
  readonly description: string
}

const problemOf = ({ body }: Asked, { clientId, secret }: BridgedTenant): Problem | undefined => {
  const said = (name: string): string => textIn(body, name) ?? ''
  const missing = ['grant_type', 'client_id', 'client_secret', 'resource'].find((name) => said(name) === '')
  if (missing !== undefined) return without(missing)
  if (said('grant_type') !== 'client_credentials') return otherGrant
  if (!isRetired(said('resource'))) return otherResource
  const isOurs = said('client_id').toLowerCase() === clientId.toLowerCase()
  return isOurs && secret !== undefined && !isSameText(said('client_secret'), secret.reveal()) ? wrongSecret : undefined
}

const without = (name: string): Problem => ({
  status: 400,
  error: 'invalid_request',
  code: 90_014,
  description: `The required field '${name}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.`,
})

const otherGrant: Problem = {
  status: 400,
  error: 'unsupported_grant_type',
  code: 70_003,
  description: 'The app requested an unsupported grant type. Only client_credentials is answered here.',
}

const otherResource: Problem = {
  status: 400,
  error: 'invalid_resource',
  code: 500_011,
  description: 'The resource principal was not found in the tenant. Only https://graph.windows.net is answered here.',
}

const wrongSecret: Problem = { status: 401, error: 'invalid_client', code: 7_000_215, description: 'Invalid client secret provided.' }

/** For a tenant in the address that is not the target's. */
export const tenantUnknown = (name: string, at: number): InnerResponse =>
  oauthError({ status: 400, error: 'invalid_request', code: 90_002, description: `Tenant '${name.slice(0, 100)}' not found.` }, at)

const oauthError = ({ status, error, code, description }: Problem, at: number): InnerResponse => {
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const body: JsonObject = {
    error,
    error_description: `AADSTS${code}: ${description}\r\nTimestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  }
  return { status, headers: { 'cache-control': 'no-store' }, body }
}
