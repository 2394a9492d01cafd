import type { AuditEvent } from '#kernel/audit.ts'
import type { Storage } from '../storage.ts'
import { eventIn } from './events.ts'

/** Which events somebody asks for; all of it must be so. */
interface Asked {
  /** How many at most: the latest. */
  readonly limit: number
  readonly type?: string
  /** By id. */
  readonly user?: string
  /** Of a sign-in, or what an administrator's change is known by. */
  readonly reference?: string
  /** Not before this instant; milliseconds. */
  readonly since?: number
}

/** What happened, for those who must answer for it. */
export const eventLog = ({ read }: Storage) => ({
  /** In the order it happened. */
  latest: async ({ limit, type, user, reference, since }: Asked): Promise<readonly AuditEvent[]> => {
    const rows = await read
      .selectFrom('events')
      .selectAll()
      // Every id is greater than nothing: said so that the newest are read from the end of the index.
      .where('id', '>', '')
      .$if(type !== undefined, (query) => query.where((row) => row.eb(row.cast<string>('type', 'text'), '=', type ?? '')))
      .$if(user !== undefined, (query) => query.where('user_id', '=', user ?? ''))
      .$if(reference !== undefined, (query) => query.where('reference', '=', reference ?? ''))
      .$if(since !== undefined, (query) => query.where('at', '>=', since ?? 0))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.reverse().map(eventIn)
  },
})
