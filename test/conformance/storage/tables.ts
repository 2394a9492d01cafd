import { type Kysely, sql } from 'kysely'
import { test, type TestContext } from 'node:test'
import type { Schema } from '../../../src/storage/schema.ts'
import type { Storage } from '../../../src/storage/storage.ts'

/** A database with two tables of the test's own: `notes`, and `replies`, whose note is looked for at COMMIT only. */
export interface Opened {
  readonly storage: Storage
  /** Opens the same database once more, as another process would. */
  readonly again: () => Promise<Storage>
}

export type It = (sentence: string, check: (opened: Opened) => Promise<void>) => void

export const itOn =
  (name: string, open: (t: TestContext) => Promise<() => Promise<Storage>>): It =>
  (sentence, check) =>
    void test(`${name}: ${sentence}`, async (t) => {
      const again = await open(t)
      const storage = await again()
      await storage.write(makeTables)
      await check({ storage, again })
    })

const makeTables = async (tx: Kysely<Schema>): Promise<void> => {
  await sql`create table notes (id integer primary key, body text, size bigint)`.execute(tx)
  await sql`create table replies (id integer primary key, note integer references notes (id) deferrable initially deferred)`.execute(tx)
}

type Database = Kysely<Schema>

export const addNote = (db: Database, id: number, body: string | null = null, size: number | null = null) =>
  sql`insert into notes (id, body, size) values (${id}, ${body}, ${size})`.execute(db)

/** A reply to a note there is not: the statement passes, COMMIT does not. */
export const addOrphan = (db: Database, id: number) => sql`insert into replies (id, note) values (${id}, ${-1})`.execute(db)

export const noteIds = async (db: Database): Promise<readonly number[]> => {
  const { rows } = await sql<{ id: number }>`select id from notes order by id`.execute(db)
  return rows.map(({ id }) => id)
}

export const replyCount = async (db: Database): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from replies`.execute(db)
  return rows[0]?.count ?? -1
}

export const setSize = (db: Database, id: number, size: number) => sql`update notes set size = ${size} where id = ${id}`.execute(db)

export const sizeOf = async (db: Database, id: number): Promise<number | null | undefined> => {
  const { rows } = await sql<{ size: number | null }>`select size from notes where id = ${id}`.execute(db)
  return rows[0]?.size
}
