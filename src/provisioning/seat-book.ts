import type { UserId } from '#kernel/person.ts'

/** Seats are reserved here before the directory is asked for anything; storage has this shape. */
export interface SeatBook {
  /**
   * Reserves a seat of the SKU for this person unless they hold one; false when the cap is reached.
   * Repeating it takes no second seat. One seat per person and target, whatever the SKU.
   */
  readonly reserve: (seat: { readonly target: string; readonly skuId: string; readonly userId: UserId }, cap: number, at: number) => Promise<boolean>
  readonly release: (seat: { readonly target: string; readonly userId: UserId }) => Promise<void>
  readonly held: (target: string, skuId: string) => Promise<number>
}
