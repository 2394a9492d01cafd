import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import type { Authentication, Identity } from '#kernel/person.ts'
import type { BrowserId, Opened, SignInRequest } from '#kernel/transaction.ts'
import type { GrantBook } from './books.ts'

const FIVE_MINUTES_MS = 5 * ONE_MINUTE_MS

/** What a hop through the relying party leaves behind: who just signed in here, so that the way back asks nothing. */
export interface HopGrant {
  readonly user: string
  readonly connection: string
  readonly identity?: Identity
  /** When the sign-in began. */
  readonly since?: number
  readonly authentication: Authentication
  /** Whether a session answered, so that nobody proved anything just then. */
  readonly isSilent: boolean
}

const grantKey = (browser: BrowserId, request: SignInRequest) => `hop ${browser} ${request.relyingParty}`
const spentKey = (browser: BrowserId, request: SignInRequest) => `hopped ${browser} ${request.relyingParty}`

/** Lets the request that comes back within five minutes be answered without asking again, once. */
export const grantHop = (grants: GrantBook, on: Pick<Opened, 'browser' | 'request'>, grant: HopGrant, at: number): Promise<void> =>
  grants.put(grantKey(on.browser, on.request), { ...grant }, at + FIVE_MINUTES_MS)

/** The grant, for exactly one request. */
export const takeHop = async (grants: GrantBook, on: Pick<Opened, 'browser' | 'request'>, at: number): Promise<HopGrant | undefined> => {
  const body = await grants.take(grantKey(on.browser, on.request), at)
  if (!body) return undefined
  await grants.put(spentKey(on.browser, on.request), {}, at + FIVE_MINUTES_MS)
  // The body is what grantHop put there; storage keeps it as JSON.
  return body as unknown as HopGrant
}

/** True when this browser was let through already a moment ago: a second round would be a loop. */
export const hoppedBefore = async (grants: GrantBook, on: Pick<Opened, 'browser' | 'request'>, at: number): Promise<boolean> =>
  (await grants.take(spentKey(on.browser, on.request), at)) !== undefined
