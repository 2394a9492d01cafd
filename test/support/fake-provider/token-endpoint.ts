import { createHash, randomBytes } from 'node:crypto'
import { answered, json } from './json-answer.ts'
import type { Workshop } from './misbehavior.ts'
import type { Grant, ProviderState } from './provider-state.ts'
import { halfHash, providerKey, signed, type TokenClaims } from './signing.ts'

const ONE_HOUR_SECONDS = 3_600

/** Redeems codes (RFC 6749 §4.1.3, RFC 7636 §4.6). */
export const tokens = async (state: ProviderState, init: RequestInit): Promise<Response> => {
  const form = new URLSearchParams(String(init.body ?? ''))
  if (!isOurClient(state, form, new Headers(init.headers))) return json({ error: 'invalid_client' }, 401)
  if (form.get('grant_type') !== 'authorization_code') return json({ error: 'unsupported_grant_type' }, 400)
  const grant = redeem(state, form)
  if (!grant) return json({ error: 'invalid_grant' }, 400)
  const accessToken = randomBytes(24).toString('base64url')
  state.accessTokens.add(accessToken)
  const idToken = await idTokenFor(state, grant, accessToken)
  const plain = { access_token: accessToken, token_type: 'Bearer', expires_in: ONE_HOUR_SECONDS }
  const right = state.speaks === 'openid' ? { ...plain, id_token: idToken } : plain
  return answered(state.wrong.tokens ? state.wrong.tokens(right) : right)
}

const redeem = ({ grants, wrong, now, binding }: ProviderState, form: URLSearchParams): Grant | undefined => {
  const code = form.get('code') ?? ''
  const grant = grants.get(code)
  if (!wrong.codesAreReusable) grants.delete(code)
  if (!grant || grant.expiresAt <= now()) return undefined
  const verifier = form.get('code_verifier')
  const challenge = createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')
  const isRight = binding === 'state' ? verifier === null : challenge === grant.query.get('code_challenge')
  const isProven = wrong.ignoresVerifier || isRight
  return isProven && form.get('redirect_uri') === grant.query.get('redirect_uri') ? grant : undefined
}

const idTokenFor = async (state: ProviderState, grant: Grant, accessToken: string): Promise<string> => {
  const { issuer, client, algorithm, wrong, person } = state
  const key = await providerKey(state.keyId, algorithm)
  const now = Math.floor(state.now() / 1_000)
  const nonce = (state.binding === 'nonce' && grant.query.get('nonce')) || undefined
  const workshop: Workshop = { key, nonce, accessToken, now }
  const right: TokenClaims = {
    iss: issuer,
    aud: client.id,
    iat: now,
    exp: now + ONE_HOUR_SECONDS,
    ...(nonce && { nonce }),
    at_hash: halfHash(accessToken, algorithm),
    ...(grant.query.has('max_age') && { auth_time: Math.floor(grant.authenticatedAt / 1_000) }),
    ...person,
  }
  const claims = wrong.claims?.(right, workshop) ?? right
  return wrong.sign ? wrong.sign(claims, workshop) : signed(claims, key)
}

const isOurClient = ({ client, authenticationMethods, takesSecret }: ProviderState, form: URLSearchParams, headers: Headers): boolean => {
  const basic = /^Basic (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const [id, secret] = basic ? fromBasic(basic) : [form.get('client_id'), form.get('client_secret')]
  const method = basic ? 'client_secret_basic' : 'client_secret_post'
  return authenticationMethods.includes(method) && id === client.id && takesSecret(secret ?? '')
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
const fromBasic = (basic: string): readonly (string | null)[] =>
  Buffer.from(basic, 'base64')
    .toString()
    .split(':')
    .map((text) => new URLSearchParams(`x=${text}`).get('x'))
