import { createHash } from 'node:crypto'
import * as openid from 'openid-client'
import { type Clock, ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { authenticationFrom } from './authentication-time.ts'
import type { ConnectionType, Departure, LegOrder, RedirectConnection } from './connection.ts'
import { verifyIdToken } from './id-token.ts'
import { connectionFailure } from './oidc-failure.ts'
import { type OidcSettings, type Provider, readOidcSettings } from './oidc-settings.ts'
import { profileFrom, type UpstreamClaims } from './profile.ts'
import { type Fetch, type ProviderCall, providerCall } from './provider-calls.ts'
import { type ProviderDocuments, providerDocuments } from './provider-documents.ts'

export interface OidcParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  readonly publicUrl: URL
}

const GENERIC: Provider = {
  scopes: ['openid', 'profile', 'email'],
  endpointHosts: [],
  freshness: 'login',
  takesTextForTrue: false,
}

/** Any provider that speaks OpenID Connect (Core 1.0, code flow with PKCE). */
export const oidcType = (parts: OidcParts): ConnectionType => oidcTypeOf('oidc', GENERIC, parts)

/** The same for a provider whose ways are known. */
export const oidcTypeOf = (type: string, provider: Provider, parts: OidcParts): ConnectionType => ({
  type,
  open: (connection) => openOidc(connection, provider, parts),
})

interface Opened {
  readonly connection: ConnectionSettings
  readonly settings: OidcSettings
  readonly provider: Provider
  readonly parts: OidcParts
  readonly call: ProviderCall
  readonly documents: ProviderDocuments
}

const openOidc = (connection: ConnectionSettings, provider: Provider, parts: OidcParts): RedirectConnection => {
  const settings = readOidcSettings(connection, provider, parts.publicUrl)
  const call = providerCall({ ...parts, settings })
  const documents = providerDocuments({ ...parts, call, settings })
  const opened: Opened = { connection, settings, provider, parts, call, documents }
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error) => {
      throw connectionFailure(error, connection.name)
    })
  return {
    kind: 'redirect',
    begin: (order) => named(begin(order, opened)),
    complete: (callback, leg) => named(complete(callback, leg, opened)),
  }
}

const begin = async (order: LegOrder, opened: Opened): Promise<Departure> => {
  const { parts, settings } = opened
  const metadata = await opened.documents.metadata().catch((error) => {
    // Before anybody left there is no answer that could be wrong: the provider is not usable, whatever the reason.
    throw new UsherError('connection_unavailable', { cause: error, detail: { connection: opened.connection.name } })
  })
  const nonce = parts.randomness.bytes(32).toString('base64url')
  const verifier = parts.randomness.bytes(32).toString('base64url')
  const asked = freshnessAsked(order, opened)
  const location = openid.buildAuthorizationUrl(configure(metadata, opened), {
    redirect_uri: order.callbackUrl,
    scope: settings.scopes.join(' '),
    state: order.state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...asked.parameters,
    ...(order.username && { login_hint: order.username }),
    ...(order.language && { ui_locales: order.language }),
  })
  return { location: location.href, memory: { nonce, verifier, issuer: settings.issuerText, ...asked.memory } }
}

/** Asks for `auth_time` and for nothing else: without its time a second factor does not count. */
const ANY_AGE_SECONDS = String(365 * 24 * 60 * 60)

interface Asked {
  readonly parameters: Readonly<Record<string, string>>
  readonly memory: Readonly<Record<string, string>>
}

/** How the provider is asked for a recent authentication, and what its answer must then show. */
const freshnessAsked = ({ freshness, choose }: LegOrder, { provider, parts }: Opened): Asked => {
  const ages = [freshness.maxAgeMs, freshness.secondFactor?.maxAgeMs].filter((age) => age !== undefined)
  const maxAgeMs = ages.length === 0 ? undefined : Math.min(...ages)
  const isAgain = maxAgeMs === 0
  if (provider.freshness === 'choose') return { parameters: prompts(choose || isAgain ? ['select_account'] : []), memory: {} }
  const prompt = prompts([...(isAgain ? ['login'] : []), ...(choose ? ['select_account'] : [])])
  if (maxAgeMs === undefined) return { parameters: freshness.secondFactor ? { ...prompt, max_age: ANY_AGE_SECONDS } : prompt, memory: {} }
  return {
    parameters: { ...prompt, max_age: String(Math.floor(maxAgeMs / ONE_SECOND_MS)) },
    memory: { notBefore: String(parts.clock.now() - maxAgeMs) },
  }
}

const prompts = (all: readonly string[]): Readonly<Record<string, string>> => (all.length === 0 ? {} : { prompt: all.join(' ') })

/** A configuration for one exchange: openid-client keeps nothing between two of them. */
const configure = (metadata: openid.ServerMetadata, { settings, call }: Opened): openid.Configuration => {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const secret = settings.clientSecret.reveal()
  const authentication = methods.includes('client_secret_basic') ? openid.ClientSecretBasic(secret) : openid.ClientSecretPost(secret)
  const configuration = new openid.Configuration(
    { ...metadata, id_token_signing_alg_values_supported: [...settings.signatures] },
    settings.clientId,
    {
      // It reads the machine's clock. The times of a token are checked on ours, with its signature.
      [openid.clockTolerance]: Number.MAX_SAFE_INTEGER,
    },
    authentication,
  )
  configuration[openid.customFetch] = (url, init) => call(url, init as RequestInit) // the same fields, described twice
  // Each call has its own limit, on our clock.
  configuration.timeout = 0
  if (settings.issuer.protocol === 'http:' && isLoopbackHost(settings.issuer.hostname)) openid.allowInsecureRequests(configuration)
  return configuration
}

const complete = async (callback: Visit, leg: Leg & { readonly callbackUrl: string }, opened: Opened): Promise<Profile> => {
  const { settings, documents, parts, provider, connection } = opened
  const { nonce, verifier, issuer, notBefore } = leg.memory
  if (!nonce || !verifier || issuer !== settings.issuerText) throw invalid(connection.name, 'leg')
  const configuration = configure(await documents.metadata(), opened)
  const tokens = await openid.authorizationCodeGrant(configuration, answerUrl(callback, leg.callbackUrl, connection.name), {
    expectedState: leg.state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const claims = await verifyIdToken(tokens, { settings, documents, clock: parts.clock })
  if (claims.nonce !== nonce) throw invalid(connection.name, 'nonce')
  const authentication = authenticationFrom(claims, {
    at: parts.clock.now(),
    ...(notBefore !== undefined && { notBefore: Number(notBefore) }),
    ...(connection.secondFactor && { secondFactor: connection.secondFactor }),
  })
  const said = await withUserinfo(claims, { configuration, accessToken: tokens.access_token })
  return profileFrom({ issuer: settings.issuerText, claims: said, authentication, takesTextForTrue: provider.takesTextForTrue })
}

const invalid = (connection: string, reason: string) => new UsherError('connection_answer_invalid', { detail: { connection, reason } })

/** What came back, at the address it was to come back to: behind proxies the one we were called at may differ. */
const answerUrl = (callback: Visit, callbackUrl: string, connection: string): URL => {
  // We ask for the answer in the query, where openid-client refuses what is there twice.
  if (callback.form.size > 0) throw invalid(connection, 'response_mode')
  const url = new URL(callbackUrl)
  url.search = callback.url.search
  return url
}

const withUserinfo = async (
  claims: UpstreamClaims & { readonly sub?: string },
  { configuration, accessToken }: { readonly configuration: openid.Configuration; readonly accessToken: string },
): Promise<UpstreamClaims> => {
  const isEnough = claims.email !== undefined || claims.name !== undefined || claims.given_name !== undefined
  if (isEnough || !configuration.serverMetadata().userinfo_endpoint) return claims
  const more = await openid.fetchUserInfo(configuration, accessToken, claims.sub ?? '')
  // What was signed wins.
  return { ...more, ...claims }
}
