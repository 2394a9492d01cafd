import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, RedirectConnection } from '../connection.ts'
import { facebook } from './facebook.ts'
import { github } from './github.ts'
import type { OAuth2Provider } from './oauth2-row.ts'
import { readOAuth2Settings } from './oauth2-settings.ts'
import type { OidcExchange } from '../oidc/oidc-exchange.ts'
import type { OidcParts } from '../oidc/oidc-client.ts'

/** Providers that speak OAuth 2.0 and no OpenID Connect: any (`oauth2`), and those everybody knows. */
export const oauth2Providers: Readonly<Record<string, OAuth2Provider>> = {
  oauth2: { defaults: {}, freshness: 'nothing' },
  facebook,
  github,
}

export const oauth2Types = (parts: OidcParts): readonly ConnectionType[] =>
  Object.entries(oauth2Providers).map(([type, provider]) => ({
    type,
    open: (connection) => openOAuth2(connection, provider, parts),
  }))

const openOAuth2 = (connection: ConnectionSettings, provider: OAuth2Provider, parts: OidcParts): RedirectConnection => {
  const settings = readOAuth2Settings(connection, provider, parts.publicUrl)
  let loading: Promise<OidcExchange> | undefined
  // As for OpenID Connect: the libraries come with the first person.
  const exchange = (): Promise<OidcExchange> => {
    loading ??= import('./oauth2-exchange.ts').then(({ oauth2Exchange }) => oauth2Exchange({ connection, settings, provider, parts }))
    return loading
  }
  return {
    kind: 'redirect',
    begin: async (order) => (await exchange()).begin(order),
    complete: async (callback, leg) => (await exchange()).complete(callback, leg),
  }
}
