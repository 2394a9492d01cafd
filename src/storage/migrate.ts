import { type Kysely, sql } from 'kysely'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { Database } from './dialects/dialect.ts'
import type { Schema } from './schema.ts'

/** One step forward, the same for both dialects. There is no way back. */
export interface Migration {
  /** Number and words: `0001-first`. They run in this order, and a name is never used twice. */
  readonly name: string
  /** True when a program that does not know this step cannot work with the database any more. */
  readonly breaking: boolean
  /** `sealer` opens what is sealed, where that is needed to go forward. */
  readonly up: (db: Kysely<unknown>, sealer: () => Promise<Secrets>) => Promise<void>
}

interface Parts {
  readonly database: Database
  readonly migrations: readonly Migration[]
  /** Whether one that an earlier version left is brought up. One that is new always is. */
  readonly mayUpgrade: boolean
  /** Of the keys that the database has. */
  readonly sealer: (db: Kysely<Schema>) => Promise<Secrets>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Brings the database to this program's version, in one unit: a start that dies on the way has changed nothing, and a
 * second start waits for the first. Throws `storage_unavailable` for a database that a newer program has changed in a way
 * this one cannot follow, and for one of an earlier version that it may not bring up.
 */
export const migrate = async ({ database, migrations, mayUpgrade, sealer, clock, log }: Parts): Promise<void> => {
  const done = await database.alone(async (tx) => {
    await createBook(tx)
    const known = await readBook(tx)
    assertUnderstood(known, migrations)
    const missing = migrations.filter(({ name }) => !known.some((one) => one.name === name))
    if (known.length > 0 && !mayUpgrade) assertCurrent(missing)
    assertNobodyBreaks(missing, database)
    for (const { name, breaking, up } of missing) {
      // A migration knows the tables as they were then, not as the schema has them today.
      await up(tx as unknown as Kysely<unknown>, () => sealer(tx))
      await sql`insert into migrations (name, breaking, applied_at) values (${name}, ${breaking ? 1 : 0}, ${clock.now()})`.execute(tx)
    }
    return missing
  })
  for (const { name } of done) log.info('migrated', { step: name })
}

interface Entry {
  readonly name: string
  readonly breaking: number
}

const createBook = (tx: Kysely<Schema>) =>
  sql`create table if not exists migrations (name text primary key, breaking integer not null, applied_at bigint not null)`.execute(tx)

const readBook = async (tx: Kysely<Schema>): Promise<readonly Entry[]> => {
  const { rows } = await sql<Entry>`select name, breaking from migrations order by name`.execute(tx)
  return rows
}

const assertUnderstood = (known: readonly Entry[], migrations: readonly Migration[]): void => {
  const stranger = known.find(({ name, breaking }) => breaking === 1 && !migrations.some((one) => one.name === name))
  if (!stranger) return
  const problem = `the database was changed by a newer version of Usher (${stranger.name}). Start that version, or restore a backup from before it`
  throw new UsherError('storage_unavailable', { detail: { problem } })
}

const assertCurrent = ([next]: readonly Migration[]): void => {
  if (!next) return
  const problem = `the database is of an earlier version of Usher (${next.name} is missing). After \`usher backup\`, \`usher migrate\` brings it to this one, and so does the start of the server`
  throw new UsherError('storage_unavailable', { detail: { problem } })
}

const assertNobodyBreaks = (missing: readonly Migration[], { isServed }: Database): void => {
  const step = missing.find(({ breaking }) => breaking)
  if (!step || !isServed()) return
  const problem = `a server of an older version is running, and it cannot work after ${step.name}. Stop it first`
  throw new UsherError('storage_unavailable', { detail: { problem } })
}
