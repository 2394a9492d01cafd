import type { FailureCode } from './errors.ts'
import type { UserId } from './person.ts'

/**
 * Where an account stands. `waiting` goes on by itself at `nextAttemptAt`; `stopped` needs a person; `closed` was ended
 * by Usher and is restored when its person returns.
 */
export type AccountStage = 'intent' | 'created' | 'licensed' | 'ready' | 'waiting' | 'stopped' | 'closed'

/** Who made the account: Usher, an import from elsewhere, an administrator's rule, or the organization's directory. */
export type AccountOrigin = 'usher' | 'imported' | 'rule' | 'directory'

/** The account row: the authority on who a token is about. Written before the first call to the directory. */
export interface Account {
  readonly userId: UserId
  /** The name of the target it belongs to; directory accounts belong to the relying party's target too. */
  readonly target: string
  readonly origin: AccountOrigin
  readonly stage: AccountStage
  readonly immutableId: string
  readonly userPrincipalName: string
  /** The directory's own id, once seen. */
  readonly objectId?: string
  /** The license (SKU id) that was reserved for it, if one is required. */
  readonly license?: string
  /** Two-letter country code the license is used in. */
  readonly usageLocation: string
  /** Why it waits or stopped. */
  readonly reason?: FailureCode
  readonly attempts: number
  readonly nextAttemptAt: number
  /** Set when both readings agreed: before this moment the sign-in service may not know the person yet. */
  readonly settleUntil?: number
  /** How long the last settle margin was. */
  readonly settleMs?: number
  /** When it was first ready; what disappears after that was removed by somebody else. */
  readonly readyAt?: number
  /** When a token about it was last issued while nobody could know whether it arrives. */
  readonly unprovenTokenAt?: number
  /** Its object is made by other means than Usher, which only ever looks for it. */
  readonly madeElsewhere?: true
  /** Grows with every change; a change names the version it saw. */
  readonly version: number
  readonly reference: string
  readonly createdAt: number
}

declare const fromAccountRow: unique symbol

/** Who a token is about. Only storage makes one, from an account row that is ready. */
export interface Subject {
  readonly userId: UserId
  readonly immutableId: string
  readonly userPrincipalName: string
  readonly [fromAccountRow]: true
}
