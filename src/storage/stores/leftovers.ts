import { sql } from 'kysely'
import type { Storage } from '../storage.ts'
import { deleteOldRuns } from './old-rule-runs.ts'

const kinds = [
  { table: 'sessions', key: 'id_hash' },
  { table: 'transactions', key: 'id' },
  { table: 'grants', key: 'key_hash' },
  { table: 'ended_sign_ins', key: 'about' },
  { table: 'password_tries', key: 'key_hash' },
  { table: 'rule_runs', key: 'id' },
  { table: 'connection_trials', key: 'id_hash' },
] as const

/** Rows nobody needs any more. Each kind is a unit of its own, so that no sign-in waits behind all of them. */
export const leftoverStore = ({ write }: Storage) => ({
  /** Deletes at most `limit` expired rows of each kind; how many there were. */
  deleteExpired: async (at: number, limit: number): Promise<number> => {
    let deleted = 0
    for (const { table, key } of kinds) {
      const [from, column] = [sql.table(table), sql.ref(key)]
      const statement = sql`delete from ${from} where ${column} in
        (select ${column} from ${from} where expires_at <= ${at} order by expires_at limit ${limit})`
      const { numAffectedRows } = await write((tx) => statement.execute(tx))
      deleted += Number(numAffectedRows ?? 0)
    }
    return deleted + (await deleteOldRuns({ write }, limit))
  },
})
