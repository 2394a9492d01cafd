import { sql } from 'kysely'
import type { Storage } from '../storage.ts'

/** Traces are for looking at what happened lately: beyond these the oldest go. */
const MOST_RULE_RUNS = 1_000
/** Beyond these of one person, theirs go first: signing in again and again wipes out nobody else's. */
const MOST_OF_ONE = 50

/** Deletes at most `limit` traces of those that are too many; how many it did. */
export const deleteOldRuns = ({ write }: Pick<Storage, 'write'>, limit: number): Promise<number> =>
  write(async (tx) => {
    // Every id is greater than nothing: said so that the newest are read from the end of the index.
    const newest = tx.selectFrom('rule_runs').select('id').where('id', '>', '').orderBy('id', 'desc')
    if (!(await newest.limit(1).offset(MOST_RULE_RUNS).executeTakeFirst())) return 0
    const counted = tx
      .selectFrom('rule_runs')
      .select(['id', sql<number>`row_number() over (partition by user_id order by id desc)`.as('nth')])
    const old = tx
      .selectFrom(counted.as('counted'))
      .select('id')
      .orderBy(sql`case when nth > ${MOST_OF_ONE} then 1 else 0 end`)
      .orderBy('id', 'desc')
      .limit(limit)
      .offset(MOST_RULE_RUNS)
    const { numDeletedRows } = await tx.deleteFrom('rule_runs').where('id', 'in', old).executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  })
