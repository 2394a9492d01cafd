import type { Transaction } from '#kernel/transaction.ts'

/** A step threw (the cause): how far the sign-in had come by then, so that it can be said whose it was. */
export class Halted extends Error {
  readonly transaction: Transaction

  constructor(transaction: Transaction, cause: unknown) {
    super('a step threw', { cause })
    this.name = 'Halted'
    this.transaction = transaction
  }
}
