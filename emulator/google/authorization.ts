import type { GoogleClient } from '../world-state.ts'

/** What a client asks for at the authorization endpoint (OpenID Connect Core §3.1.2.1, PKCE with S256). */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string
  readonly nonce: string | undefined
  readonly codeChallenge: string
  readonly prompts: readonly string[]
  readonly hint: string | undefined
}

/** The request, or the sentence that says what is wrong with it: such a request must not be redirected. */
export const readAuthorizationRequest = (
  query: URLSearchParams,
  clients: Readonly<Record<string, GoogleClient>>,
): AuthorizationRequest | string => {
  const request = requestIn(query)
  return problemOf(request, query, clients[request.clientId]) ?? request
}

const requestIn = (query: URLSearchParams): AuthorizationRequest => {
  const text = (name: string): string => query.get(name) ?? ''
  return {
    clientId: text('client_id'),
    redirectUri: text('redirect_uri'),
    scopes: text('scope').split(' '),
    state: text('state'),
    nonce: query.get('nonce') ?? undefined,
    codeChallenge: text('code_challenge'),
    prompts: text('prompt').split(' '),
    hint: query.get('login_hint') ?? undefined,
  }
}

const problemOf = (request: AuthorizationRequest, query: URLSearchParams, client: GoogleClient | undefined): string | undefined => {
  if (client === undefined) return 'invalid_client'
  if (!client.redirectUris.includes(request.redirectUri)) return 'redirect_uri_mismatch'
  if (query.get('response_type') !== 'code') return 'unsupported_response_type'
  if (!request.scopes.includes('openid')) return 'invalid_scope'
  if (request.codeChallenge === '' || query.get('code_challenge_method') !== 'S256') return 'invalid_request: PKCE with S256 is needed here'
  return undefined
}
