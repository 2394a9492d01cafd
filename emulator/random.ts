/** Randomness that can be played again: the same seed gives the same world. */
export interface SeededRandom {
  readonly seed: number
  /** At least 0, below 1. */
  readonly next: () => number
  /** A whole number, both ends included. */
  readonly between: (min: number, max: number) => number
  readonly pick: <T>(list: readonly [T, ...T[]]) => T
  readonly bytes: (length: number) => Buffer
  readonly guid: () => string
}

const A_BYTE = 256

// Mulberry32: 32 bits of state are plenty for delays and ids nobody attacks.
const mulberry = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

const asGuid = (bytes: Buffer): string => {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const createRandom = (seed: number): SeededRandom => {
  const next = mulberry(seed)
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(next() * A_BYTE)))
  return {
    seed,
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    bytes,
    guid: () => asGuid(bytes(16)),
  }
}
