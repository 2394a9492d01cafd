import { constants, createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import type { Clock } from '#kernel/clock.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'
import type { TargetSettings } from '#kernel/settings.ts'
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
}

const ONE_SECOND_MS = 1_000
const FIVE_MINUTES_MS = 5 * 60 * ONE_SECOND_MS
/** After a failure, so that a thousand waiting sign-ins do not ask a thousand times. */
const BREATH_MS = 2 * ONE_SECOND_MS
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const signed = (text: string, key: KeyObject): string =>
  sign('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }).toString('base64url')

/** Proof of the app's key, for one use (contract section 5.1; RFC 7523). */
const clientAssertion = ({ settings, clock, randomness }: AppTokenParts, endpoint: string): string => {
  if (settings.credential.kind !== 'certificate') throw new Error('no certificate is configured')
  const certificate = new X509Certificate(settings.credential.certificatePem)
  const now = Math.floor(clock.now() / ONE_SECOND_MS)
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': createHash('sha256').update(certificate.raw).digest('base64url') }
  const claims = {
    aud: endpoint,
    iss: settings.clientId,
    sub: settings.clientId,
    jti: randomness.bytes(16).toString('hex'),
    nbf: now,
    iat: now,
    exp: now + FIVE_MINUTES_MS / ONE_SECOND_MS,
  }
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${signed(text, createPrivateKey(settings.credential.privateKeyPem.reveal()))}`
}

const requestBody = (parts: AppTokenParts, endpoint: string): string => {
  const { clientId, credential } = parts.settings
  const form = new URLSearchParams({ client_id: clientId, scope: parts.cloud.scope, grant_type: 'client_credentials' })
  if (credential.kind === 'secret') form.set('client_secret', credential.secret.reveal())
  else {
    form.set('client_assertion_type', ASSERTION_TYPE)
    form.set('client_assertion', clientAssertion(parts, endpoint))
  }
  return form.toString()
}

interface Fresh {
  readonly token: Secret
  readonly until: number
}

const freshFrom = (json: unknown, now: number): Fresh | undefined => {
  if (typeof json !== 'object' || json === null || !('access_token' in json) || !('expires_in' in json)) return undefined
  const { access_token: token, expires_in: seconds } = json
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number') return undefined
  const lifeMs = seconds * ONE_SECOND_MS
  return { token: new Secret(token), until: now + Math.max(lifeMs - FIVE_MINUTES_MS, lifeMs / 2) }
}

const setbackFrom = (answer: Exchange, now: number): Setback => {
  const isTheirs = answer.status === 429 || answer.status >= 500 || answer.status === 200
  if (!isTheirs) return { kind: 'later', failure: 'target_credential_refused' }
  const ms = retryAfterMs(answer.header('retry-after'), now)
  const failure = answer.status === 429 ? 'target_throttled' : 'target_unavailable'
  return ms === undefined ? { kind: 'again', failure } : { kind: 'again', failure, notBefore: now + ms }
}

const ask = async (parts: AppTokenParts): Promise<Fresh | Setback> => {
  const endpoint = `${parts.cloud.login}/${encodeURIComponent(parts.settings.tenant)}/oauth2/v2.0/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  try {
    const answer = await exchange(parts, endpoint, { method: 'POST', headers, body: requestBody(parts, endpoint) })
    const now = parts.clock.now()
    return (answer.status === 200 ? freshFrom(answer.json, now) : undefined) ?? setbackFrom(answer, now)
  } catch {
    return { kind: 'again', failure: 'target_unavailable' }
  }
}

/** Client credentials of the v2.0 endpoint; the token lives in memory only, until five minutes before it expires. */
export const appToken = (parts: AppTokenParts): AppToken => {
  let fresh: Fresh | undefined
  let refused: { readonly setback: Setback; readonly until: number } | undefined
  let asking: Promise<TokenReply> | undefined

  const refresh = async (): Promise<TokenReply> => {
    const answer = await ask(parts)
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
