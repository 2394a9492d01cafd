/** What may be spent at once, and what comes back with every second. */
export interface AllowanceOptions {
  readonly most: number
  readonly perSecond: number
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/** Returns a function that spends, and says whether there was enough. */
export const allowance = ({ most, perSecond, now }: AllowanceOptions): ((amount: number) => boolean) => {
  let left = most
  let at = now()
  return (amount) => {
    const moment = now()
    left = Math.min(most, left + ((moment - at) * perSecond) / 1_000)
    at = moment
    left -= amount
    return left >= 0
  }
}
