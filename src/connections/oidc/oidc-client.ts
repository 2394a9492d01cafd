import * as openid from 'openid-client'
import type { Clock } from '#kernel/clock.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import type { OidcSettings } from './oidc-settings.ts'
import type { Fetch, ProviderCall } from '../provider-calls.ts'
import type { ProviderDocuments } from './provider-documents.ts'
import type { Provider } from '../provider-row.ts'

export interface OidcParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  readonly publicUrl: URL
}

/** A connection to a provider, opened. */
export interface OpenedOidc {
  readonly connection: ConnectionSettings
  readonly settings: OidcSettings
  readonly provider: Provider
  readonly parts: OidcParts
  readonly call: ProviderCall
  readonly documents: ProviderDocuments
}

/** openid-client, set up for one exchange: it keeps nothing between two of them. */
export const clientOf = (
  metadata: openid.ServerMetadata,
  { settings, call }: OpenedOidc,
  authentication: openid.ClientAuth = openid.None(),
): openid.Configuration =>
  configured({
    metadata: { ...metadata, id_token_signing_alg_values_supported: [...settings.signatures] },
    clientId: settings.clientId,
    authentication,
    call,
  })

interface Configured {
  readonly metadata: openid.ServerMetadata
  readonly clientId: string
  readonly authentication: openid.ClientAuth
  readonly call: ProviderCall
}

/** The library for one client of one provider, over our own calls and our own clock. */
export const configured = ({ metadata, clientId, authentication, call }: Configured): openid.Configuration => {
  // It reads the machine's clock. The times of a token are checked on ours, with its signature.
  const tolerance = { [openid.clockTolerance]: Number.MAX_SAFE_INTEGER }
  const configuration = new openid.Configuration(metadata, clientId, tolerance, authentication)
  configuration[openid.customFetch] = (url, { method, headers, body }) =>
    // Forms are all that is ever sent to a provider.
    call(url, { method, headers, body: body instanceof URLSearchParams ? body : null })
  // Each call has its own limit, on our clock.
  configuration.timeout = 0
  const issuer = new URL(metadata.issuer)
  if (issuer.protocol === 'http:' && isLoopbackHost(issuer.hostname)) openid.allowInsecureRequests(configuration)
  return configuration
}

interface TokenAnswer {
  readonly status: number
  readonly answer: Readonly<Record<string, unknown>>
}

/** Changes what the token endpoint says before the library reads it; what is no object stays as it is. */
export const rewriteTokens = (
  client: openid.Configuration,
  rewrite: (answer: Readonly<Record<string, unknown>>, status: number) => TokenAnswer,
): void => {
  const call = client[openid.customFetch] ?? fetch
  client[openid.customFetch] = async (url, init) => {
    const { status, headers, ...response } = await textOf(call(url, init))
    const said = parsed(response.text)
    if (typeof said !== 'object' || said === null || Array.isArray(said)) return new Response(response.text, { status, headers })
    const changed = rewrite({ ...said }, status)
    return new Response(JSON.stringify(changed.answer), { status: changed.status, headers })
  }
}

const textOf = async (calling: Promise<Response>) => {
  const response = await calling
  const { status, headers } = response
  return { status, headers, text: await response.text() }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How we prove to a provider who we are. */
export const authenticationAt = async (metadata: openid.ServerMetadata, opened: OpenedOidc): Promise<openid.ClientAuth> => {
  const { provider, settings, parts } = opened
  const { clientSecret: secret, clientId, issuerText: issuer } = settings
  const spent = (await provider.proof?.({ secret, clientId, issuer, now: parts.clock.now() })) ?? secret.reveal()
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const inForm = provider.secretIn === 'form' || !methods.includes('client_secret_basic')
  return inForm ? openid.ClientSecretPost(spent) : openid.ClientSecretBasic(spent)
}
