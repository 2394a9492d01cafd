import type { Kysely } from 'kysely'

/**
 * Which of a user's identities started a session, so that it ends with that one. Old nodes survive it: a session that names
 * none ends with every identity of its connection.
 */
export const breaking = false

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const column of ['issuer', 'subject']) await db.schema.alterTable('sessions').addColumn(column, 'text').execute()
}
