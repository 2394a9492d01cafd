import type { Account } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import type { AccountsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { accountIn } from './account-rows.ts'
import { keyOf } from './columns.ts'
import { type EventRow, eventIn } from './events.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

const EVENTS_SHOWN = 200

/** What an administrator sees of accounts, and may do about them. */
export const accountDesk = ({ storage: { read, write }, eventRow }: Parts) => ({
  /** Those that wait or stopped, the longest waiting first. */
  open: async (): Promise<readonly Account[]> => {
    const rows = await read
      .selectFrom('accounts')
      .selectAll()
      .where('stage', 'in', ['waiting', 'stopped'])
      .orderBy('next_attempt_at')
      .execute()
    return rows.map(accountIn)
  },
  /** By user principal name, user id or e-mail address; with the latest of what happened to its person, in order. */
  show: async (name: string): Promise<{ readonly account: Account; readonly events: readonly AuditEvent[] } | undefined> => {
    const row = (await byPrincipal(read, name)) ?? (await byUser(read, name)) ?? (await byEmail(read, name))
    if (!row) return undefined
    const latest = await read
      .selectFrom('events')
      .selectAll()
      .where('user_id', '=', row.user_id)
      .orderBy('id', 'desc')
      .limit(EVENTS_SHOWN)
      .execute()
    return { account: accountIn(row), events: latest.reverse().map(eventIn) }
  },
  /**
   * Lets an account that was held up go on: tried again now, or brought back at its person's next sign-in as if Usher
   * itself had ended it. Whoever drives it now loses it. False when it is ready, or changed since it was shown.
   */
  release: ({ userId, target, version }: Account, how: 'retry' | 'restore', at: number): Promise<boolean> =>
    write(async (tx) => {
      const row = await tx
        .updateTable('accounts')
        .set((one) => ({
          ...releasedColumns(how, at),
          version: version + 1,
          lease_owner: null,
          lease_until: null,
          lease_fence: one('lease_fence', '+', 1),
        }))
        .where('user_id', '=', userId)
        .where('target', '=', target)
        .where('version', '=', version)
        .where('stage', '<>', 'ready')
        .where('origin', '<>', 'directory')
        .returning('reference')
        .executeTakeFirst()
      if (!row) return false
      const event = { type: 'account_released', at, reference: row.reference, user: userId, facts: { how } } as const
      await tx.insertInto('events').values(eventRow(event)).execute()
      return true
    }),
})

const releasedColumns = (how: 'retry' | 'restore', at: number) => ({
  stage: how === 'retry' ? ('waiting' as const) : ('closed' as const),
  reason: null,
  attempts: 0,
  next_attempt_at: at,
  settle_until: null,
})

type Read = Storage['read']

const byPrincipal = (read: Read, name: string): Promise<AccountsTable | undefined> =>
  read.selectFrom('accounts').selectAll().where('principal_name_key', '=', keyOf(name)).orderBy('target').limit(1).executeTakeFirst()

const byUser = (read: Read, id: string): Promise<AccountsTable | undefined> =>
  read.selectFrom('accounts').selectAll().where('user_id', '=', id).orderBy('target').limit(1).executeTakeFirst()

const byEmail = (read: Read, email: string): Promise<AccountsTable | undefined> =>
  read
    .selectFrom('accounts')
    .innerJoin('users', 'users.id', 'accounts.user_id')
    .selectAll('accounts')
    .where('users.email_key', '=', keyOf(email))
    .orderBy('accounts.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
