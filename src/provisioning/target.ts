import type { AccountStage, Subject } from '#kernel/account.ts'
import type { FailureCode } from '#kernel/errors.ts'
import type { User, UserId } from '#kernel/person.ts'

/** Somebody who was let in and needs an account. */
export interface Candidate {
  readonly user: User
  /** What the connection said just now; read for the usage location when the row is first written. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** The sign-in's reference, for logs on both sides. */
  readonly reference: string
  /** When their sign-in began, in milliseconds since the epoch; undefined when nobody is waiting (a sweep). */
  readonly arrivedAt?: number
}

export type AccountProgress =
  | { readonly kind: 'ready'; readonly subject: Subject }
  /** Goes on by itself, not before `nextAt` (milliseconds since the epoch). */
  | { readonly kind: 'pending'; readonly stage: AccountStage; readonly reason?: FailureCode; readonly nextAt: number }
  | { readonly kind: 'stopped'; readonly failure: FailureCode }

/** A directory where people must exist before a relying party will take them. */
export interface ProvisioningTarget {
  readonly name: string
  /**
   * Does the next missing steps for this person's account, as far as they go without waiting.
   * Safe to repeat, from any node, at any time. Throws only when it cannot tell (storage).
   */
  readonly ensure: (candidate: Candidate) => Promise<AccountProgress>
  /**
   * Whether another process is at this person's account just now, or died at it a moment ago: whoever needs the account
   * waits for that to end, which it does by itself.
   */
  readonly isElsewhere: (userId: UserId) => Promise<boolean>
  /**
   * One look whether somebody took a ready account away or switched it off; then it is stopped, and this is why.
   * Undefined when it is there, and also when the directory cannot tell just now: what is ready stays ready.
   */
  readonly verify: (candidate: Candidate) => Promise<FailureCode | undefined>
}
