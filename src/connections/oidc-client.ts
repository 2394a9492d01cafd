import * as openid from 'openid-client'
import type { Clock } from '#kernel/clock.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import type { OidcSettings, Provider } from './oidc-settings.ts'
import type { Fetch, ProviderCall } from './provider-calls.ts'
import type { ProviderDocuments } from './provider-documents.ts'

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
export const clientOf = (metadata: openid.ServerMetadata, { settings, call }: OpenedOidc): openid.Configuration => {
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
  configuration[openid.customFetch] = (url, { method, headers, body }) =>
    // Forms are all that is ever sent to a provider.
    call(url, { method, headers, body: body instanceof URLSearchParams ? body : null })
  // Each call has its own limit, on our clock.
  configuration.timeout = 0
  if (settings.issuer.protocol === 'http:' && isLoopbackHost(settings.issuer.hostname)) openid.allowInsecureRequests(configuration)
  return configuration
}
