import type { Kysely } from 'kysely'
import type { Account, AccountOrigin } from '#kernel/account.ts'
import { UsherError } from '#kernel/errors.ts'
import type { UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import { accountIn } from './account-rows.ts'
import { holderOf } from './alias-holders.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { claimName } from './principal-names.ts'

export interface AccountKey {
  readonly userId: UserId
  readonly target: string
}

export interface Draft extends AccountKey {
  readonly origin: AccountOrigin
  readonly immutableId: string
  readonly userPrincipalName: string
  readonly usageLocation: string
  readonly reference: string
  readonly at: number
}

export const ofKey = (db: Kysely<Schema>, { userId, target }: AccountKey): Promise<AccountsTable | undefined> =>
  db.selectFrom('accounts').selectAll().where('user_id', '=', userId).where('target', '=', target).executeTakeFirst()

/** Writes the row unless there is one; undefined when the name is somebody else's. */
export const intend = async (tx: Kysely<Schema>, draft: Draft, eventRow: EventRow): Promise<Account | undefined> => {
  const known = await ofKey(tx, draft)
  if (known) return accountIn(known)
  if (!(await claimName(tx, draft))) return undefined
  const { at, reference, userId: user } = draft
  const aliased = await holderOf(tx, { target: draft.target, kind: 'immutable_id', value: draft.immutableId })
  if (aliased !== undefined && aliased !== user)
    throw new UsherError('account_conflict', { detail: { user, reason: 'the immutable ID is taken' } })
  const row = await tx
    .insertInto('accounts')
    .values(draftRow(draft))
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  // The name was free, so it is the immutable ID that belongs to somebody else.
  if (!row) throw new UsherError('account_conflict', { detail: { user, reason: 'the immutable ID is taken' } })
  await tx
    .insertInto('events')
    .values(eventRow({ type: 'account_intended', at, reference, user }))
    .execute()
  return accountIn(row)
}

/** A new row, due at once. */
export const draftRow = ({ userId, target, origin, immutableId, userPrincipalName, usageLocation, reference, at }: Draft) => ({
  user_id: userId,
  target,
  origin,
  stage: 'intent' as const,
  immutable_id: immutableId,
  immutable_id_key: keyOf(immutableId),
  principal_name: userPrincipalName,
  principal_name_key: keyOf(userPrincipalName),
  usage_location: usageLocation,
  attempts: 0,
  next_attempt_at: at,
  version: 1,
  reference,
  created_at: at,
  lease_fence: 0,
})
