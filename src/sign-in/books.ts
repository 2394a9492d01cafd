import type { Subject } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import type { Trial } from '#kernel/connection-trial.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { DirectorySubject, Identity, Profile, User, UserId, UserRecord } from '#kernel/person.ts'
import type { Session } from '#kernel/session.ts'
import type { ConnectionSettings, Settings, TestedConnection } from '#kernel/settings.ts'
import type { NamedSubject } from '#rules/runner.ts'
import type { Ended, StoredTransaction, TransactionId } from '#kernel/transaction.ts'

/** Everything a sign-in reads and leaves behind; storage has these shapes. */
export interface Books {
  readonly settings: SettingsBook
  readonly transactions: TransactionBook
  readonly people: People
  readonly sessions: SessionBook
  readonly grants: GrantBook
  readonly directory: DirectoryBook
  readonly ledger: Ledger
  readonly records: RecordBook
  readonly subjects: SubjectDesk
  readonly joins: JoinBook
  readonly connectionTrials: TrialBook
  readonly connectionTests: TestBook
}

/** What is remembered about people beyond who they are. */
export interface RecordBook {
  readonly find: (userId: UserId) => Promise<UserRecord | undefined>
  readonly byPublicId: (publicId: string) => Promise<UserRecord | undefined>
  /** What a connection just said, and that its person signed in there. */
  readonly signedIn: (entry: {
    readonly user: User
    /** Which of the user's identities it was. */
    readonly identity: Identity
    readonly connection: Pick<ConnectionSettings, 'name' | 'type'>
    readonly root: JsonObject
    /** What to call them while nobody ever said a name. */
    readonly standIn: JsonObject
    readonly ip: string
    readonly at: number
  }) => Promise<unknown>
}

/** Somebody as a connection just described them. */
export interface Arriving {
  readonly identity: Identity
  readonly said: Pick<Profile, 'names' | 'email' | 'emailVerified'>
  readonly connection: Pick<ConnectionSettings, 'name' | 'type'>
  /** The same by Auth0's names. */
  readonly root: JsonObject
  readonly reference: string
  readonly at: number
}

/** Several identities of one user. */
export interface JoinBook {
  /**
   * As `recognize`; but somebody who was never here is an identity of the one user of these connections who has this
   * address. `apart` when there is such a user, and whoever arrives is somebody else since before.
   */
  readonly recognizeByAddress: (
    arriving: Arriving & { readonly address: string; readonly among: readonly Pick<ConnectionSettings, 'id' | 'name' | 'type'>[] },
  ) => Promise<{ readonly user: User; readonly how: 'joined' | 'apart' | 'same' }>
  /**
   * Makes an identity that was proven one of the primary user's and ends the sign-in that proved it; false when that had
   * ended. Throws `account_conflict`, and `link_interrupted` when the session is not the primary user's any more.
   */
  readonly claim: (claim: Arriving & { readonly primary: UserId; readonly session: string; readonly ends: Ended }) => Promise<boolean>
  /**
   * The identity is a user of its own again, and sessions that came through it end; false when the primary has no such,
   * or the session is not theirs any more.
   */
  readonly leave: (entry: {
    readonly primary: UserId
    readonly session: string
    readonly identity: Identity
    readonly reference: string
    readonly at: number
  }) => Promise<boolean>
}

/** Holds what rules say about a subject against the account row. */
export interface SubjectDesk {
  /**
   * What the row says, when what is named says the same or is known as something a rule asked for. With `mayBind`, a
   * person without a row gets one with these very values. Throws `subject_mismatch`.
   */
  readonly settle: (entry: {
    readonly userId: UserId
    readonly target: string
    readonly named: NamedSubject
    readonly mayBind: boolean
    readonly reference: string
    readonly at: number
  }) => Promise<NamedSubject>
}

export interface SettingsBook {
  /** The settings in force: one read by key, parsed again only when the revision changed. */
  readonly current: () => Promise<Settings>
}

export interface TransactionBook {
  readonly add: (transaction: StoredTransaction) => Promise<void>
  readonly find: (
    id: TransactionId,
    at: number,
  ) => Promise<{ readonly transaction: StoredTransaction; readonly version: number } | undefined>
  /** False when another visit was faster, or the transaction has ended: read it again. */
  readonly advance: (transaction: StoredTransaction, seenVersion: number) => Promise<boolean>
  /** Ends it without a token; false when it had ended already. */
  readonly end: (ended: Ended) => Promise<boolean>
  /** What a sign-in that was answered left behind, until it would have expired. */
  readonly ended: (id: TransactionId) => Promise<Ended | undefined>
}

/** A user, and the subject when their account is ready in the target. */
export interface Standing {
  readonly user: User
  readonly subject?: Subject
  /** When a token was last issued that may not have brought them in. */
  readonly unprovenTokenAt?: number
}

export interface People {
  /** The user of this identity, made now when there is none; names and address follow what the connection says. */
  readonly recognize: (identity: Identity, said: Pick<Profile, 'names' | 'email' | 'emailVerified'>, at: number) => Promise<User>
  /** One read by key. */
  readonly standing: (id: UserId, target: string) => Promise<Standing | undefined>
  /** Whether an identity is this user's, their own or linked to them. One read by key. */
  readonly isTheirs: (user: UserId, identity: Identity) => Promise<boolean>
  /** Whether a sign-in that began then was ended since: its person was blocked, or its connection switched off. */
  readonly isOver: (signIn: { readonly user: UserId; readonly connection: string; readonly since: number }) => Promise<boolean>
  /** The user whose account has this user principal name. */
  readonly userOfPrincipal: (target: string, userPrincipalName: string) => Promise<UserId | undefined>
}

export interface SessionBook {
  readonly find: (id: string, at: number) => Promise<Session | undefined>
  /** Throws `user_blocked`, and `identity_removed` when the identity is not the user's any more. */
  readonly start: (session: Session, reference: string) => Promise<void>
  readonly end: (id: string, at: number) => Promise<void>
}

/** Things that work once, across nodes and restarts. */
export interface GrantBook {
  readonly put: (key: string, body: Readonly<Record<string, unknown>>, expiresAt: number) => Promise<void>
  /** The body, for exactly one caller; undefined for everybody else and after it expired. */
  readonly take: (key: string, at: number) => Promise<Readonly<Record<string, unknown>> | undefined>
}

export interface DirectoryBook {
  /**
   * The subject a directory names for its own person, written before any token.
   * Throws `subject_changed` when the row says otherwise, `subject_taken` when it is somebody else's.
   */
  readonly record: (entry: {
    readonly userId: UserId
    readonly target: string
    readonly directory: DirectorySubject
    readonly reference: string
    readonly at: number
  }) => Promise<Subject>
}

export interface Ledger {
  /** The id it is kept by. */
  readonly record: (event: AuditEvent) => Promise<string>
  /** Says more of an event that counts, under the id it is kept by. */
  readonly amend: (id: string, facts: NonNullable<AuditEvent['facts']>) => Promise<void>
  /**
   * The one durable write of a sign-in: the issued-token event; with `ends`, the transaction is consumed in the same
   * unit; with `unproven`, the account remembers that nobody knows yet whether this token brings its person in.
   * False, and nothing written, when the transaction had been consumed already. Throws `user_blocked`, and
   * `identity_removed` when the identity that proved it is not the user's any more, `transaction_expired` when it was ended.
   */
  readonly issued: (
    event: AuditEvent & { readonly type: 'token_issued'; readonly user: UserId },
    more: {
      readonly by: Identity
      /** When the sign-in began. */
      readonly since: number
      readonly ends?: Ended
      readonly unproven?: { readonly userId: UserId; readonly target: string }
    },
  ) => Promise<boolean>
}

/** Tests under way. */
export interface TrialBook {
  readonly add: (trial: Trial) => Promise<void>
  readonly find: (id: string, at: number) => Promise<{ readonly trial: Trial; readonly version: number } | undefined>
  /** False when another visit was faster, or it was taken back. */
  readonly advance: (trial: Trial, seenVersion: number) => Promise<boolean>
  readonly remove: (id: string) => Promise<void>
}

/** What was seen to work. */
export interface TestBook {
  readonly add: (tested: TestedConnection, reference: string) => Promise<void>
}
