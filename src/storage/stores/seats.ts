import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { Flag, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'

interface Holder {
  readonly target: string
  readonly userId: UserId
}

interface Pool {
  readonly target: string
  readonly sku_key: string
}

/** Seats, reserved before any directory is asked. A pool's row counts its seats and is what concurrent reservations meet at. */
export const seatStore = ({ read, write }: Storage) => ({
  /** A new seat, the one they hold, or one in place of theirs of another SKU; nobody ever holds two. */
  reserve: async (seat: Holder & { readonly skuId: string }, cap: number, at: number): Promise<boolean> => {
    const { target, userId, skuId } = seat
    const pool = { target, sku_key: skuId.toLowerCase() }
    const row = { ...pool, user_id: userId, given: 0 as const, reserved_at: at }
    return write(async (tx) => {
      const held = await heldBy(tx, seat)
      if (held?.sku_key === pool.sku_key) return true
      if (!(await enter(tx, pool, cap))) return false
      if (held) await leave(tx, { target, sku_key: held.sku_key }, held.given)
      await tx
        .insertInto('seats')
        .values(row)
        .onConflict((conflict) => conflict.columns(['target', 'user_id']).doUpdateSet(row))
        .execute()
      return true
    })
  },
  /** The directory has assigned the license. */
  give: (seat: Holder): Promise<void> =>
    write(async (tx) => {
      const { target, userId } = seat
      const row = await tx
        .updateTable('seats')
        .set({ given: 1 })
        .where('target', '=', target)
        .where('user_id', '=', userId)
        .where('given', '=', 0)
        .returning('sku_key')
        .executeTakeFirst()
      if (row) await countGiven(tx, { target, sku_key: row.sku_key })
    }),
  release: (seat: Holder): Promise<void> =>
    write(async (tx) => {
      const { target, userId } = seat
      const gone = await tx
        .deleteFrom('seats')
        .where('target', '=', target)
        .where('user_id', '=', userId)
        .returning(['sku_key', 'given'])
        .executeTakeFirst()
      if (gone) await leave(tx, { target, sku_key: gone.sku_key }, gone.given)
    }),
  /** How many seats of the SKU are held and given. */
  given: async (target: string, skuId: string): Promise<number> => {
    const pool = read.selectFrom('seat_pools').select('given').where('target', '=', target).where('sku_key', '=', skuId.toLowerCase())
    return (await pool.executeTakeFirst())?.given ?? 0
  },
})

const heldBy = (tx: Kysely<Schema>, { target, userId }: Holder) =>
  tx.selectFrom('seats').select(['sku_key', 'given']).where('target', '=', target).where('user_id', '=', userId).executeTakeFirst()

/** Counts one more seat; false when the cap is reached. */
const enter = async (tx: Kysely<Schema>, pool: Pool, cap: number): Promise<boolean> => {
  await tx
    .insertInto('seat_pools')
    .values({ ...pool, held: 0, given: 0 })
    .onConflict((conflict) => conflict.columns(['target', 'sku_key']).doNothing())
    .execute()
  const entered = await tx
    .updateTable('seat_pools')
    .set((row) => ({ held: row('held', '+', 1) }))
    .where('target', '=', pool.target)
    .where('sku_key', '=', pool.sku_key)
    .where('held', '<', cap)
    .returning('held')
    .executeTakeFirst()
  return entered !== undefined
}

const countGiven = (tx: Kysely<Schema>, pool: Pool) =>
  tx
    .updateTable('seat_pools')
    .set((row) => ({ given: row('given', '+', 1) }))
    .where('target', '=', pool.target)
    .where('sku_key', '=', pool.sku_key)
    .execute()

const leave = (tx: Kysely<Schema>, pool: Pool, given: Flag) =>
  tx
    .updateTable('seat_pools')
    .set((row) => ({ held: row('held', '-', 1), given: row('given', '-', given) }))
    .where('target', '=', pool.target)
    .where('sku_key', '=', pool.sku_key)
    .execute()
