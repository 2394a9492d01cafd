import type { Subject } from './account.ts'
import type { JsonObject } from './json.ts'
import type { Claims } from './token.ts'
import type { Authentication, ConnectionId, DirectorySubject, Identity, Profile, User, UserId } from './person.ts'

export type TransactionId = string

/** The random value in the browser's own cookie, hashed: it binds transactions to the browser that began them. */
export type BrowserId = string

/** How recent an authentication must be. */
export interface Freshness {
  /** Milliseconds an existing authentication may be old; 0 asks for the credentials again; undefined takes any. */
  readonly maxAgeMs?: number
  /** Set when a second factor is demanded; then how old it may be in milliseconds. */
  readonly secondFactor?: { readonly maxAgeMs?: number }
}

/** What a relying party asks of us, whichever protocol it spoke. */
export interface SignInRequest {
  /** The protocol that will answer. */
  readonly protocol: string
  /** The relying party's client id. */
  readonly relyingParty: string
  /** An allow-listed address the answer is sent to. */
  readonly replyUrl: string
  /** Opaque to us, returned byte for byte: `wctx`, `RelayState`. */
  readonly context?: string
  readonly freshness: Freshness
  /** A user name the relying party mentions. A hint, never an identity. */
  readonly username?: string
  /** A home realm the relying party mentions (`whr`): a connection, or a domain. */
  readonly homeRealm?: string
  readonly language?: string
  /** One for the whole way: the relying party's when it sent one, else ours. */
  readonly correlation: string
  readonly arrivedAt: number
  /** What the request said, by name, where an organization's rules want to see it. */
  readonly query?: Readonly<Record<string, string>>
  /** Set for sign-ins that began at Usher: where the person is taken in the end, through the relying party. */
  readonly onward?: { readonly deepLink?: string }
  /** Set for sign-ins that end at the person's own page, and tell the relying party nothing. */
  readonly own?: OwnPage
}

/** What somebody signs in at their own page for: to see it, or to show that another identity is this user's too. */
export type OwnPage = { readonly wants: 'page' } | { readonly wants: 'claim'; readonly user: UserId }

interface Base {
  readonly id: TransactionId
  readonly browser: BrowserId
  readonly request: SignInRequest
  readonly expiresAt: number
}

export interface Opened extends Base {
  readonly stage: 'opened'
  /** Set when the person chose to be somebody else: no session is taken for an answer. */
  readonly fresh?: true
  /** An address the person typed to be taken where its domain signs in. A hint, never an identity. */
  readonly hint?: string
}

/** A connection was chosen. */
export interface Routed extends Base {
  readonly stage: 'routed'
  readonly connection: ConnectionId
  readonly fresh?: true
  /** An address the person typed, where it belongs to this connection. A hint, never an identity. */
  readonly hint?: string
  /** What the connection needs to know when the person comes back: state, nonce, PKCE verifier. */
  readonly leg?: Leg
  /** Set when a ticket did not do, or a password was typed: none is asked for any more. */
  readonly typesPassword?: true
}

/** The part of a sign-in that happens at a provider. */
export interface Leg {
  /** Unguessable, sent to the provider and compared when the person comes back. */
  readonly state: string
  /** What the connection itself remembers: nonce, PKCE verifier. */
  readonly memory: Readonly<Record<string, string>>
}

interface Proven extends Base {
  readonly connection: ConnectionId
  /** Which of the user's identities it was; missing in what an earlier version wrote. */
  readonly identity?: Identity
  readonly user: User
  readonly authentication: Authentication
  /** True when an existing session answered; then none is started. */
  readonly silent: boolean
  /** What the connection said just now; empty when a session answered. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Set at directory connections: the subject the directory itself names. */
  readonly directory?: DirectorySubject
  /** What this same visit read about the account; never stored. */
  readonly standing?: { readonly subject?: Subject; readonly unprovenTokenAt?: number }
}

/** The person proved who they are. */
export interface Authenticated extends Proven {
  readonly stage: 'authenticated'
  /** Set when the person chose to be somebody else: they are not asked again whether they mean it. */
  readonly fresh?: true
  /** Set while the person is asked whether they mean to go on as this user; the name that was expected, if any. */
  readonly question?: { readonly expected?: string }
}

/** Who is signed in already proved that another identity is theirs too, and is asked whether they mean it. */
export interface Claimed extends Base {
  readonly stage: 'claimed'
  readonly connection: ConnectionId
  /** Whose it is to be. */
  readonly owner: UserId
  readonly identity: Identity
  readonly said: Pick<Profile, 'names' | 'email' | 'emailVerified'>
  /** The same by Auth0's names. */
  readonly root: JsonObject
}

/** Policies let the person in. */
export interface Admitted extends Proven {
  readonly stage: 'admitted'
  /** Set while rules run for it: by whom, and until when nobody else does. */
  readonly running?: { readonly owner: string; readonly until: number }
  /** Set when a rule sent the person to another site: what that must bring back. Spent with the first return. */
  readonly redirect?: { readonly state: string; readonly location: string; readonly paused?: PausedRules }
  /** What the other site sent along when the person came back. */
  readonly continued?: Continued
}

/** What came with a person who was sent to another site by a rule. */
export interface Continued {
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
  /** Where to go on, when it was an action that sent them. */
  readonly paused?: PausedRules
}

/** Actions go on where one of them sent the person away; rules begin anew. */
export interface PausedRules {
  /** The action, by id. */
  readonly at: string
  /** What had become of `user` and `context` by then. */
  readonly user: JsonObject
  readonly context: JsonObject
}

/** The organization's rules had their say, or there are none. */
export interface Ruled extends Proven {
  readonly stage: 'ruled'
  /** What they decided; undefined when there are none. */
  readonly verdict?: Verdict
  /** Set when a rule completes the sign-in as another user: the browser is to remember that one. */
  readonly isAnotherUser?: true
}

/** What the rules of one sign-in leave for its token. */
export interface Verdict {
  readonly claims: Claims
  readonly wishes: TokenWishes
}

/** How an administrator's rules may want a token to differ. */
export interface TokenWishes {
  readonly issuer?: string
  readonly audience?: string
  /** May only shorten. */
  readonly lifetimeSeconds?: number
  /** Names of the claims the name ID is taken from, the first that has a value. */
  readonly nameIdentifierProbes?: readonly string[]
  /** Instead of the context the relying party sent. */
  readonly context?: string
}

/** The account is ready; a token may be issued about its subject. */
export interface Provisioned extends Proven {
  readonly stage: 'provisioned'
  readonly subject: Subject
  readonly verdict?: Verdict
}

/** One sign-in on its way. Each stage adds what the next one needs, so the wrong order does not compile. */
export type Transaction = Opened | Routed | Claimed | Authenticated | Admitted | Ruled | Provisioned

/** The stages a transaction is stored in. The last one is never stored: a subject lives as long as one answer. */
export type StoredTransaction = Exclude<Transaction, Provisioned>

/** What a sign-in that ended leaves behind, so that opening it again says so. */
export interface Ended {
  readonly id: TransactionId
  readonly user: UserId
  readonly relyingParty: string
}
