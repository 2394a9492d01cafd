import * as openid from 'openid-client'
import type { Tokens } from './id-token.ts'
import { type OpenedOidc, rewriteTokens } from './oidc-client.ts'
import { TENANT } from '../provider-row.ts'

interface Expected {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Redeems the code of an answer (OpenID Connect Core §3.1.3). The ID token in what it gets is not verified yet. */
export const tokensFor = async (
  answer: URL,
  { state, nonce, verifier }: Expected,
  { client, opened }: { readonly client: openid.Configuration; readonly opened: OpenedOidc },
): Promise<Tokens> => {
  const { provider, settings } = opened
  if (provider.binding !== 'state' && !settings.issuerText.includes(TENANT))
    return openid.authorizationCodeGrant(client, answer, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
  // The library holds ID tokens to the letter, which such a provider departs from: it is given none to look at.
  const idToken = takeIdToken(client)
  const checks = { expectedState: state, ...(provider.binding !== 'state' && { pkceCodeVerifier: verifier }) }
  const { access_token } = await openid.authorizationCodeGrant(client, answer, checks)
  return { access_token, id_token: idToken() }
}

/** Keeps the ID token out of what the library reads. Empty when there was none. */
const takeIdToken = (client: openid.Configuration): (() => string) => {
  let taken = ''
  rewriteTokens(client, ({ id_token: idToken, ...rest }, status) => {
    if (typeof idToken === 'string') taken = idToken
    return { status, answer: rest }
  })
  return () => taken
}
