/** A signed token and what an audit needs to say about it. */
export interface Token {
  readonly id: string
  readonly format: string
  /** The serialized, signed token. */
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Named statements inside a token beyond the subject. Reserved names are dropped by every format. */
export type Claims = Readonly<Record<string, string | readonly string[]>>
