import { ONE_DAY_MS } from '#kernel/clock.ts'
import type { EventsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { type EventRow, firstIdAt } from './events.ts'

interface Parts {
  readonly storage: Pick<Storage, 'write'>
  readonly eventRow: EventRow
}

/** How far one round has come. */
interface Round {
  readonly before: number
  readonly at: number
  readonly deleted: number
  /** The event that says so, once something was deleted. */
  readonly record?: EventsTable
}

/** Events that are older than they are kept for. */
export const oldEventStore = ({ storage: { write }, eventRow }: Parts) => ({
  /**
   * Begins a round; each call deletes at most `limit` events from before that instant, the oldest first, and says how many.
   * A round takes one day of UTC at most: a clock that jumps ahead for minutes costs some days, and not the whole audit.
   * A round leaves one event that says how many went, and up to when. It is written with what it says: a round that is
   * cut off has deleted nothing without a word.
   */
  deleteOld: (before: number, at: number): ((limit: number) => Promise<number>) => {
    let round: Round | undefined
    return async (limit) => {
      const next = await write(async (tx) => furtherOn(tx, { round: round ?? (await oldestDay(tx, before, at)), limit, eventRow }))
      const more = next.deleted - (round?.deleted ?? 0)
      round = next
      return more
    }
  },
})

/** The round for the day that the oldest event lies in, as far as it lies before that instant. */
const oldestDay = async (tx: Storage['read'], before: number, at: number): Promise<Round> => {
  const oldest = await tx.selectFrom('events').select('at').where('id', '<', firstIdAt(before)).orderBy('id').limit(1).executeTakeFirst()
  const dayAfter = oldest ? oldest.at - (oldest.at % ONE_DAY_MS) + ONE_DAY_MS : before
  return { before: Math.min(before, dayAfter), at, deleted: 0 }
}

interface Turn {
  readonly round: Round
  readonly limit: number
  readonly eventRow: EventRow
}

const furtherOn = async (tx: Storage['read'], { round, limit, eventRow }: Turn): Promise<Round> => {
  // The id begins with the instant, so the oldest lie together at its beginning, and no other index is needed.
  // Not every database puts letters and digits in the same order, so each says itself that it is old.
  const first = tx.selectFrom('events').select('id').where('id', '<', firstIdAt(round.before))
  const old = first.where('at', '<', round.before).orderBy('id').limit(limit)
  const { numDeletedRows } = await tx.deleteFrom('events').where('id', 'in', old).executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) return round
  const deleted = round.deleted + Number(numDeletedRows)
  const facts = { events: deleted, before: new Date(round.before).toISOString() }
  const { record } = round
  if (record) {
    await tx
      .updateTable('events')
      .set({ facts_json: JSON.stringify(facts) })
      .where('id', '=', record.id)
      .execute()
    return { ...round, deleted }
  }
  const row = eventRow({ type: 'events_deleted', at: round.at, reference: 'retention', facts })
  await tx.insertInto('events').values(row).execute()
  return { ...round, deleted, record: row }
}
