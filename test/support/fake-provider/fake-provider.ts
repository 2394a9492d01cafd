import { createHash, randomBytes } from 'node:crypto'
import type { Misbehavior, Workshop } from './misbehavior.ts'
import { type Algorithm, halfHash, providerKey, signed, type TokenClaims } from './signing.ts'

export interface FakeProviderOptions {
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly client?: { readonly id: string; readonly secret: string }
  readonly redirectUris?: readonly string[]
  readonly algorithm?: Algorithm
  /** What its people's tokens say besides the protocol's own claims. */
  readonly person?: TokenClaims
  /** What only the userinfo endpoint says. */
  readonly userinfo?: TokenClaims
  readonly authenticationMethods?: readonly ('client_secret_basic' | 'client_secret_post')[]
}

interface Grant {
  readonly query: URLSearchParams
  readonly authenticatedAt: number
  readonly expiresAt: number
}

export const CLIENT = { id: 'usher', secret: 'a secret of forty characters, or nearly so' } as const
export const CALLBACK = 'https://usher.example/login/callback/acme'
export const ANNA = { sub: 'anna-1', email: 'anna@acme.example', email_verified: true, name: 'Anna Berg', given_name: 'Anna', family_name: 'Berg' } as const

const ONE_MINUTE_MS = 60_000
const ONE_HOUR_SECONDS = 3_600

const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })

const answered = async (value: unknown): Promise<Response> => {
  const settled = await value
  return settled instanceof Response ? settled : json(settled)
}

/**
 * An OpenID provider without a network: `fetch` is how it is called, `authorize` is its page, where somebody agrees at
 * once. It is strict (exact redirect address, PKCE with S256, single-use codes) unless it was told to misbehave.
 */
export const fakeProvider = (options: FakeProviderOptions) => {
  const { issuer, now, client = CLIENT, redirectUris = [CALLBACK], algorithm = 'RS256', person = ANNA } = options
  const methods = options.authenticationMethods ?? ['client_secret_basic', 'client_secret_post']
  const base = issuer.replace(/\/$/, '')
  const grants = new Map<string, Grant>()
  const accessTokens = new Set<string>()
  const calls: string[] = []
  let wrong: Misbehavior = {}
  let keyId = 'key-1'
  let signedInAt = now()

  const description = {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
    token_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }

  const authorize = (location: string): URL => {
    const { searchParams: query, origin, pathname } = new URL(location)
    if (`${origin}${pathname}` !== description.authorization_endpoint) throw new Error(`not the authorization endpoint: ${location}`)
    const problem = requestProblem(query, client.id, redirectUris)
    if (problem) throw new Error(`the provider shows a page: ${problem}`)
    const maxAge = query.get('max_age')
    const isTooOld = maxAge !== null && now() - signedInAt > Number(maxAge) * 1_000
    if (isTooOld || query.get('prompt')?.split(' ').includes('login')) signedInAt = now()
    const code = randomBytes(24).toString('base64url')
    grants.set(code, { query, authenticatedAt: signedInAt, expiresAt: now() + ONE_MINUTE_MS })
    const answer = new URLSearchParams({ code, state: query.get('state') ?? '', iss: issuer })
    wrong.answer?.(answer)
    return withAnswer(query, answer)
  }

  const refuse = (location: string, error: string): URL => {
    const { searchParams: query } = new URL(location)
    return withAnswer(query, new URLSearchParams({ error, state: query.get('state') ?? '', iss: issuer }))
  }

  const redeem = (form: URLSearchParams): Grant | undefined => {
    const code = form.get('code') ?? ''
    const grant = grants.get(code)
    if (!wrong.codesAreReusable) grants.delete(code)
    if (!grant || grant.expiresAt <= now()) return undefined
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    const isProven = wrong.ignoresVerifier || challenge === grant.query.get('code_challenge')
    return isProven && form.get('redirect_uri') === grant.query.get('redirect_uri') ? grant : undefined
  }

  const tokens = async (init: RequestInit): Promise<Response> => {
    const form = new URLSearchParams(String(init.body ?? ''))
    const used = clientOf(form, new Headers(init.headers))
    if (used?.id !== client.id || used.secret !== client.secret || !methods.includes(used.method)) return json({ error: 'invalid_client' }, 401)
    if (form.get('grant_type') !== 'authorization_code') return json({ error: 'unsupported_grant_type' }, 400)
    const grant = redeem(form)
    if (!grant) return json({ error: 'invalid_grant' }, 400)
    const accessToken = randomBytes(24).toString('base64url')
    accessTokens.add(accessToken)
    const idToken = await idTokenFor(grant, accessToken)
    const right = { access_token: accessToken, token_type: 'Bearer', expires_in: ONE_HOUR_SECONDS, id_token: idToken }
    return answered(wrong.tokens ? wrong.tokens(right) : right)
  }

  const idTokenFor = async (grant: Grant, accessToken: string): Promise<string> => {
    const key = await providerKey(keyId, algorithm)
    const seconds = Math.floor(now() / 1_000)
    const nonce = grant.query.get('nonce') ?? undefined
    const workshop: Workshop = { key, nonce, accessToken, now: seconds }
    const right: TokenClaims = {
      iss: issuer,
      aud: client.id,
      iat: seconds,
      exp: seconds + ONE_HOUR_SECONDS,
      ...(nonce && { nonce }),
      at_hash: halfHash(accessToken, algorithm),
      ...(grant.query.has('max_age') && { auth_time: Math.floor(grant.authenticatedAt / 1_000) }),
      ...person,
    }
    const claims = wrong.claims?.(right, workshop) ?? right
    return wrong.sign ? wrong.sign(claims, workshop) : signed(claims, key)
  }

  const userinfo = (init: RequestInit): Promise<Response> | Response => {
    const accessToken = /^Bearer (.+)$/i.exec(new Headers(init.headers).get('authorization') ?? '')?.[1] ?? ''
    if (!accessTokens.has(accessToken)) return json({ error: 'invalid_token' }, 401)
    const right = { ...person, ...options.userinfo }
    return answered(wrong.userinfo ? wrong.userinfo(right) : right)
  }

  const keys = async (): Promise<Response> => {
    const right = { keys: [(await providerKey(keyId, algorithm)).publicJwk] }
    return answered(wrong.keys ? wrong.keys(right) : right)
  }

  const route = async (url: URL, init: RequestInit): Promise<Response> => {
    const path = url.href.startsWith(base) ? url.pathname.slice(new URL(base).pathname.replace(/\/$/, '').length) : url.href
    calls.push(path)
    const instead = wrong.call?.(path, init.signal ?? undefined)
    if (instead) return instead
    if (path === '/.well-known/openid-configuration') return answered(wrong.description ? wrong.description(description) : description)
    if (path === '/keys') return keys()
    if (path === '/token' && init.method === 'POST') return tokens(init)
    if (path === '/userinfo') return userinfo(init)
    return new Response('not found', { status: 404 })
  }

  return {
    issuer,
    /** The paths that were called, in order. */
    calls,
    countCalls: (path: string): number => calls.filter((one) => one === path).length,
    fetch: (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
      if (init.signal?.aborted) return Promise.reject(init.signal.reason)
      return route(new URL(input instanceof Request ? input.url : input), init)
    },
    /** Somebody agrees: where the browser goes from there. Throws where the provider would show a page instead. */
    authorize,
    /** Somebody, or the provider, says no. */
    refuse,
    /** From now on, until it is told something else. */
    misbehave: (how: Misbehavior): void => {
      wrong = how
    },
    /** From now on another key signs, and is the only one published. */
    rotate: (id: string): void => {
      keyId = id
    },
    /** When its own session with the person began, in milliseconds. */
    signedInAt: (at: number): void => {
      signedInAt = at
    },
  }
}

export type FakeProvider = ReturnType<typeof fakeProvider>

const withAnswer = (query: URLSearchParams, answer: URLSearchParams): URL => {
  const back = new URL(query.get('redirect_uri') ?? '')
  back.search = answer.toString()
  return back
}

const requestProblem = (query: URLSearchParams, clientId: string, redirectUris: readonly string[]): string | undefined => {
  const repeated = [...query.keys()].find((name, index, all) => all.indexOf(name) !== index)
  if (repeated) return `${repeated} twice`
  if (query.get('client_id') !== clientId) return 'client_id'
  if (!redirectUris.includes(query.get('redirect_uri') ?? '')) return 'redirect_uri'
  if (query.get('response_type') !== 'code') return 'response_type'
  if (!query.get('scope')?.split(' ').includes('openid')) return 'scope'
  if (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge')) return 'code_challenge'
  return undefined
}

const clientOf = (form: URLSearchParams, headers: Headers) => {
  const basic = /^Basic (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (!basic) return { method: 'client_secret_post' as const, id: form.get('client_id'), secret: form.get('client_secret') }
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':')
  // RFC 6749 §2.3.1: both are form-encoded first.
  const plain = (text: string) => new URLSearchParams(`x=${text}`).get('x')
  return { method: 'client_secret_basic' as const, id: plain(id), secret: plain(secret) }
}
