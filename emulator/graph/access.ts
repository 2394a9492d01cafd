import { type AppAccess, readAccessToken } from '../access-tokens.ts'
import type { World } from '../world.ts'
import type { GraphRoute } from './graph-call.ts'
import { denied, unauthenticated } from './graph-failure.ts'

const AUDIENCES = new Set(['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000'])
const ONE_SECOND_MS = 1_000

interface Claims {
  readonly aud?: unknown
  readonly exp?: unknown
}

const readClaims = (token: string): Claims | undefined => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? claims : undefined
  } catch {
    return undefined
  }
}

const reasonAgainst = (token: string, now: number): string => {
  const claims = readClaims(token)
  if (claims === undefined) return 'IDX14100: JWT is not well formed.'
  if (!AUDIENCES.has(String(claims.aud))) return 'Access token validation failure. Invalid audience.'
  const isExpired = typeof claims.exp === 'number' && claims.exp * ONE_SECOND_MS <= now
  return isExpired ? 'Lifetime validation failed, the token is expired.' : 'Access token validation failure.'
}

/** Who calls, from the `Authorization` header. Throws 401 in Graph's words. `now` in milliseconds. */
export const authenticate = (world: World, header: string | undefined, now: number): AppAccess => {
  if (world.scenarios.strike('tokenRefused') !== undefined) {
    throw unauthenticated('Lifetime validation failed, the token is expired.')
  }
  const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
  if (token === undefined) throw unauthenticated('Access token is empty.')
  const access = readAccessToken(world.state, token, now)
  if (access === undefined || !AUDIENCES.has(String(readClaims(token)?.aud))) {
    throw unauthenticated(reasonAgainst(token, now))
  }
  return world.scenarios.isOn('permissionLost') ? { ...access, roles: [] } : access
}

/** Throws 403 when the token carries none of the permissions that suffice for the call. */
export const authorize = (route: GraphRoute, access: AppAccess): void => {
  if (!route.roles.some((role) => access.roles.includes(role))) throw denied()
}
