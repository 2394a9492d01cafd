import type { Kysely } from 'kysely'
import type { AuditEvent } from '#kernel/audit.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Identity, UserId } from '#kernel/person.ts'
import type { Ended } from '#kernel/transaction.ts'
import type { EventsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { isOver, type UnderWay } from './ended-sign-ins.ts'
import type { EventRow } from './events.ts'
import { consume } from './transactions.ts'
import { isOfUser, refusalOf } from './whose.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface More {
  /** What proved it: it must be the user's still. */
  readonly by: Identity
  /** When the sign-in began. */
  readonly since: number
  readonly ends?: Ended
  readonly unproven?: { readonly userId: UserId; readonly target: string }
}

interface TokenIssued extends AuditEvent {
  readonly type: 'token_issued'
  readonly user: UserId
}

interface Issued extends EventsTable {
  readonly user_id: UserId
  readonly connection: string
  readonly issuer: string
  readonly subject: string
}

/** What happened, kept. */
export const ledgerStore = ({ storage, eventRow }: Parts) => {
  const insert = storage.prepared((db, row: EventsTable) => db.insertInto('events').values(row))
  const amend = storage.prepared((db, { id, facts }: { readonly id: string; readonly facts: string }) =>
    db.updateTable('events').set({ facts_json: facts }).where('id', '=', id),
  )
  const insertIssued = storage.prepared((db, { issuer, subject, ...row }: Issued) =>
    db
      .insertInto('events')
      .columns(['id', 'type', 'at', 'reference', 'user_id', 'relying_party', 'connection', 'failure', 'facts_json'])
      .expression(whileTheirs(db, row, { connection: row.connection, issuer, subject }))
      .returning('id'),
  )
  return {
    record: async (event: AuditEvent): Promise<string> => {
      const row = eventRow(event)
      await storage.write((tx) => insert.all(tx, row))
      return row.id
    },
    amend: async (id: string, facts: NonNullable<AuditEvent['facts']>): Promise<void> => {
      await storage.write((tx) => amend.all(tx, { id, facts: JSON.stringify(facts) }))
    },
    /** The one durable write of a sign-in; false, and nothing written, when its transaction had ended already. */
    issued: (event: TokenIssued, { by, since, ends, unproven }: More): Promise<boolean> => {
      const row = { ...eventRow(event), user_id: event.user, connection: by.connection, issuer: by.issuer, subject: by.subject }
      return storage.write(async (tx) => {
        if (ends && !(await ended(tx, ends, { user: event.user, connection: by.connection, since }))) return false
        if (unproven) await markUnproven(tx, unproven, event.at)
        // Nothing is kept of a token for somebody who was blocked, or lost this way, since the sign-in last looked.
        if (!(await insertIssued.first(tx, row))) throw await refusalOf(tx, event.user, by)
        return true
      })
    },
  }
}

/** Ends the transaction; false when it had ended. Throws `transaction_expired` when somebody ended it before it was through. */
const ended = async (tx: Kysely<Schema>, ends: Ended, underWay: UnderWay): Promise<boolean> => {
  if (!(await consume(tx, ends))) return false
  if (await isOver(tx, underWay)) throw new UsherError('transaction_expired', { detail: { user: underWay.user } })
  return true
}

/** The row, when its person may still come in, and by this identity. */
const whileTheirs = (db: Kysely<Schema>, row: Omit<Issued, 'issuer' | 'subject'>, by: Identity) =>
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
      one.exists(
        one
          .selectFrom('users')
          .select('users.id')
          .where('users.id', '=', row.user_id)
          .where('users.blocked', '=', 0)
          .where((user) => isOfUser(user, by)),
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
