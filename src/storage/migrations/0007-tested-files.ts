import { type Kysely, sql } from 'kysely'
import type { ConnectionSettings, TestedConnection } from '#kernel/settings.ts'
import { connectionFingerprint, fingerprintWithoutFiles } from '#lib/connection-fingerprint.ts'
import type { Secrets } from '#lib/secrets.ts'
import { openedValue } from '../stores/settings-text.ts'

/**
 * A fingerprint covers what is read from files as well. Connections that were tested without are taken as tested with what they
 * have now: an upgrade shuts nobody out, and what is changed after it is noticed. Old nodes survive it: the rows they know
 * stay, and mean nothing here.
 */
export const breaking = false

export const up = async (db: Kysely<unknown>, sealer: () => Promise<Secrets>): Promise<void> => {
  const { rows: tested } = await sql<TestedConnection>`select * from connection_tests`.execute(db)
  if (tested.length === 0) return
  const { rows } = await sql<{ body_json: string }>`select body_json from settings where name = 'current'`.execute(db)
  for (const connection of await connectionsIn(rows[0]?.body_json, sealer)) {
    const [before, after] = [fingerprintWithoutFiles(connection), connectionFingerprint(connection)]
    const known = tested.find((one) => one.connection === connection.name && one.fingerprint === before)
    if (!known || before === after) continue
    await sql`insert into connection_tests (connection, fingerprint, at, ${sql.ref('by')})
      values (${known.connection}, ${after}, ${known.at}, ${known.by})`.execute(db)
  }
}

const connectionsIn = async (body: string | undefined, sealer: () => Promise<Secrets>): Promise<readonly ConnectionSettings[]> => {
  if (body === undefined) return []
  // What writeSettings put there.
  return Object(openedValue(JSON.parse(body), 'settings', await sealer())).connections ?? []
}
