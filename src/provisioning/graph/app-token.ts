import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import { appCredential, type AppCredential } from './app-credential.ts'
import type { CloudAddresses } from './clouds.ts'
import { exchange, type Exchange, type Fetch } from './exchange.ts'
import { retryAfterMs, type Setback } from './graph-errors.ts'

export type TokenReply = { readonly ok: true; readonly token: Secret } | { readonly ok: false; readonly setback: Setback }

/** The app's access token for Graph; at most one request for it is under way. */
export interface AppToken {
  readonly get: () => Promise<TokenReply>
  /** Graph refused this one: the next `get` asks for another. */
  readonly drop: (token: Secret) => void
}

export interface AppTokenParts {
  readonly settings: Pick<TargetSettings, 'tenant' | 'clientId' | 'credential'>
  readonly cloud: CloudAddresses
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

const FIVE_MINUTES_MS = 5 * ONE_MINUTE_MS
/** After a failure, so that a thousand waiting sign-ins do not ask a thousand times. */
const BREATH_MS = 2 * ONE_SECOND_MS

interface Fresh {
  readonly token: Secret
  readonly until: number
}

const fieldOf = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null ? Object.entries(json).find(([key]) => key === name)?.[1] : undefined

const freshFrom = (json: unknown, now: number): Fresh | undefined => {
  const token = fieldOf(json, 'access_token')
  const seconds = fieldOf(json, 'expires_in')
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number') return undefined
  const lifeMs = seconds * ONE_SECOND_MS
  return { token: new Secret(token), until: now + Math.max(lifeMs - FIVE_MINUTES_MS, lifeMs / 2) }
}

/** The number behind `AADSTS`: which of Microsoft's reasons it was. */
const reasonOf = (json: unknown): number | undefined => {
  const codes = fieldOf(json, 'error_codes')
  const first: unknown = Array.isArray(codes) ? codes[0] : undefined
  return typeof first === 'number' ? first : undefined
}

const isTheirs = ({ status, json }: Exchange): boolean =>
  status === 429 || status === 408 || status >= 500 || status < 300 || fieldOf(json, 'error') === 'temporarily_unavailable'

const setbackFrom = (answer: Exchange, now: number): Setback => {
  // Whatever it is in particular, an administrator must mend the registration or the credential.
  if (!isTheirs(answer)) return { kind: 'later', failure: 'target_credential_refused' }
  const ms = retryAfterMs(answer.header('retry-after'), now)
  const failure = answer.status === 429 ? 'target_throttled' : 'target_unavailable'
  return ms === undefined ? { kind: 'again', failure } : { kind: 'again', failure, notBefore: now + ms }
}

const ask = async (parts: AppTokenParts, credential: AppCredential): Promise<Fresh | Setback> => {
  const { cloud, settings, clock, log } = parts
  const endpoint = `${cloud.login}/${encodeURIComponent(settings.tenant)}/oauth2/v2.0/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  try {
    const form = { client_id: settings.clientId, scope: cloud.scope, grant_type: 'client_credentials', ...(await credential(endpoint)) }
    const body = new URLSearchParams(form).toString()
    const answer = await exchange(parts, endpoint, { method: 'POST', headers, body })
    const fresh = answer.status === 200 ? freshFrom(answer.json, clock.now()) : undefined
    if (fresh !== undefined) return fresh
    log.warn('app_token_refused', { status: answer.status, code: reasonOf(answer.json) })
    return setbackFrom(answer, clock.now())
  } catch (error) {
    log.warn('app_token_silent', { error })
    return { kind: 'again', failure: 'target_unavailable' }
  }
}

/**
 * Client credentials of the v2.0 endpoint (contract section 5.1); the token lives in memory only, until five minutes
 * before it expires. Throws `settings_invalid` for a credential that cannot be read.
 */
export const appToken = (parts: AppTokenParts): AppToken => {
  const credential = appCredential(parts)
  let fresh: Fresh | undefined
  let refused: { readonly setback: Setback; readonly until: number } | undefined
  let asking: Promise<TokenReply> | undefined

  const refresh = async (): Promise<TokenReply> => {
    const answer = await ask(parts, credential)
    if ('token' in answer) {
      fresh = answer
      return { ok: true, token: answer.token }
    }
    const notBefore = answer.kind === 'again' ? (answer.notBefore ?? 0) : 0
    refused = { setback: answer, until: Math.max(parts.clock.now() + BREATH_MS, notBefore) }
    return { ok: false, setback: answer }
  }

  return {
    get: async () => {
      const now = parts.clock.now()
      if (fresh !== undefined && now < fresh.until) return { ok: true, token: fresh.token }
      if (refused !== undefined && now < refused.until) return { ok: false, setback: refused.setback }
      asking ??= refresh().finally(() => {
        asking = undefined
      })
      return asking
    },
    drop: (token) => {
      if (fresh?.token === token) fresh = undefined
    },
  }
}
