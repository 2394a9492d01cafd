import { createHash } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { type Club, choicePage, problemPage } from '../google/google-pages.ts'
import type { GooglePerson } from '../google/people.ts'
import type { Site } from '../journal.ts'
import { pageHeaders } from '../page.ts'
import type { World } from '../world.ts'
import type { GoogleClient } from '../world-state.ts'

const ONE_MINUTE_MS = 60_000
const CODE_BYTES = 32

/** Ways in which these providers can be wrong. */
export const socialMisbehaviors = [
  'foreignToken',
  'wrongIssuer',
  'wrongAudience',
  'badSignature',
  'wrongState',
  'accessDenied',
  'oversized',
  'tokenFails',
] as const
export type SocialMisbehavior = (typeof socialMisbehaviors)[number]

export interface SocialParts {
  readonly world: World
  readonly site: Site
  readonly club: Club
  /** Where people are sent, below the site. */
  readonly path: string
  /** Codes and access tokens that were handed out. */
  readonly grants: Map<string, SocialGrant>
  readonly tokens: Map<string, SocialGrant>
}

/** A code that was handed out and not used yet, or an access token. */
export interface SocialGrant {
  readonly clientId: string
  readonly redirectUri: string
  readonly challenge: string | undefined
  readonly person: GooglePerson
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export const clientName = (site: string, clientId: string): string => `${site} ${clientId}`

export const clientOf = ({ world, site }: SocialParts, clientId: string): GoogleClient | undefined =>
  world.state.socialClients?.[clientName(site, clientId)]

/** The misbehavior that is switched on, when it is one of `ways`; counts as one time it struck. */
export const misbehaving = ({ world }: SocialParts, ...ways: readonly SocialMisbehavior[]): SocialMisbehavior | undefined => {
  const how = world.scenarios.look('socialMisbehaves')?.how
  const way = socialMisbehaviors.find((one) => one === how && ways.includes(one))
  if (way !== undefined) world.scenarios.strike('socialMisbehaves')
  return way
}

/** The sentence that says what is wrong with a request, which then must not be redirected. */
const problemOf = (query: URLSearchParams, parts: SocialParts): string | undefined => {
  const client = clientOf(parts, query.get('client_id') ?? '')
  if (client === undefined) return 'there is no such app'
  if (!client.redirectUris.includes(query.get('redirect_uri') ?? '')) return 'the redirect address is not one of the app’s'
  if (query.get('response_type') !== 'code') return 'only codes are handed out'
  return undefined
}

const backTo = (query: URLSearchParams, answer: Readonly<Record<string, string>>): string => {
  const address = new URL(query.get('redirect_uri') ?? '')
  for (const [name, value] of Object.entries(answer)) address.searchParams.set(name, value)
  return address.href
}

const finish = (query: URLSearchParams, person: GooglePerson | undefined, parts: SocialParts): string => {
  const way = misbehaving(parts, 'wrongState', 'accessDenied')
  const asked = query.get('state') ?? ''
  const state = way === 'wrongState' ? `${asked}x` : asked
  if (person === undefined || way === 'accessDenied') return backTo(query, { error: 'access_denied', state })
  const code = parts.world.random.bytes(CODE_BYTES).toString('base64url')
  parts.grants.set(code, {
    clientId: query.get('client_id') ?? '',
    redirectUri: query.get('redirect_uri') ?? '',
    challenge: query.get('code_challenge') ?? undefined,
    person,
    expiresAt: parts.world.clock.now() + ONE_MINUTE_MS,
  })
  return backTo(query, { code, state })
}

/** The page where people say who they are (RFC 6749 §4.1.1). Nobody stays signed in there. */
export const addAuthorization = (app: Hono, parts: SocialParts): void => {
  const { club, path } = parts
  const checked = async (c: Context, answer: (query: URLSearchParams) => Promise<Response> | Response): Promise<Response> => {
    const query = new URL(c.req.url).searchParams
    const problem = problemOf(query, parts)
    if (problem !== undefined) return c.html(problemPage(club.banner, problem), 400, pageHeaders)
    return answer(query)
  }
  app.get(path, (c) =>
    checked(c, (query) => {
      const link = (subject: string): string => `${path}/as/${encodeURIComponent(subject)}?${query}`
      const choice = choicePage(club, ({ subject }) => link(subject), link('nobody'))
      return c.html(choice, 200, pageHeaders)
    }),
  )
  app.get(`${path}/as/:person`, (c) =>
    checked(c, (query) => {
      const person = club.people.find(({ subject }) => subject === c.req.param('person'))
      return c.redirect(finish(query, person, parts))
    }),
  )
}

const isProven = ({ challenge }: SocialGrant, verifier: string | null): boolean => {
  if (challenge === undefined) return verifier === null
  const digest = createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')
  return digest === challenge
}

export interface Redeemed {
  readonly accessToken: string
  readonly grant: SocialGrant
}

/** Spends a code; undefined when the client, the code or what ties them is not right (RFC 6749 §4.1.3). */
export const redeem = (form: URLSearchParams, parts: SocialParts): Redeemed | undefined => {
  const clientId = form.get('client_id') ?? ''
  const code = form.get('code') ?? ''
  const grant = parts.grants.get(code)
  parts.grants.delete(code)
  const client = clientOf(parts, clientId)
  if (grant === undefined || client === undefined || client.secret !== form.get('client_secret')) return undefined
  const isItsOwn = grant.clientId === clientId && grant.redirectUri === form.get('redirect_uri')
  const isFresh = grant.expiresAt > parts.world.clock.now()
  if (!isItsOwn || !isFresh || !isProven(grant, form.get('code_verifier'))) return undefined
  const accessToken = parts.world.random.bytes(CODE_BYTES).toString('base64url')
  parts.tokens.set(accessToken, grant)
  return { accessToken, grant }
}

/** What the bearer of a call was given; undefined when nothing. */
export const grantOf = (c: Context, { tokens }: SocialParts): SocialGrant | undefined => tokens.get(bearerOf(c))

export const bearerOf = (c: Context): string => (c.req.header('authorization') ?? '').replace(/^Bearer /i, '')
