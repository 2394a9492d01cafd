import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, RedirectConnection } from '../connection.ts'
import type { SamlParts } from './saml-exchange.ts'
import { readSamlSettings } from './saml-settings.ts'

/** Any identity provider that speaks SAML 2.0 (Web Browser SSO Profile, saml-profiles §4.1). */
export const samlType = (parts: SamlParts): ConnectionType => ({
  type: 'saml',
  open: (connection) => openSaml(connection, parts),
})

const openSaml = (connection: ConnectionSettings, parts: SamlParts): RedirectConnection => {
  const settings = readSamlSettings(connection, parts.publicUrl)
  let loading: ReturnType<typeof load> | undefined
  // As for OpenID Connect: the libraries come with the first person.
  const load = () => import('./saml-exchange.ts').then(({ samlExchange }) => samlExchange({ connection, settings, parts }))
  const exchange = () => {
    loading ??= load()
    return loading
  }
  return {
    kind: 'redirect',
    begin: async (order) => (await exchange()).begin(order),
    complete: async (callback, leg) => (await exchange()).complete(callback, leg),
    document: async (callbackUrl) => (await exchange()).document(callbackUrl),
    ...(settings.unsolicited && {
      unsolicited: { ...settings.unsolicited, accept: async (callback, callbackUrl) => (await exchange()).accept(callback, callbackUrl) },
    }),
  }
}
