import type { Account } from '#kernel/account.ts'
import type { AccountsTable } from '../schema.ts'
import { keyOf } from './columns.ts'

export const accountIn = (row: AccountsTable): Account => ({
  userId: row.user_id,
  target: row.target,
  origin: row.origin,
  stage: row.stage,
  immutableId: row.immutable_id,
  userPrincipalName: row.principal_name,
  usageLocation: row.usage_location,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  version: row.version,
  reference: row.reference,
  createdAt: row.created_at,
  ...(row.object_id !== null && { objectId: row.object_id }),
  ...(row.license !== null && { license: row.license }),
  ...(row.reason !== null && { reason: row.reason }),
  ...(row.settle_until !== null && { settleUntil: row.settle_until }),
  ...(row.settle_ms !== null && { settleMs: row.settle_ms }),
  ...(row.ready_at !== null && { readyAt: row.ready_at }),
  ...(row.unproven_token_at !== null && { unprovenTokenAt: row.unproven_token_at }),
  ...(row.made_elsewhere !== null && { madeElsewhere: true }),
})

/** The part of an account that a step may change; a key that is present with undefined clears the value. */
export type AccountValues = Partial<
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

/** The columns a change writes: undefined for those it leaves alone, null for those it clears. */
export const accountColumns = (change: AccountValues): Partial<AccountsTable> => {
  const { userPrincipalName } = change
  return {
    stage: change.stage,
    attempts: change.attempts,
    next_attempt_at: change.nextAttemptAt,
    reference: change.reference,
    ...(userPrincipalName !== undefined && { principal_name: userPrincipalName, principal_name_key: keyOf(userPrincipalName) }),
    object_id: clearable(change, 'objectId'),
    license: clearable(change, 'license'),
    reason: clearable(change, 'reason'),
    settle_until: clearable(change, 'settleUntil'),
    settle_ms: clearable(change, 'settleMs'),
    ready_at: clearable(change, 'readyAt'),
    unproven_token_at: clearable(change, 'unprovenTokenAt'),
  }
}

const clearable = <Key extends keyof AccountValues>(change: AccountValues, key: Key) => (key in change ? (change[key] ?? null) : undefined)
