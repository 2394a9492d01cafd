import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, RedirectConnection } from './connection.ts'
import type { OidcParts, OpenedOidc } from './oidc-client.ts'
import { departFor } from './oidc-departure.ts'
import { connectionFailure } from './oidc-failure.ts'
import { returnFrom } from './oidc-return.ts'
import { type Provider, readOidcSettings } from './oidc-settings.ts'
import { providerCall } from './provider-calls.ts'
import { providerDocuments } from './provider-documents.ts'

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

const openOidc = (connection: ConnectionSettings, provider: Provider, parts: OidcParts): RedirectConnection => {
  const settings = readOidcSettings(connection, provider, parts.publicUrl)
  const call = providerCall({ ...parts, settings })
  const documents = providerDocuments({ ...parts, call, settings })
  const opened: OpenedOidc = { connection, settings, provider, parts, call, documents }
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error) => {
      throw connectionFailure(error, connection.name)
    })
  return {
    kind: 'redirect',
    begin: (order) => named(departFor(order, opened)),
    complete: (callback, leg) => named(returnFrom(callback, leg, opened)),
  }
}
