import type { Kysely } from 'kysely'

/**
 * Since when sign-ins of somebody, or by a connection, go on no more if they began before. Old nodes survive it: sign-ins go
 * on there as they did.
 */
export const breaking = false

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('ended_sign_ins')
    .addColumn('about', 'text', (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('ended_sign_ins_expiry').on('ended_sign_ins').column('expires_at').execute()
}
