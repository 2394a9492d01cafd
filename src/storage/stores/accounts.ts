import type { Kysely } from 'kysely'
import type { Account, Subject } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import { UsherError } from '#kernel/errors.ts'
import type { UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { type AccountKey, type Draft, intend, ofKey } from './account-intent.ts'
import { NOBODYS } from './account-leases.ts'
import { type AccountValues, accountColumns, accountIn } from './account-rows.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { claimName, freeName } from './principal-names.ts'
import { subjectOf } from './subject.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

/** Exclusive, and recognized by its fence: later ones are higher. */
interface Hold extends AccountKey {
  readonly fence: number
}

interface Lease {
  readonly fence: number
  readonly account: Account
}

interface Times {
  readonly at: number
  readonly ms: number
}

/** The rows provisioning drives. */
export const accountStore = (parts: Parts) => {
  const { read, write } = parts.storage
  return {
    find: async (userId: UserId, target: string): Promise<Account | undefined> => {
      const row = await ofKey(read, { userId, target })
      return row && accountIn(row)
    },
    intend: (draft: Draft): Promise<Account | undefined> => write((tx) => intend(tx, draft, parts.eventRow)),
    lease: async (key: AccountKey, owner: string, times: Times): Promise<Lease | undefined> => {
      const row = await write((tx) => leased(tx, key, { ...times, owner }))
      return row && { fence: row.lease_fence, account: accountIn(row) }
    },
    change: (hold: Hold, change: AccountValues, event?: AuditEvent): Promise<Account | undefined> =>
      write(async (tx) => {
        const row = await changed(tx, hold, change)
        if (row && event) await tx.insertInto('events').values(parts.eventRow(event)).execute()
        return row && accountIn(row)
      }),
    release: async ({ userId, target, fence }: Hold): Promise<void> => {
      await write((tx) =>
        tx
          .updateTable('accounts')
          .set(NOBODYS)
          .where('user_id', '=', userId)
          .where('target', '=', target)
          .where('lease_fence', '=', fence)
          .execute(),
      )
    },
    subject: async (userId: UserId, target: string): Promise<Subject | undefined> => {
      const row = await ofKey(read, { userId, target })
      return row && subjectOf(row)
    },
    endSessions: async (userId: UserId): Promise<void> => {
      await write((tx) => tx.deleteFrom('sessions').where('user_id', '=', userId).execute())
    },
  }
}

const leased = (tx: Kysely<Schema>, key: AccountKey, { owner, at, ms }: Times & { readonly owner: string }) =>
  tx
    .updateTable('accounts')
    .set((row) => ({ lease_owner: owner, lease_until: at + ms, lease_fence: row('lease_fence', '+', 1) }))
    .where('user_id', '=', key.userId)
    .where('target', '=', key.target)
    .where('origin', '<>', 'directory')
    .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<=', at)]))
    .returningAll()
    .executeTakeFirst()

/** Undefined, and nothing changed, when the hold was lost or the name is somebody else's. */
const changed = async (tx: Kysely<Schema>, hold: Hold, change: AccountValues): Promise<AccountsTable | undefined> => {
  const row = await ofKey(tx, hold)
  if (!row || row.lease_fence !== hold.fence || row.lease_owner === null) return undefined
  const { userPrincipalName } = change
  if (userPrincipalName !== undefined && !(await claimName(tx, { ...hold, userPrincipalName }))) return undefined
  const isLeft = userPrincipalName !== undefined && keyOf(userPrincipalName) !== row.principal_name_key
  // Only an object can ever have been called so.
  if (isLeft && row.object_id === null) await freeName(tx, { ...hold, userPrincipalName: row.principal_name })
  await assertUnheld(tx, hold, change.objectId)
  return tx
    .updateTable('accounts')
    .set({ ...accountColumns(change), version: row.version + 1 })
    .where('user_id', '=', hold.userId)
    .where('target', '=', hold.target)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** One object is one person's account: two rows that drive it would fight over it. */
const assertUnheld = async (tx: Kysely<Schema>, { userId, target }: Hold, objectId: string | undefined): Promise<void> => {
  if (objectId === undefined) return
  const holder = await tx
    .selectFrom('accounts')
    .select('user_id')
    .where('object_id', '=', objectId)
    .where('target', '=', target)
    .executeTakeFirst()
  const isTaken = holder !== undefined && holder.user_id !== userId
  if (isTaken) throw new UsherError('account_conflict', { detail: { user: userId, reason: 'the object is another account’s' } })
}
