import type { UserId } from '#kernel/person.ts'

/** Whose seat, in which target. One per person and target, whatever the license. */
export interface SeatHolder {
  readonly target: string
  readonly userId: UserId
}

/** Seats are reserved here before the directory is asked for anything; storage has this shape. */
export interface SeatBook {
  /**
   * Gives the person a seat of this SKU: a new one, the very one they hold, or one in place of theirs of another SKU.
   * False, and nothing changed, when `cap` seats of the SKU are held already, given or not. SKU ids are compared
   * whatever their case. A new seat is not `given` yet; repeating it for the same SKU changes nothing.
   */
  readonly reserve: (seat: SeatHolder & { readonly skuId: string }, cap: number, at: number) => Promise<boolean>
  /** The directory has assigned the license: from now on it counts this seat among the consumed ones itself. */
  readonly give: (seat: SeatHolder) => Promise<void>
  readonly release: (seat: SeatHolder) => Promise<void>
  /** How many seats of the SKU are held and given. */
  readonly given: (target: string, skuId: string) => Promise<number>
}
