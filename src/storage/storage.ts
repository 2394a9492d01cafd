import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** What a unit may await: statements of its own transaction, nothing else (no timer, no network, no other unit). */
export type Unit<Result> = (tx: Kysely<Schema>) => Promise<Result>

/** A database as the stores see it, the same on SQLite and PostgreSQL. */
export interface Storage {
  /** Reads what is durable; never what an unresolved unit has written. Refuses to write. */
  readonly read: Kysely<Schema>
  /** Runs the unit whole or not at all, and resolves once it is durable. A unit that throws leaves nothing behind. */
  readonly write: <Result>(unit: Unit<Result>) => Promise<Result>
  readonly close: () => Promise<void>
}
