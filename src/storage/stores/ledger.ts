import type { Kysely } from 'kysely'
import type { AuditEvent } from '#kernel/audit.ts'
import { UsherError } from '#kernel/errors.ts'
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
  const insertIssued = storage.prepared((db, row: EventsTable) =>
    db
      .insertInto('events')
      .columns(['id', 'type', 'at', 'reference', 'user_id', 'relying_party', 'connection', 'failure', 'facts_json'])
      .expression(unlessBlocked(db, row))
      .returning('id'),
  )
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
        // Nothing is kept of a token for somebody who was blocked since the sign-in last looked.
        if (!(await insertIssued.first(tx, row))) throw new UsherError('user_blocked')
        return true
      })
    },
  }
}

/** The row, when its person may still come in. */
const unlessBlocked = (db: Kysely<Schema>, row: EventsTable) =>
  db
    .selectNoFrom((value) => [
      value.val(row.id).as('id'),
      value.val(row.type).as('type'),
      // Values of a query have no type of their own, and this is the only one that is not text.
      value.cast<number>(value.val(row.at), 'bigint').as('at'),
      value.val(row.reference).as('reference'),
      value.val(row.user_id).as('user_id'),
      value.val(row.relying_party).as('relying_party'),
      value.val(row.connection).as('connection'),
      value.val(row.failure).as('failure'),
      value.val(row.facts_json).as('facts_json'),
    ])
    .where((one) =>
      one.not(
        one.exists(
          one
            .selectFrom('users')
            .select('users.id')
            .where('users.id', '=', row.user_id ?? '')
            .where('users.blocked', '=', 1),
        ),
      ),
    )

/** The first token decides: a later one must not make the doubt look younger. */
const markUnproven = (tx: Kysely<Schema>, { userId, target }: NonNullable<More['unproven']>, at: number) =>
  tx
    .updateTable('accounts')
    .set((row) => ({ unproven_token_at: at, version: row('version', '+', 1) }))
    .where('user_id', '=', userId)
    .where('target', '=', target)
    .where('unproven_token_at', 'is', null)
    .execute()
