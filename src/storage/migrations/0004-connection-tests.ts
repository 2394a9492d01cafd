import { type Kysely, sql } from 'kysely'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { fingerprintWithoutFiles } from '#lib/connection-fingerprint.ts'

/** Which connections were seen to work, and tests of them under way. Old nodes survive it: they ask for no test. */
export const breaking = false

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('connection_tests')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('connection_tests_key', ['connection', 'fingerprint'])
    .execute()
  await db.schema
    .createTable('connection_trials')
    .addColumn('id_hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('body_sealed', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('connection_trials_expiry').on('connection_trials').column('expires_at').execute()
  await keepThoseInUse(db)
}

/** Whoever signed in through a connection showed that it works: an upgrade shuts nobody out. */
const keepThoseInUse = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ body_json: string }>`select body_json from settings where name = 'current'`.execute(db)
  for (const connection of connectionsIn(rows[0]?.body_json)) {
    const first = await sql<{ created_at: number }>`
      select created_at from users where connection = ${connection.id} order by created_at desc limit 1`.execute(db)
    const at = first.rows[0]?.created_at
    if (at === undefined) continue
    const fingerprint = fingerprintWithoutFiles(connection)
    await sql`insert into connection_tests (connection, fingerprint, at, ${sql.ref('by')})
      values (${connection.name}, ${fingerprint}, ${at}, 'people who signed in')`.execute(db)
  }
}

/** Their sealed secrets stay closed: this fingerprint leaves secrets out. */
const connectionsIn = (body = '{}'): readonly ConnectionSettings[] =>
  JSON.parse(body, (_, value) => (isSealed(value) ? new Secret('') : value)).connections ?? []

const isSealed = (value: unknown): boolean => typeof value === 'object' && value !== null && '$sealed' in value
