import type { Kysely } from 'kysely'
import { Secret } from '#kernel/secret.ts'
import type { Ended, StoredTransaction, TransactionId } from '#kernel/transaction.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
}

const placeOf = (id: TransactionId) => ({ table: 'transactions', row: id, column: 'body_sealed' })

/** Sign-ins on their way. What is under way at a provider (state, PKCE verifier) is kept sealed, with all the rest. */
export const transactionStore = ({ storage: { read, write }, sealer }: Parts) => ({
  add: async (transaction: StoredTransaction): Promise<void> => {
    const { id, expiresAt: expires_at } = transaction
    const row = { id, version: 1, body_sealed: sealed(transaction, sealer), ended_user: null, ended_relying_party: null, expires_at }
    await write((tx) => tx.insertInto('transactions').values(row).execute())
  },
  find: async (
    id: TransactionId,
    at: number,
  ): Promise<{ readonly transaction: StoredTransaction; readonly version: number } | undefined> => {
    const row = await read
      .selectFrom('transactions')
      .select(['version', 'body_sealed'])
      .where('id', '=', id)
      .where('expires_at', '>', at)
      .executeTakeFirst()
    return row?.body_sealed
      ? { transaction: JSON.parse(sealer.open(row.body_sealed, placeOf(id)).reveal()), version: row.version }
      : undefined
  },
  /** False when another visit was faster, or the transaction has ended. */
  advance: async (transaction: StoredTransaction, seenVersion: number): Promise<boolean> => {
    const { numUpdatedRows } = await write((tx) =>
      tx
        .updateTable('transactions')
        .set({ version: seenVersion + 1, body_sealed: sealed(transaction, sealer), expires_at: transaction.expiresAt })
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
    .set({ body_sealed: null, ended_user: user, ended_relying_party: relyingParty })
    .where('id', '=', id)
    .where('ended_user', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Without what a visit read about the account: that holds a subject, which lives no longer than the visit. */
const sealed = (transaction: StoredTransaction, sealer: Secrets): string => {
  const kept = 'standing' in transaction ? { ...transaction, standing: undefined } : transaction
  return sealer.seal(new Secret(JSON.stringify(kept)), placeOf(transaction.id))
}
