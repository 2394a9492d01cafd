import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'
import type { UserId } from '#kernel/person.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import { createLane } from '#lib/lane.ts'
import type { SeatBook } from '../seat-book.ts'
import type { Directory } from './directory.ts'
import type { Errand, Reply } from './graph-client.ts'

/** Which license somebody gets. Reserved in our own book first, so that no cap or floor is passed whoever hurries. */
export interface Seats {
  /** The SKU id of a seat for this person, the first of the list that has one, or `only` this one; undefined when none has. */
  readonly reserve: (userId: UserId, errand: Errand, only?: string) => Promise<Reply<string | undefined>>
  /** Books a seat that the person has in the directory already, whatever the cap says. */
  readonly keep: (userId: UserId, skuId: string) => Promise<void>
  /** The directory has given the reserved seat out. */
  readonly give: (userId: UserId) => Promise<void>
  readonly release: (userId: UserId) => Promise<void>
  /** The directory says that this product has none left. */
  readonly ranOut: (skuId: string) => void
}

export interface SeatsParts {
  readonly settings: Pick<TargetSettings, 'name' | 'licenses'>
  readonly book: SeatBook
  readonly directory: Directory
  readonly clock: Clock
}

/** How many people may hold a seat at most, by SKU id, as of one reading of the subscriptions. */
interface Stock {
  readonly readAt: number
  readonly ceilings: Map<string, number>
}

const STOCK_LIFE_MS = ONE_MINUTE_MS

export const createSeats = ({ settings, book, directory, clock }: SeatsParts): Seats => {
  const target = settings.name
  let stock: Stock | undefined
  let reading: Promise<Reply<Stock>> | undefined

  const readStock = async (errand: Errand): Promise<Reply<Stock>> => {
    // Before the directory is read: a seat given meanwhile is then missing from both, never in both.
    const counts = await Promise.all(
      settings.licenses.map(async (license) => ({ license, given: await book.given(target, license.skuId) })),
    )
    const reply = await directory.skus(errand)
    if (!reply.ok) return reply
    const free = (skuId: string): number => reply.value.find((sku) => sku.skuId === skuId)?.free ?? 0
    const ceilings = counts.map(({ license, given }) => {
      const spare = Math.max(0, free(license.skuId) - license.floor)
      return [license.skuId, Math.min(license.cap, given + spare)] as const
    })
    stock = { readAt: clock.now(), ceilings: new Map(ceilings) }
    return { ok: true, value: stock }
  }

  const currentStock = async (errand: Errand): Promise<Reply<Stock>> => {
    if (stock !== undefined && clock.now() - stock.readAt < STOCK_LIFE_MS) return { ok: true, value: stock }
    reading ??= readStock(errand).finally(() => {
      reading = undefined
    })
    return reading
  }

  // All reservations meet at one row of the book: a crowd at it would only wake the database's conflicts.
  const inTurn = createLane()

  return {
    reserve: async (userId, errand, only) => {
      const reply = await currentStock(errand)
      if (!reply.ok) return reply
      const wanted = settings.licenses.filter(({ skuId }) => skuId === (only ?? skuId))
      for (const { skuId } of wanted) {
        const ceiling = reply.value.ceilings.get(skuId) ?? 0
        if (ceiling > 0 && (await inTurn(() => book.reserve({ target, skuId, userId }, ceiling, clock.now()))))
          return { ok: true, value: skuId }
      }
      return { ok: true, value: undefined }
    },
    keep: async (userId, skuId) => {
      await book.reserve({ target, skuId, userId }, Number.MAX_SAFE_INTEGER, clock.now())
      await book.give({ target, userId })
    },
    give: (userId) => book.give({ target, userId }),
    release: (userId) => book.release({ target, userId }),
    ranOut: (skuId) => void stock?.ceilings.set(skuId, 0),
  }
}
