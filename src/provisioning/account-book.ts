import type { Account, AccountOrigin, Subject } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import type { Identity, UserId } from '#kernel/person.ts'

/** What a new row starts with. */
export interface AccountDraft {
  readonly userId: UserId
  readonly target: string
  readonly origin: AccountOrigin
  readonly immutableId: string
  readonly userPrincipalName: string
  readonly usageLocation: string
  readonly reference: string
  readonly at: number
}

/** What a step changes; a key that is present with undefined clears the value. */
export type AccountChange = Partial<
  Pick<
    Account,
    | 'stage'
    | 'userPrincipalName'
    | 'objectId'
    | 'license'
    | 'reason'
    | 'attempts'
    | 'nextAttemptAt'
    | 'settleUntil'
    | 'settleMs'
    | 'readyAt'
    | 'unprovenTokenAt'
    | 'reference'
  >
>

/** Which row. */
export interface AccountKey {
  readonly userId: UserId
  readonly target: string
}

/** A driver's exclusive hold on a row: later holders have higher fences, and a stale fence changes nothing. */
export interface AccountLease {
  readonly fence: number
  readonly account: Account
}

/** The rows provisioning drives; storage has this shape. */
export interface AccountBook {
  readonly find: (userId: UserId, target: string) => Promise<Account | undefined>
  /**
   * Writes the row unless there is one, and returns the one there is.
   * Undefined when the user principal name is or ever was somebody else's: propose another.
   * Throws `account_conflict` when the immutable ID is somebody else's.
   */
  readonly intend: (draft: AccountDraft) => Promise<Account | undefined>
  /** Takes the row for `ms`; undefined while somebody else drives it. */
  readonly lease: (key: AccountKey, owner: string, times: { readonly at: number; readonly ms: number }) => Promise<AccountLease | undefined>
  /**
   * Changes the row and records the event in the same unit; returns the row as it is then.
   * Undefined when the fence is stale or, for a changed user principal name, when that name is taken.
   * Throws `account_conflict` when the object is another row's. The name a row had becomes free when it had no object
   * yet: nobody was ever called so.
   */
  readonly change: (
    lease: AccountKey & { readonly fence: number },
    change: AccountChange,
    event?: AuditEvent,
  ) => Promise<Account | undefined>
  readonly release: (lease: AccountKey & { readonly fence: number }) => Promise<void>
  /** Whether an account under way is driven by anybody but `owner` at this moment; a dead one drives until its lease ends. */
  readonly isWithOther: (key: AccountKey, owner: string, at: number) => Promise<boolean>
  /** The one way to a subject: only for a row that is `ready` now. */
  readonly subject: (userId: UserId, target: string) => Promise<Subject | undefined>
  /** Lets the row's sign-in sessions end: somebody removed or disabled the account. */
  readonly endSessions: (userId: UserId) => Promise<void>
}

/** Makes the lasting part of an account's names: HMAC under a key that never leaves storage. */
export interface IdentityDigest {
  /** 32 bytes of HMAC-SHA256(K_id, 'v1' ‖ tenant ‖ connection id ‖ issuer ‖ subject), each part length-prefixed. */
  readonly digest: (tenant: string, identity: Identity) => Buffer
}
