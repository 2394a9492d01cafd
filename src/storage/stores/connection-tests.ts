import { sql } from 'kysely'
import type { ConnectionId } from '#kernel/person.ts'
import type { TestedConnection } from '#kernel/settings.ts'
import type { Storage } from '../storage.ts'
import type { EventRow } from './events.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

/** Which connections were seen to work. They are read with the settings: see there. */
export const connectionTestStore = ({ storage: { read, write }, eventRow }: Parts) => ({
  /** Keeps that a connection worked. Every node reads its settings anew. */
  add: (tested: TestedConnection, reference: string): Promise<void> =>
    write(async (tx) => {
      await tx
        .insertInto('connection_tests')
        .values(tested)
        .onConflict((conflict) => conflict.columns(['connection', 'fingerprint']).doUpdateSet({ at: tested.at, by: tested.by }))
        .execute()
      await tx.updateTable('settings').set({ revision: sql<number>`revision + 1` }).execute()
      const { connection, by, fingerprint, at } = tested
      const event = eventRow({ type: 'connection_tested', at, reference, facts: { name: connection, by, fingerprint } })
      await tx.insertInto('events').values(event).execute()
    }),
  /** How many people each connection has, by its id. */
  people: async (): Promise<ReadonlyMap<ConnectionId, number>> => {
    const rows = await read
      .selectFrom('users')
      .select(({ fn }) => ['connection', fn.countAll<number>().as('people')])
      .groupBy('connection')
      .execute()
    return new Map(rows.map(({ connection, people }) => [connection, Number(people)]))
  },
})
