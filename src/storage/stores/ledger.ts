import type { Kysely } from 'kysely'
import type { AuditEvent } from '#kernel/audit.ts'
import type { UserId } from '#kernel/person.ts'
import type { Ended } from '#kernel/transaction.ts'
import type { EventsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import type { EventRow } from './events.ts'
import { consume } from './transactions.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface More {
  readonly ends?: Ended
  readonly unproven?: { readonly userId: UserId; readonly target: string }
}

/** What happened, kept. */
export const ledgerStore = ({ storage, eventRow }: Parts) => {
  const insert = storage.prepared((db, row: EventsTable) => db.insertInto('events').values(row))
  return {
    record: async (event: AuditEvent): Promise<void> => {
      const row = eventRow(event)
      await storage.write((tx) => insert.all(tx, row))
    },
    /** The one durable write of a sign-in; false, and nothing written, when its transaction had ended already. */
    issued: (event: AuditEvent, { ends, unproven }: More): Promise<boolean> => {
      const row = eventRow(event)
      return storage.write(async (tx) => {
        if (ends && !(await consume(tx, ends))) return false
        if (unproven) await markUnproven(tx, unproven, event.at)
        await insert.all(tx, row)
        return true
      })
    },
  }
}

/** The first token decides: a later one must not make the doubt look younger. */
const markUnproven = (tx: Kysely<Schema>, { userId, target }: NonNullable<More['unproven']>, at: number) =>
  tx
    .updateTable('accounts')
    .set((row) => ({ unproven_token_at: at, version: row('version', '+', 1) }))
    .where('user_id', '=', userId)
    .where('target', '=', target)
    .where('unproven_token_at', 'is', null)
    .execute()
