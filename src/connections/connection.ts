import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Freshness, Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'

/** What a redirect connection is asked to do. */
export interface LegOrder {
  /** Where the provider sends the person back: this connection's own callback. */
  readonly callbackUrl: string
  readonly state: string
  readonly freshness: Freshness
  /** True when the person wants to choose another account there. */
  readonly choose: boolean
  readonly username?: string
  readonly language?: string
}

/** Where the browser goes, and what must be remembered until it comes back. */
export interface Departure {
  readonly location: string
  /** Set where the browser posts itself there, with these fields. */
  readonly fields?: Readonly<Record<string, string>>
  readonly memory: Leg['memory']
}

/** What a provider's administrator needs to know of us, as a document: the metadata of a service provider. */
export interface ConnectionDocument {
  readonly type: string
  readonly body: string
}

/** People prove who they are elsewhere. */
export interface RedirectConnection {
  readonly kind: 'redirect'
  /** Throws `connection_unavailable`. */
  readonly begin: (order: LegOrder) => Promise<Departure>
  /**
   * Who came back. `callbackUrl` is the one `begin` was given.
   * Throws `connection_refused` (the person or provider said no), `connection_answer_invalid` (it does not hold),
   * `connection_unavailable`, `profile_incomplete`.
   */
  readonly complete: (callback: Visit, leg: Leg & { readonly callbackUrl: string }) => Promise<Profile>
  /** Published at `/samlp/metadata?connection=NAME`. */
  readonly document?: (callbackUrl: string) => Promise<ConnectionDocument>
  /** Set where answers are taken that nobody asked for: people begin at the provider. */
  readonly unsolicited?: UnsolicitedAnswers
}

export interface UnsolicitedAnswers {
  /** Where such people are taken: a relying party's client id. */
  readonly relyingParty: string
  /** Who came. Throws as `complete` does. */
  readonly accept: (callback: Visit, callbackUrl: string) => Promise<UnsolicitedAnswer>
}

export interface UnsolicitedAnswer {
  readonly profile: Profile
  /** The answer's own: whoever takes it makes sure that it counts once. */
  readonly id: string
  /** Milliseconds since the epoch after which `accept` takes it no more. */
  readonly expiresAt: number
}

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly ip: string
  readonly at: number
}

/** People prove who they are with a password typed here. */
export interface PasswordConnection {
  readonly kind: 'password'
  /** Undefined when the credentials are wrong. Throws `too_many_requests`, or when it cannot tell. */
  readonly verify: (credentials: Credentials) => Promise<Profile | undefined>
  /** Set where people on the organization's own network need not type any. */
  readonly windows?: WindowsSignIn
}

/** Integrated Windows sign-in: a Kerberos ticket (SPNEGO, RFC 4559), or a proxy's word for it. */
export interface WindowsSignIn {
  /** Whether this visit comes from where people have tickets. */
  readonly appliesTo: (visit: Visit) => boolean
  /** Who they are; `challenge` while nothing was sent; undefined when what was sent does not hold. Throws as `verify` does. */
  readonly verify: (visit: Visit) => Promise<Profile | 'challenge' | undefined>
}

export type Connection = RedirectConnection | PasswordConnection

/** A kind of connection: reads the administrator's settings without calling anyone. Throws `settings_invalid`. */
export interface ConnectionType {
  readonly type: string
  readonly open: (settings: ConnectionSettings) => Connection
}
