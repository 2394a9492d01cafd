import * as openid from 'openid-client'
import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import type { Departure, LegOrder } from '../connection.ts'
import { claimsFrom } from './oauth2-profile.ts'
import type { OAuth2Provider, OAuth2Settings } from './oauth2-row.ts'
import { configured, type OidcParts, rewriteTokens } from '../oidc/oidc-client.ts'
import { challengeOf } from '../oidc/oidc-departure.ts'
import type { OidcExchange } from '../oidc/oidc-exchange.ts'
import { connectionFailure } from '../connection-failure.ts'
import { profileFrom, type UpstreamClaims } from '../profile.ts'
import { type ProviderCall, providerCall } from '../provider-calls.ts'
import { notFromHere } from '../provider-row.ts'

interface Opening {
  readonly connection: ConnectionSettings
  readonly settings: OAuth2Settings
  readonly provider: OAuth2Provider
  readonly parts: OidcParts
}

interface Opened extends Opening {
  readonly call: ProviderCall
}

/** What is said to one provider by plain OAuth 2.0 (RFC 6749 §4.1, RFC 7636), and what it answers. */
export const oauth2Exchange = (order: Opening): OidcExchange => {
  const opened: Opened = { ...order, call: providerCall({ ...order.parts, settings: order.settings }) }
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error) => {
      throw connectionFailure(error, order.connection.name)
    })
  return {
    begin: (leg) => named(depart(leg, opened)),
    complete: (callback, leg) => named(comeBack(callback, leg, opened)),
  }
}

const clientOf = ({ settings, call }: Opened): openid.Configuration => {
  const { issuerText, authorizationUrl, tokenUrl, clientId, clientSecret, secretIn } = settings
  const secret = clientSecret.reveal()
  return configured({
    metadata: { issuer: issuerText, authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl },
    clientId,
    authentication: secretIn === 'form' ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret),
    call,
  })
}

const depart = async (order: LegOrder, opened: Opened): Promise<Departure> => {
  const { settings, provider, parts } = opened
  const verifier = parts.randomness.bytes(32).toString('base64url')
  const isAgain = order.freshness.maxAgeMs === 0 || order.choose
  const location = openid.buildAuthorizationUrl(clientOf(opened), {
    redirect_uri: order.callbackUrl,
    state: order.state,
    ...(settings.scopes.length > 0 && { scope: settings.scopes.join(' ') }),
    ...(settings.pkce && challengeOf(verifier)),
    ...(provider.freshness === 'choose' && isAgain && { prompt: 'select_account' }),
  })
  return { location: location.href, memory: { verifier, issuer: settings.issuerText } }
}

type Returning = Leg & { readonly callbackUrl: string }

const comeBack = async (callback: Visit, leg: Returning, opened: Opened): Promise<Profile> => {
  const { settings, provider, parts } = opened
  const accessToken = await accessTokenFor(callback, leg, opened)
  const ask = (url: URL, bearer: string) => answerTo(opened.call, url, bearer)
  const address = new URL(settings.profileUrl)
  for (const [name, value] of Object.entries(provider.proof?.({ accessToken, settings }) ?? {})) address.searchParams.set(name, value)
  const said = profileIn(await ask(address, accessToken))
  const profile = (await provider.complete?.(said, { accessToken, settings, ask })) ?? said
  return profileFrom({
    issuer: settings.issuerText,
    claims: claimsFrom(profile, settings.profile),
    authentication: { at: parts.clock.now(), method: 'federated' },
    takesTextForTrue: false,
  })
}

const accessTokenFor = async (callback: Visit, leg: Returning, opened: Opened): Promise<string> => {
  const { settings } = opened
  const { verifier, issuer } = leg.memory
  if (!verifier || issuer !== settings.issuerText) throw notFromHere('leg')
  // We ask for the answer in the query, where openid-client refuses what is there twice.
  if (callback.form.size > 0) throw notFromHere('response_mode')
  const answer = new URL(leg.callbackUrl)
  answer.search = callback.url.search
  const client = clientOf(opened)
  rewriteTokens(client, plainly)
  const checks = { expectedState: leg.state, ...(settings.pkce && { pkceCodeVerifier: verifier }) }
  return (await openid.authorizationCodeGrant(client, answer, checks)).access_token
}

/** An error is one whatever its status (GitHub: 200), and an ID token nobody asked for is not looked at. */
const plainly = ({ id_token: _, ...answer }: Readonly<Record<string, unknown>>, status: number) => {
  const isRefusal = status === 200 && typeof answer.error === 'string'
  return { status: isRefusal ? 400 : status, answer }
}

const answerTo = async (call: ProviderCall, url: URL, bearer: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json', 'user-agent': 'Usher' }
  const response = await call(url.href, { headers })
  if (response.status !== 200)
    throw new UsherError('connection_answer_invalid', { detail: { reason: 'profile', path: url.pathname, status: response.status } })
  return response.json().catch(() => {
    throw notFromHere('profile is not JSON')
  })
}

const profileIn = (said: unknown): UpstreamClaims => {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw notFromHere('profile is no object')
  return { ...said }
}
