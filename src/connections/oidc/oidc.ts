import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, RedirectConnection } from '../connection.ts'
import type { OidcParts } from './oidc-client.ts'
import type { OidcExchange } from './oidc-exchange.ts'
import { readOidcSettings } from './oidc-settings.ts'
import { adaptedTo, type Provider } from '../provider-row.ts'

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

const openOidc = (written: ConnectionSettings, row: Provider, parts: OidcParts): RedirectConnection => {
  const { connection, provider } = adaptedTo(written, row)
  const settings = readOidcSettings(connection, provider, parts.publicUrl)
  let loading: Promise<OidcExchange> | undefined
  // The libraries are loaded when the first person goes to the provider: a start waits for nothing it does not need.
  const exchange = (): Promise<OidcExchange> => {
    loading ??= import('./oidc-exchange.ts').then(({ oidcExchange }) => oidcExchange({ connection, settings, provider, parts }))
    return loading
  }
  return {
    kind: 'redirect',
    begin: async (order) => (await exchange()).begin(order),
    complete: async (callback, leg) => (await exchange()).complete(callback, leg),
  }
}
