import { sql } from 'kysely'
import type { Storage } from '../storage.ts'

const kinds = [
  { table: 'sessions', key: 'id_hash' },
  { table: 'transactions', key: 'id' },
  { table: 'grants', key: 'key_hash' },
  { table: 'ended_sign_ins', key: 'about' },
  { table: 'password_tries', key: 'key_hash' },
  { table: 'rule_runs', key: 'id' },
  { table: 'connection_trials', key: 'id_hash' },
] as const

/** Traces are for looking at what happened lately: beyond these the oldest go. */
const MOST_RULE_RUNS = 1_000

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
    return deleted + (await deleteOldRuns(write, limit))
  },
})

const deleteOldRuns = async (write: Storage['write'], limit: number): Promise<number> => {
  const { numDeletedRows } = await write((tx) => {
    // Every id is greater than nothing: said so that the newest are read from the end of the index.
    const old = tx.selectFrom('rule_runs').select('id').where('id', '>', '').orderBy('id', 'desc').limit(limit).offset(MOST_RULE_RUNS)
    return tx.deleteFrom('rule_runs').where('id', 'in', old).executeTakeFirstOrThrow()
  })
  return Number(numDeletedRows)
}
