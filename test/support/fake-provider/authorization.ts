import { randomBytes } from 'node:crypto'
import { descriptionOf, type ProviderState } from './provider-state.ts'

const ONE_MINUTE_MS = 60_000

/** Somebody agrees: where the browser goes from there. Throws where the provider would show a page instead. */
export const authorize = (state: ProviderState, location: string): URL => {
  const { searchParams: query, origin, pathname } = new URL(location)
  if (`${origin}${pathname}` !== descriptionOf(state).authorization_endpoint) throw new Error(`not the authorization endpoint: ${location}`)
  const problem = requestProblem(query, state)
  if (problem) throw new Error(`the provider shows a page: ${problem}`)
  if (mustSignInAgain(query, state)) state.signedInAt = state.now()
  const code = randomBytes(24).toString('base64url')
  state.grants.set(code, { query, authenticatedAt: state.signedInAt, expiresAt: state.now() + ONE_MINUTE_MS })
  const answer = new URLSearchParams({ code, state: query.get('state') ?? '', iss: state.issuer })
  state.wrong.answer?.(answer)
  return withAnswer(query, answer)
}

/** Somebody, or the provider, says no. */
export const refuse = ({ issuer }: ProviderState, location: string, error: string): URL => {
  const { searchParams: query } = new URL(location)
  return withAnswer(query, new URLSearchParams({ error, state: query.get('state') ?? '', iss: issuer }))
}

const mustSignInAgain = (query: URLSearchParams, { now, signedInAt }: ProviderState): boolean => {
  const maxAge = query.get('max_age')
  const isTooOld = maxAge !== null && now() - signedInAt > Number(maxAge) * 1_000
  return isTooOld || query.get('prompt')?.split(' ').includes('login') === true
}

const withAnswer = (query: URLSearchParams, answer: URLSearchParams): URL => {
  const back = new URL(query.get('redirect_uri') ?? '')
  back.search = answer.toString()
  return back
}

const requestProblem = (query: URLSearchParams, { client, redirectUris, binding, answers, speaks }: ProviderState): string | undefined => {
  const names = [...query.keys()]
  const problems: Readonly<Record<string, boolean>> = {
    twice: new Set(names).size !== names.length,
    client_id: query.get('client_id') !== client.id,
    redirect_uri: !redirectUris.includes(query.get('redirect_uri') ?? ''),
    response_type: query.get('response_type') !== 'code',
    scope: (query.get('scope') ?? '').split(' ').includes('openid') !== (speaks === 'openid'),
    code_challenge: hasChallenge(query) !== (binding === 'nonce'),
    response_mode: query.get('response_mode') !== (answers === 'form' ? 'form_post' : null),
  }
  return Object.keys(problems).find((name) => problems[name])
}

const hasChallenge = (query: URLSearchParams): boolean =>
  query.get('code_challenge_method') === 'S256' && Boolean(query.get('code_challenge'))
