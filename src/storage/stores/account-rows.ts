import type { Account } from '#kernel/account.ts'
import type { AccountsTable } from '../schema.ts'
import { keyOf } from './columns.ts'

/** What is written from the columns a row may lack. */
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

/** The columns a change writes: those it names, and null for those it clears. */
export const accountColumns = (change: AccountValues): Partial<AccountsTable> => {
  const { stage, userPrincipalName, attempts, nextAttemptAt, reference } = change
  return {
    ...(stage !== undefined && { stage }),
    ...(userPrincipalName !== undefined && { principal_name: userPrincipalName, principal_name_key: keyOf(userPrincipalName) }),
    ...(attempts !== undefined && { attempts }),
    ...(nextAttemptAt !== undefined && { next_attempt_at: nextAttemptAt }),
    ...(reference !== undefined && { reference }),
    ...('objectId' in change && { object_id: change.objectId ?? null }),
    ...('license' in change && { license: change.license ?? null }),
    ...('reason' in change && { reason: change.reason ?? null }),
    ...('settleUntil' in change && { settle_until: change.settleUntil ?? null }),
    ...('settleMs' in change && { settle_ms: change.settleMs ?? null }),
    ...('readyAt' in change && { ready_at: change.readyAt ?? null }),
    ...('unprovenTokenAt' in change && { unproven_token_at: change.unprovenTokenAt ?? null }),
  }
}
