import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType } from './connection.ts'
import { oidcTypeOf } from './oidc.ts'
import type { OidcParts } from './oidc-client.ts'
import type { Provider } from './oidc-settings.ts'

/** Providers everybody knows, and how they differ. An administrator names the client and its secret. */
const providers: Readonly<Record<string, Provider>> = {
  google: {
    issuer: 'https://accounts.google.com',
    scopes: ['openid', 'email', 'profile'],
    endpointHosts: ['googleapis.com'],
    // Google has no `prompt=login` and no `max_age`; it can only be asked to show its choice of accounts.
    freshness: 'choose',
    takesTextForTrue: false,
  },
}

export const socialTypes = (parts: OidcParts): readonly ConnectionType[] =>
  Object.entries(providers).map(([type, provider]) => oidcTypeOf(type, provider, parts))

/** The issuer of a connection's people, as it stands in their identities. */
export const issuerOf = ({ id, type, settings }: Pick<ConnectionSettings, 'id' | 'type' | 'settings'>): string => {
  if (type === 'database') return id
  const { issuer } = settings
  return typeof issuer === 'string' ? issuer : (providers[type]?.issuer ?? id)
}
