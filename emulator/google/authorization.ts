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
  const clientId = query.get('client_id') ?? ''
  const client = clients[clientId]
  const redirectUri = query.get('redirect_uri') ?? ''
  if (client === undefined) return 'invalid_client'
  if (!client.redirectUris.includes(redirectUri)) return 'redirect_uri_mismatch'
  if (query.get('response_type') !== 'code') return 'unsupported_response_type'
  const scopes = (query.get('scope') ?? '').split(' ')
  if (!scopes.includes('openid')) return 'invalid_scope'
  const codeChallenge = query.get('code_challenge') ?? ''
  if (codeChallenge === '' || query.get('code_challenge_method') !== 'S256')
    return 'invalid_request: PKCE with S256 is needed here'
  return {
    clientId,
    redirectUri,
    scopes,
    state: query.get('state') ?? '',
    nonce: query.get('nonce') ?? undefined,
    codeChallenge,
    prompts: (query.get('prompt') ?? '').split(' '),
    hint: query.get('login_hint') ?? undefined,
  }
}
