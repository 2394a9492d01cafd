import type { Kysely } from 'kysely'
import type { Ended, StoredTransaction, TransactionId } from '#kernel/transaction.ts'
import type { Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'

/** Sign-ins on their way. */
export const transactionStore = ({ read, write }: Storage) => ({
  add: async (transaction: StoredTransaction): Promise<void> => {
    const { id, expiresAt: expires_at } = transaction
    const row = { id, version: 1, body_json: bodyOf(transaction), ended_user: null, ended_relying_party: null, expires_at }
    await write((tx) => tx.insertInto('transactions').values(row).execute())
  },
  find: async (
    id: TransactionId,
    at: number,
  ): Promise<{ readonly transaction: StoredTransaction; readonly version: number } | undefined> => {
    const row = await read
      .selectFrom('transactions')
      .select(['version', 'body_json'])
      .where('id', '=', id)
      .where('expires_at', '>', at)
      .executeTakeFirst()
    return row?.body_json ? { transaction: JSON.parse(row.body_json), version: row.version } : undefined
  },
  /** False when another visit was faster, or the transaction has ended. */
  advance: async (transaction: StoredTransaction, seenVersion: number): Promise<boolean> => {
    const { numUpdatedRows } = await write((tx) =>
      tx
        .updateTable('transactions')
        .set({ version: seenVersion + 1, body_json: bodyOf(transaction), expires_at: transaction.expiresAt })
        .where('id', '=', transaction.id)
        .where('version', '=', seenVersion)
        .where('ended_user', 'is', null)
        .executeTakeFirstOrThrow(),
    )
    return numUpdatedRows === 1n
  },
  end: (ended: Ended): Promise<boolean> => write((tx) => consume(tx, ended)),
  ended: async (id: TransactionId): Promise<Ended | undefined> => {
    const row = await read.selectFrom('transactions').select(['ended_user', 'ended_relying_party']).where('id', '=', id).executeTakeFirst()
    if (!row || row.ended_user === null || row.ended_relying_party === null) return undefined
    return { id, user: row.ended_user, relyingParty: row.ended_relying_party }
  },
})

/** Ends a transaction within a unit; false when it had ended already. */
export const consume = async (tx: Kysely<Schema>, { id, user, relyingParty }: Ended): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('transactions')
    .set({ body_json: null, ended_user: user, ended_relying_party: relyingParty })
    .where('id', '=', id)
    .where('ended_user', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** What a visit read about the account holds a subject, which lives no longer than the visit. */
const bodyOf = (transaction: StoredTransaction): string =>
  JSON.stringify('standing' in transaction ? { ...transaction, standing: undefined } : transaction)
