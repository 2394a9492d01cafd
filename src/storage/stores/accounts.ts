import type { Kysely } from 'kysely'
import type { Account, AccountOrigin, Subject } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import type { UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { type AccountValues, accountColumns, accountIn } from './account-rows.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { claimName } from './principal-names.ts'
import { subjectOf } from './subject.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface AccountKey {
  readonly userId: UserId
  readonly target: string
}

interface Draft extends AccountKey {
  readonly origin: AccountOrigin
  readonly immutableId: string
  readonly userPrincipalName: string
  readonly usageLocation: string
  readonly reference: string
  readonly at: number
}

/** Exclusive, and recognized by its fence: later ones are higher. */
interface Hold extends AccountKey {
  readonly fence: number
}

/** The rows provisioning drives. */
export const accountStore = ({ storage, eventRow }: Parts) => {
  const { read, write } = storage
  const find = async (userId: UserId, target: string): Promise<AccountsTable | undefined> => ofKey(read, { userId, target })
  return {
    find: async (userId: UserId, target: string): Promise<Account | undefined> => {
      const row = await find(userId, target)
      return row && accountIn(row)
    },
    intend: (draft: Draft): Promise<Account | undefined> =>
      write(async (tx) => {
        const known = await ofKey(tx, draft)
        if (known) return accountIn(known)
        if (!(await claimName(tx, draft))) return undefined
        const row = await tx.insertInto('accounts').values(draftRow(draft)).returningAll().executeTakeFirstOrThrow()
        const { at, reference, userId: user } = draft
        await tx.insertInto('events').values(eventRow({ type: 'account_intended', at, reference, user })).execute()
        return accountIn(row)
      }),
    lease: async (key: AccountKey, owner: string, { at, ms }: { readonly at: number; readonly ms: number }) => {
      const row = await write((tx) =>
        tx
          .updateTable('accounts')
          .set((one) => ({ lease_owner: owner, lease_until: at + ms, lease_fence: one('lease_fence', '+', 1) }))
          .where('user_id', '=', key.userId)
          .where('target', '=', key.target)
          .where('origin', '<>', 'directory')
          .where((one) => one.or([one('lease_until', 'is', null), one('lease_until', '<=', at)]))
          .returningAll()
          .executeTakeFirst(),
      )
      return row && { fence: row.lease_fence, account: accountIn(row) }
    },
    change: (hold: Hold, change: AccountValues, event?: AuditEvent): Promise<Account | undefined> =>
      write(async (tx) => {
        const row = await ofHold(tx, hold)
        if (!row) return undefined
        const { userPrincipalName } = change
        if (userPrincipalName !== undefined && !(await claimName(tx, { ...hold, userPrincipalName }))) return undefined
        const changed = await tx
          .updateTable('accounts')
          .set({ ...accountColumns(change), version: row.version + 1 })
          .where('user_id', '=', hold.userId)
          .where('target', '=', hold.target)
          .returningAll()
          .executeTakeFirstOrThrow()
        if (event) await tx.insertInto('events').values(eventRow(event)).execute()
        return accountIn(changed)
      }),
    release: async ({ userId, target, fence }: Hold): Promise<void> => {
      await write((tx) =>
        tx
          .updateTable('accounts')
          .set({ lease_owner: null, lease_until: null })
          .where('user_id', '=', userId)
          .where('target', '=', target)
          .where('lease_fence', '=', fence)
          .execute(),
      )
    },
    subject: async (userId: UserId, target: string): Promise<Subject | undefined> => {
      const row = await find(userId, target)
      return row && subjectOf(row)
    },
    endSessions: async (userId: UserId): Promise<void> => {
      await write((tx) => tx.deleteFrom('sessions').where('user_id', '=', userId).execute())
    },
  }
}

const ofKey = (db: Kysely<Schema>, { userId, target }: AccountKey) =>
  db.selectFrom('accounts').selectAll().where('user_id', '=', userId).where('target', '=', target).executeTakeFirst()

/** Undefined when the fence is stale, or was given back. */
const ofHold = (tx: Kysely<Schema>, { userId, target, fence }: Hold) =>
  tx
    .selectFrom('accounts')
    .selectAll()
    .where('user_id', '=', userId)
    .where('target', '=', target)
    .where('lease_fence', '=', fence)
    .where('lease_owner', 'is not', null)
    .executeTakeFirst()

/** A new row, due at once. */
const draftRow = ({ userId, target, origin, immutableId, userPrincipalName, usageLocation, reference, at }: Draft) => ({
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
