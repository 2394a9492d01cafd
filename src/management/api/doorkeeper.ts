import { hash } from 'node:crypto'
import { type Clock, ONE_SECOND_MS } from '#kernel/clock.ts'
import { placeOf } from '#lib/networks.ts'
import type { Principal, PrincipalOf } from './principal.ts'
import { meter, type Standing } from './rate-limit.ts'
import { type Reply, refusal } from './reply.ts'

/** What one token may ask; a rule has one for each run. */
export const CALLS = { burst: 100, perSecond: 20 } as const
/** Tokens that are none, from one place. */
export const WRONG_TOKENS = { burst: 100, perSecond: 1 } as const

/** Where rules ask from: what one of them tries is bounded by what one run may call. */
const INSIDE = 'inside'

export interface Knock {
  /** The header `Authorization`. */
  readonly authorization?: string | undefined
  /** Where it comes from, when that is not inside Usher. */
  readonly address?: string | undefined
}

interface Told {
  /** Whatever is answered carries these. */
  readonly headers: Readonly<Record<string, string>>
}

/** Whoever asks is let in, or told why not. */
export type Entry = Told & ({ readonly principal: Principal } | { readonly refused: Reply })

/** Lets callers in by their token, and each of them so often. Throws when it cannot tell who they are. */
export const doorkeeper = (parts: { readonly principal: PrincipalOf; readonly clock: Pick<Clock, 'now'> }) => {
  const principalOf = async (bearer: string) => (bearer === '' ? undefined : parts.principal(bearer))
  const calls = meter(CALLS)
  const wrong = meter(WRONG_TOKENS)
  /** A stranger counts as wrong until they are known: many at once are not all looked up. */
  const keptOut = (address: string, at: number): Entry | undefined => {
    if (address === INSIDE) return undefined
    const standing = wrong.take(placeOf(address), at)
    return standing.isAllowed ? undefined : { refused: TOO_MANY, headers: waiting(standing) }
  }
  const letIn = (principal: Principal, key: string, at: number): Entry => {
    const standing = calls.take(key, at)
    if (standing.isAllowed) return { principal, headers: counted(standing) }
    return { refused: TOO_MANY, headers: { ...counted(standing), ...waiting(standing) } }
  }
  const turnAway = (key: string): Entry => {
    calls.forget(key)
    return { refused: refusal(401, 'invalid_token', 'Invalid token'), headers: { 'www-authenticate': 'Bearer' } }
  }
  return async ({ authorization, address = INSIDE }: Knock): Promise<Entry> => {
    const at = parts.clock.now()
    const bearer = bearerIn(authorization)
    const key = hash('sha256', bearer, 'base64url')
    // Who was let in before is not kept out by what others at the same place do.
    const isStranger = !calls.knows(key)
    const refused = isStranger && keptOut(address, at)
    if (refused) return refused
    const principal = await principalOf(bearer)
    if (!principal) return turnAway(key)
    if (isStranger) wrong.giveBack(placeOf(address))
    return letIn(principal, key, at)
  }
}

export type Doorkeeper = ReturnType<typeof doorkeeper>

/** In Auth0's words, which its clients look for. */
const TOO_MANY = refusal(429, 'too_many_requests', 'Global limit has been reached')

/** `Bearer` in any case, one space, one token; empty for anything else. */
const bearerIn = (authorization = ''): string => /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization)?.[1] ?? ''

/** The reset in seconds since the epoch, as Auth0 has it. */
const counted = ({ remaining, fullAt }: Standing): Readonly<Record<string, string>> => ({
  'x-ratelimit-limit': String(CALLS.burst),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(Math.ceil(fullAt / ONE_SECOND_MS)),
})

const waiting = ({ waitMs }: Standing): Readonly<Record<string, string>> => ({ 'retry-after': String(Math.ceil(waitMs / ONE_SECOND_MS)) })
