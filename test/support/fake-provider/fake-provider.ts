import { authorize, refuse } from './authorization.ts'
import { answered } from './json-answer.ts'
import type { Misbehavior } from './misbehavior.ts'
import { type Asked, descriptionOf, type FakeProviderOptions, providerState, type ProviderState } from './provider-state.ts'
import { providerKey } from './signing.ts'
import { tokens } from './token-endpoint.ts'

/**
 * An OpenID provider without a network: `fetch` is how it is called, `authorize` is its page, where somebody agrees at
 * once. It is strict (exact redirect address, PKCE with S256, single-use codes) unless it was told to misbehave.
 */
export const fakeProvider = (options: FakeProviderOptions) => {
  const state = providerState(options)
  return {
    issuer: state.issuer,
    /** The paths that were called, in order. */
    calls: state.calls,
    countCalls: (path: string): number => state.calls.filter((one) => one === path).length,
    fetch: (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
      if (init.signal?.aborted) return Promise.reject(init.signal.reason)
      return route(state, new URL(input instanceof Request ? input.url : input), init)
    },
    /** Somebody agrees: where the browser goes from there. Throws where the provider would show a page instead. */
    authorize: (location: string): URL => authorize(state, location),
    /** Somebody, or the provider, says no. */
    refuse: (location: string, error: string): URL => refuse(state, location, error),
    /** From now on, until it is told something else. */
    misbehave: (how: Misbehavior): void => {
      state.wrong = how
    },
    /** From now on another key signs, and is the only one published. */
    rotate: (id: string): void => {
      state.keyId = id
    },
    /** When its own session with the person began, in milliseconds. */
    signedInAt: (at: number): void => {
      state.signedInAt = at
    },
  }
}

type Endpoint = (state: ProviderState, init: RequestInit, url: URL) => Promise<Response>

const description: Endpoint = async (state) => {
  const right = descriptionOf(state)
  return answered(state.wrong.description ? state.wrong.description(right) : right)
}

const keys: Endpoint = async ({ keyId, algorithm, wrong }) => {
  const right = { keys: [(await providerKey(keyId, algorithm)).publicJwk] }
  return answered(wrong.keys ? wrong.keys(right) : right)
}

const unauthorized = (): Response => new Response('{"error":"invalid_token"}', { status: 401 })

const askedBy = ({ accessTokens }: ProviderState, init: RequestInit, url: URL): Asked => ({
  url,
  bearer: /^Bearer (.+)$/i.exec(new Headers(init.headers).get('authorization') ?? '')?.[1] ?? '',
  knows: (token) => accessTokens.has(token),
})

const userinfo: Endpoint = async (state, init, url) => {
  const asked = askedBy(state, init, url)
  if (!asked.knows(asked.bearer) || !state.admits(asked)) return unauthorized()
  const right = { ...state.person, ...state.userinfo }
  return answered(state.wrong.userinfo ? state.wrong.userinfo(right) : right)
}

const besides: Endpoint = async (state, init, url) => {
  const right = state.besides[addressOf(url)]?.(askedBy(state, init, url))
  if (right === undefined) return unauthorized()
  return answered(state.wrong.besides ? state.wrong.besides(right) : right)
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  'GET /.well-known/openid-configuration': description,
  'GET /keys': keys,
  'GET /userinfo': userinfo,
  'GET /besides': besides,
  'POST /token': tokens,
}

const addressOf = ({ origin, pathname }: URL): string => `${origin}${pathname}`

/** The path below the issuer; an address that is not the provider's is kept whole, for those who look for such calls. */
const pathOf = ({ base, elsewhere, besides: more }: ProviderState, url: URL): string => {
  const address = addressOf(url)
  if (Object.hasOwn(more, address)) return '/besides'
  if (address === elsewhere.token_endpoint) return '/token'
  if (address === elsewhere.userinfo_endpoint) return '/userinfo'
  if (address === elsewhere.jwks_uri) return '/keys'
  return address.startsWith(`${base}/`) ? address.slice(base.length) : url.href
}

const route = async (state: ProviderState, url: URL, init: RequestInit): Promise<Response> => {
  const path = pathOf(state, url)
  state.calls.push(path)
  const instead = state.wrong.call?.(path, init.signal ?? undefined)
  return instead ?? endpoints[`${init.method ?? 'GET'} ${path}`]?.(state, init, url) ?? new Response('not found', { status: 404 })
}
