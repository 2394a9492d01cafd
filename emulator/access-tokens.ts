import { createHmac, timingSafeEqual } from 'node:crypto'
import { tenantKey } from './world.ts'
import type { WorldState } from './world-state.ts'

/** What an app may do with Graph, as its access token says. */
export interface AppAccess {
  readonly clientId: string
  readonly roles: readonly string[]
}

export const ACCESS_TOKEN_SECONDS = 3_599
const ONE_SECOND_MS = 1_000

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const signatureOf = (state: WorldState, text: string): Buffer =>
  createHmac('sha256', tenantKey(state, 'access-token')).update(text).digest()

/** A bearer token for Graph; it survives a restart, as Microsoft's do. `now` in milliseconds. */
export const mintAccessToken = (state: WorldState, access: AppAccess, now: number): string => {
  const seconds = Math.floor(now / ONE_SECOND_MS)
  const claims = {
    aud: 'https://graph.microsoft.com',
    iss: `https://sts.windows.net/${state.tenantId}/`,
    tid: state.tenantId,
    appid: access.clientId,
    roles: access.roles,
    nbf: seconds,
    exp: seconds + ACCESS_TOKEN_SECONDS,
  }
  const text = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
  return `${text}.${signatureOf(state, text).toString('base64url')}`
}

const isSame = (left: Buffer, right: Buffer): boolean => left.length === right.length && timingSafeEqual(left, right)

/** Undefined when the token is not ours, is malformed or has expired. `now` in milliseconds. */
export const readAccessToken = (state: WorldState, token: string, now: number): AppAccess | undefined => {
  const [header = '', body = '', signature = ''] = token.split('.')
  if (!isSame(signatureOf(state, `${header}.${body}`), Buffer.from(signature, 'base64url'))) return undefined
  // Signed by `mintAccessToken`, so it has the shape given there.
  const claims: { appid: string; roles: string[]; exp: number } = JSON.parse(Buffer.from(body, 'base64url').toString())
  return claims.exp * ONE_SECOND_MS <= now ? undefined : { clientId: claims.appid, roles: claims.roles }
}
