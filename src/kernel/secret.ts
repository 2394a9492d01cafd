/** A value that does not print. Only the line that spends it calls `reveal()`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  // Node's inspect and console.log look for this symbol by name.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
