import type { Misbehavior } from './misbehavior.ts'
import type { Algorithm, TokenClaims } from './signing.ts'

export interface FakeProviderOptions {
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly client?: { readonly id: string; readonly secret: string }
  readonly redirectUris?: readonly string[]
  readonly algorithm?: Algorithm
  /** What its people's tokens say besides the protocol's own claims. */
  readonly person?: TokenClaims
  /** What only the userinfo endpoint says. */
  readonly userinfo?: TokenClaims
  readonly authenticationMethods?: readonly ('client_secret_basic' | 'client_secret_post')[]
  /** Below which address it answers, when that is not its issuer. */
  readonly base?: string
  /** `state`: repeats no nonce, and takes no PKCE. */
  readonly binding?: 'nonce' | 'state'
  /** `form`: posts its answer, and wants to be asked to. */
  readonly answers?: 'query' | 'form'
  /** Whether this is what it takes for our secret, when that is not the text itself. */
  readonly takesSecret?: (sent: string) => boolean
  /** `oauth2`: hands out no ID tokens, and describes nothing. */
  readonly speaks?: 'openid' | 'oauth2'
  /** What else it answers to a bearer token, by address. Undefined is a refusal. */
  readonly besides?: Readonly<Record<string, (asked: Asked) => unknown>>
  /** Whether a call for a profile proves what it has to. */
  readonly admits?: (asked: Asked) => boolean
  /** Endpoints that lie on hosts of their own, as a large provider's do. */
  readonly elsewhere?: Readonly<Partial<Record<Endpoint, string>>>
}

export interface Asked {
  readonly url: URL
  readonly bearer: string
  /** Whether it handed out this access token. */
  readonly knows: (token: string) => boolean
}

type Endpoint = 'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint' | 'jwks_uri'

export const CLIENT = { id: 'usher', secret: 'a secret of forty characters, or nearly so' } as const
export const CALLBACK = 'https://usher.example/login/callback/acme'
export const ANNA = {
  sub: 'anna-1',
  email: 'anna@acme.example',
  email_verified: true,
  name: 'Anna Berg',
  given_name: 'Anna',
  family_name: 'Berg',
} as const

/** A code that was handed out. */
export interface Grant {
  readonly query: URLSearchParams
  /** Milliseconds since the epoch. */
  readonly authenticatedAt: number
  readonly expiresAt: number
}

/** All a fake provider knows. Its parts change it in place. */
export interface ProviderState extends Required<Omit<FakeProviderOptions, 'userinfo'>> {
  readonly userinfo: TokenClaims
  readonly grants: Map<string, Grant>
  readonly accessTokens: Set<string>
  /** The paths that were called, in order. */
  readonly calls: string[]
  wrong: Misbehavior
  keyId: string
  signedInAt: number
}

export const providerState = (options: FakeProviderOptions): ProviderState => ({
  client: CLIENT,
  redirectUris: [CALLBACK],
  algorithm: 'RS256',
  person: ANNA,
  userinfo: {},
  authenticationMethods: ['client_secret_basic', 'client_secret_post'],
  elsewhere: {},
  binding: 'nonce',
  speaks: 'openid',
  besides: {},
  admits: () => true,
  answers: 'query',
  takesSecret: (sent) => sent === (options.client ?? CLIENT).secret,
  base: options.issuer.replace(/\/$/, ''),
  ...options,
  grants: new Map(),
  accessTokens: new Set(),
  calls: [],
  wrong: {},
  keyId: 'key-1',
  signedInAt: options.now(),
})

/** OpenID Connect Discovery §3. */
export const descriptionOf = ({ issuer, base, algorithm, authenticationMethods, elsewhere }: ProviderState) => ({
  issuer,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  userinfo_endpoint: `${base}/userinfo`,
  jwks_uri: `${base}/keys`,
  ...elsewhere,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [algorithm],
  token_endpoint_auth_methods_supported: authenticationMethods,
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
})
