import type { Secret } from '#kernel/secret.ts'
import type { UpstreamClaims } from '../profile.ts'

/** How one provider speaks OAuth 2.0, which says nothing about who somebody is. */
export interface OAuth2Provider {
  /** Taken where the administrator's settings name none. */
  readonly defaults: Readonly<Partial<Record<'issuer' | 'authorizationUrl' | 'tokenUrl' | 'profileUrl', string>>> & {
    readonly scopes?: readonly string[]
    readonly endpointHosts?: readonly string[]
  }
  /** Known ways are nothing to set. */
  readonly ways?: OAuth2Ways
  /** `choose`: can be asked to show its choice of accounts. */
  readonly freshness: 'choose' | 'nothing'
  /** Goes along with each call that carries a person's access token. */
  readonly proof?: (order: Spending) => Readonly<Record<string, string>>
  /** Makes sure of a profile, or adds to it by further calls. Throws `connection_answer_invalid`. */
  readonly complete?: (profile: UpstreamClaims, order: Completing) => Promise<UpstreamClaims>
}

interface Spending {
  readonly accessToken: string
  readonly settings: OAuth2Settings
}

interface Completing extends Spending {
  /** A GET with a bearer token; what it answers as JSON. Throws `connection_answer_invalid`, `CallFailure`. */
  readonly ask: (url: URL, bearer: string) => Promise<unknown>
}

/** Where in a profile what stands: names or numbers with dots between, `data.emails.0.value`. */
export interface ProfileMapping {
  readonly subject: string
  readonly email?: string | undefined
  /** Where the profile says so, or what holds for all of a provider's addresses. */
  readonly emailVerified: boolean | string
  readonly name?: string | undefined
  readonly givenName?: string | undefined
  readonly familyName?: string | undefined
}

export interface OAuth2Ways {
  /** Whether it takes part in PKCE (RFC 7636); where not, the state alone ties an answer to its departure. */
  readonly pkce: boolean
  readonly secretIn: 'header' | 'form'
  readonly profile: ProfileMapping
}

export interface OAuth2Settings extends OAuth2Ways {
  /** Whose addresses its endpoints are: its own, below it, or on the hosts that are named. */
  readonly issuer: URL
  readonly issuerText: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scopes: readonly string[]
  readonly endpointHosts: readonly string[]
  readonly authorizationUrl: string
  readonly tokenUrl: string
  readonly profileUrl: string
}
