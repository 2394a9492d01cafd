import { createHash } from 'node:crypto'
import type { GoogleClient } from '../world-state.ts'
import type { AuthorizationRequest } from './authorization.ts'
import type { GooglePerson } from './people.ts'

/** A code that was handed out and not used yet. */
export interface Grant {
  readonly request: AuthorizationRequest
  readonly person: GooglePerson
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface TokenRequest {
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

const credentialsOf = ({ form, authorization }: TokenRequest): readonly [string, string] => {
  if (authorization === undefined || !/^basic /i.test(authorization)) {
    return [form.get('client_id') ?? '', form.get('client_secret') ?? '']
  }
  const [id = '', secret = ''] = Buffer.from(authorization.slice('basic '.length), 'base64').toString().split(':')
  return [decodeURIComponent(id), decodeURIComponent(secret)]
}

/** The client that asks, when its secret is right (RFC 6749 §2.3.1). */
export const authenticatedClient = (request: TokenRequest, clients: Readonly<Record<string, GoogleClient>>): string | undefined => {
  const [id, secret] = credentialsOf(request)
  return clients[id]?.secret === secret ? id : undefined
}

/** Whether the code may be redeemed by this client, with this verifier, for this redirect address (RFC 7636 §4.6). */
export const isRedeemable = (grant: Grant, clientId: string, { form }: TokenRequest): boolean => {
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  return (
    grant.request.clientId === clientId &&
    grant.request.redirectUri === form.get('redirect_uri') &&
    grant.request.codeChallenge === challenge
  )
}
