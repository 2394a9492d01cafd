import type { UserId } from '#kernel/person.ts'

/** What an organization's rules asked for in place of an account's own names; storage has this shape. */
export interface AliasBook {
  /**
   * Keeps both values as the person's, whose row has others. False, nothing kept and `subject_mismatch` in the audit,
   * when one of them is or ever was another row's, or an alias of it; and when the person has no row.
   */
  readonly add: (asked: AskedNames) => Promise<boolean>
  /** Whether a rule asked for this value for the person before; whatever its case. */
  readonly isOf: (userId: UserId, target: string, kind: 'user_principal_name' | 'immutable_id', value: string) => Promise<boolean>
}

export interface AskedNames {
  readonly userId: UserId
  readonly target: string
  readonly userPrincipalName: string
  readonly immutableId: string
  readonly reference: string
  readonly at: number
}
