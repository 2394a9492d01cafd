import type { Compilable, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * What a unit may await: statements of its own transaction, nothing else (no timer, no network, no other unit).
 * Where nodes meet it may run again from the start, so it changes nothing outside its transaction.
 */
export type Unit<Result> = (tx: Kysely<Schema>) => Promise<Result>

/** A statement that is compiled once and run with other values each time. */
export interface Prepared<Values, Row> {
  /** The rows it answers with; none for a statement that only writes. Runs on `storage.read` or on a unit's `tx`. */
  readonly all: (db: Kysely<Schema>, values: Values) => Promise<readonly Row[]>
  readonly first: (db: Kysely<Schema>, values: Values) => Promise<Row | undefined>
}

/** A database as the stores see it, the same on SQLite and PostgreSQL. */
export interface Storage {
  /** Reads what is durable; never what an unresolved unit has written. Refuses to write. */
  readonly read: Kysely<Schema>
  /**
   * Runs the unit whole or not at all, as if it were alone, and resolves once it is durable. A unit that throws leaves
   * nothing behind. A statement that fails ends its unit: prefer `on conflict` to catching.
   */
  readonly write: <Result>(unit: Unit<Result>) => Promise<Result>
  /**
   * For the few statements every sign-in needs: `build` runs once, with stand-ins for the values, which it only puts into
   * the statement and never looks at. The names are the same at every run; a value that may be missing is null.
   * `storage.prepared((db, { id }: { id: string }) => db.selectFrom('sessions').selectAll().where('id', '=', id))`
   */
  readonly prepared: <Values extends object, Row>(build: (db: Kysely<Schema>, values: Values) => Compilable<Row>) => Prepared<Values, Row>
  readonly close: () => Promise<void>
}
