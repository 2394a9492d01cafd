import { type Kysely, sql } from 'kysely'

/**
 * What rules asked for in place of an account's own names, and accounts that are made by other means than Usher. Old nodes
 * do not survive it: one that does not know the latter would make an object of its own for such an account.
 */
export const breaking = true

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('account_aliases')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('value_key', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('account_aliases_key', ['target', 'kind', 'value_key'])
    .addCheckConstraint('account_aliases_kind', sql`kind in ('user_principal_name', 'immutable_id')`)
    .execute()
  await db.schema.createIndex('account_aliases_user').on('account_aliases').columns(['user_id', 'target']).execute()
  // Usher looks for such an object and leaves it alone: nothing may ever be licensed for it.
  await db.schema
    .alterTable('accounts')
    .addColumn('made_elsewhere', 'integer', (column) =>
      column.check(sql`made_elsewhere is null or (made_elsewhere = 1 and origin = 'rule' and license is null)`),
    )
    .execute()
}
