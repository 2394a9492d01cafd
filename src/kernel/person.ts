import type { JsonObject } from './json.ts'

export type UserId = string
export type ConnectionId = string

/** How somebody proved who they are, in the field's terms (RFC 8176 where it has a word). */
export type Method = 'password' | 'federated' | 'windows' | 'certificate'

/** The facts of an authentication. They come from the connection and the session, never from claims. */
export interface Authentication {
  /** Milliseconds since the epoch at which the person proved who they are. */
  readonly at: number
  readonly method: Method
  /** Only when a second factor was really used, and when. */
  readonly secondFactor?: { readonly at: number }
}

/** What a directory says about its own person: the two values a token about them must carry. */
export interface DirectorySubject {
  readonly immutableId: string
  readonly userPrincipalName: string
}

export interface Names {
  readonly given?: string
  readonly family?: string
  readonly display?: string
}

/** What a connection said about a person, once. */
export interface Profile {
  /** Who vouches: the OpenID issuer, or the connection itself for our own database. */
  readonly issuer: string
  /** Unique and never reassigned within the issuer. */
  readonly subject: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  /** Set where the address is verified and its domain is the provider's own to speak for. */
  readonly emailAuthority?: true
  /** Everything else the provider said. Read for a subject only at directory connections, by the names their settings give. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly authentication: Authentication
}

/** One way a person signs in: who they are to one issuer through one connection. */
export interface Identity {
  readonly connection: ConnectionId
  readonly issuer: string
  readonly subject: string
}

/** Usher's lasting record of a person. */
export interface User {
  readonly id: UserId
  readonly identity: Identity
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly blocked: boolean
  readonly createdAt: number
}

/** How a person is called on a page: the best name there is. */
export const calledName = (person: Pick<User, 'names' | 'email'>): string =>
  person.names.display ??
  ([person.names.given, person.names.family].filter((name) => name !== undefined).join(' ') || (person.email ?? 'you'))

/** One account of a person at one provider, as rules and the Management API show it. */
export interface LinkedIdentity {
  readonly identity: Identity
  /** The connection's name and its field's word for the kind, `google-oauth2`; fixed when the identity was first seen. */
  readonly connectionName: string
  readonly provider: string
  /** The identity's id without the provider: what follows the first `|` of a `user_id`. */
  readonly providerUserId: string
  readonly isSocial: boolean
  /** What the provider said last; only of identities that were linked to another user. */
  readonly profileData?: JsonObject
}

/** What is remembered about a user beyond who they are: rules and the Management API read and write it. */
export interface UserRecord {
  readonly userId: UserId
  /** How rules and the Management API call the user: `google-oauth2|1234`. Unique; an imported user keeps theirs. */
  readonly publicId: string
  /** What the connection said last, by Auth0's names; never metadata. */
  readonly root: JsonObject
  readonly appMetadata: JsonObject
  readonly userMetadata: JsonObject
  /** The user's own identity first, then the linked ones. */
  readonly identities: readonly [LinkedIdentity, ...LinkedIdentity[]]
  readonly loginsCount: number
  readonly lastLoginAt?: number
  readonly lastIp?: string
  readonly blocked: boolean
  readonly createdAt: number
  readonly updatedAt: number
}
