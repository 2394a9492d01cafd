/** Randomness as an argument: cryptographic in production, seeded in tests. */
export interface Randomness {
  readonly bytes: (length: number) => Buffer
}
