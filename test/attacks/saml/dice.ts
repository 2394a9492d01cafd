/** Chance that can be played again. */
export interface Dice {
  /** A whole number from 0 to below the limit. */
  readonly below: (limit: number) => number
  /** One of them. Throws when there is none. */
  readonly oneOf: <Kind>(these: readonly Kind[]) => Kind
  readonly isLucky: (oneIn: number) => boolean
}

/** A linear congruential generator of 48 bits, as drand48 has it; its high bits are what is used. */
export const diceOf = (seed: number): Dice => {
  let state = (BigInt(seed) << 16n) + 0x330en
  const below = (limit: number): number => {
    state = (state * 0x5deece66dn + 0xbn) & 0xffff_ffff_ffffn
    return Number((state >> 16n) % BigInt(limit))
  }
  const oneOf = <Kind>(these: readonly Kind[]): Kind => {
    const at = below(Math.max(1, these.length))
    const [found] = these.slice(at, at + 1)
    if (found === undefined) throw new RangeError('one of nothing')
    return found
  }
  return { below, oneOf, isLucky: (oneIn) => below(oneIn) === 0 }
}
