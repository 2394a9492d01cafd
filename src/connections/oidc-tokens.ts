import * as openid from 'openid-client'
import { TENANT, type Tokens } from './id-token.ts'
import type { OpenedOidc } from './oidc-client.ts'

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
  const call = client[openid.customFetch]
  let taken = ''
  client[openid.customFetch] = async (url, init) => {
    const response = await (call ?? fetch)(url, init)
    const text = await response.text()
    const { status, headers } = response
    const answer: unknown = parsed(text)
    if (typeof answer !== 'object' || answer === null || !('id_token' in answer)) return new Response(text, { status, headers })
    const { id_token, ...rest } = answer
    if (typeof id_token === 'string') taken = id_token
    return new Response(JSON.stringify(rest), { status, headers })
  }
  return () => taken
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
