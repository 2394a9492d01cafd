/** Nobody holds more than this many times what is left for others. */
const GREED = 3

/**
 * Places that several share, so that there is always one for whoever comes new: one alone gets three quarters of them, two
 * three sevenths each, and so on.
 */
export interface FairShare {
  /** Takes a place, or says that this one has had its share. */
  readonly take: (whose: string) => boolean
  readonly giveBack: (whose: string) => void
}

export const createFairShare = (places: number): FairShare => {
  const held = new Map<string, number>()
  let free = places
  return {
    take: (whose) => {
      const own = held.get(whose) ?? 0
      if (own >= GREED * free) return false
      held.set(whose, own + 1)
      free -= 1
      return true
    },
    giveBack: (whose) => {
      const own = held.get(whose) ?? 0
      if (own === 0) return
      if (own === 1) held.delete(whose)
      else held.set(whose, own - 1)
      free += 1
    },
  }
}
