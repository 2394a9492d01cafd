import type { ConnectionSettings } from '#kernel/settings.ts'
import { appleDeveloper } from './apple.ts'
import type { ConnectionType } from '../connection.ts'
import { workspaceDomains } from './google-workspace.ts'
import { microsoftAccounts, personalAccounts } from './microsoft.ts'
import { oauth2Providers } from '../oauth2/oauth2.ts'
import { oidcTypeOf } from './oidc.ts'
import type { OidcParts } from './oidc-client.ts'
import type { Provider } from '../provider-row.ts'

const GMAIL: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com'])

const google: Provider = {
  issuer: 'https://accounts.google.com',
  scopes: ['openid', 'email', 'profile'],
  endpointHosts: ['googleapis.com'],
  // Google has no `prompt=login` and no `max_age`; it can only be asked to show its choice of accounts.
  freshness: 'choose',
  takesTextForTrue: false,
  // Others' addresses were verified once, and may be somebody else's by now (Google, "Verify the ID token": `hd`, `email_verified`).
  speaksFor: (domain, { hd }) => GMAIL.has(domain) || (typeof hd === 'string' && hd.toLowerCase() === domain),
}

const microsoft: Provider = {
  scopes: ['openid', 'email', 'profile'],
  endpointHosts: [],
  // When somebody gave their password (`auth_time`) is an optional claim here that most app registrations do not ask for.
  freshness: 'prompt',
  takesTextForTrue: false,
}

/** Providers everybody knows, and how they differ. An administrator names the client and its secret. */
const providers: Readonly<Record<string, Provider>> = {
  google,
  'google-workspace': { ...google, own: workspaceDomains },
  linkedin: {
    issuer: 'https://www.linkedin.com/oauth',
    scopes: ['openid', 'profile', 'email'],
    endpointHosts: ['linkedin.com'],
    freshness: 'nothing',
    // "true" in ID tokens, true at its userinfo endpoint.
    takesTextForTrue: true,
    // LinkedIn leaves the nonce out of its tokens, and refuses a code verifier from whoever has a secret.
    binding: 'state',
    secretIn: 'form',
  },
  microsoft: { ...microsoft, own: microsoftAccounts },
  'microsoft-personal': { ...microsoft, own: personalAccounts },
  apple: {
    issuer: 'https://appleid.apple.com',
    scopes: ['openid', 'email', 'name'],
    endpointHosts: [],
    freshness: 'nothing',
    // "A String or Boolean value" (Apple, "Authenticating users with Sign in with Apple").
    takesTextForTrue: true,
    // Asked for names or an address, Apple answers in no other way.
    answers: 'form',
    secretIn: 'form',
    own: appleDeveloper,
  },
}

export const socialTypes = (parts: OidcParts): readonly ConnectionType[] =>
  Object.entries(providers).map(([type, provider]) => oidcTypeOf(type, provider, parts))

/** The issuer of a connection's people, as it stands in their identities. */
export const issuerOf = ({ id, type, settings }: Pick<ConnectionSettings, 'id' | 'type' | 'settings'>): string => {
  if (type === 'database') return id
  const provider = providers[type]
  const issuer =
    provider?.own?.read(settings).settings?.issuer ?? settings.issuer ?? provider?.issuer ?? oauth2Providers[type]?.defaults.issuer
  return typeof issuer === 'string' ? issuer : id
}
