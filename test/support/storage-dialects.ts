import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../../src/storage/dialects/dialect.ts'
import { postgresDatabase } from '../../src/storage/dialects/postgres.ts'
import { sqliteDatabase } from '../../src/storage/dialects/sqlite.ts'
import { type Postgres, startPostgres, withoutPostgres } from './postgres.ts'

/** Opens the one database of the test, any number of times; all are closed after it. */
export type OpenDatabase = () => Promise<Database>

export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  /** An empty database for this test. */
  readonly open: (t: TestContext) => Promise<OpenDatabase>
}

export const parts = {
  clock: { now: Date.now, sleep: (ms: number) => wait(ms) },
  randomness: { bytes: randomBytes },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  /** For migrations, as of a server that starts: they are taken. */
  mayUpgrade: true,
  /** For migrations: of a database without secrets. */
  sealer: () => Promise.reject(new Error('no secret was meant to be opened')),
}

const onSqlite: Dialect['open'] = async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'))
  const open = closedAfter(t, () => sqliteDatabase({ ...parts, file: join(folder, 'usher.db'), isServer: false }))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return open
}

const onPostgres = (): Dialect['open'] => {
  let server: Promise<Postgres> | undefined
  after(async () => (await server)?.close())
  return async (t) => {
    server ??= startPostgres()
    const url = await (await server).createDatabase()
    return closedAfter(t, () => postgresDatabase({ ...parts, url }))
  }
}

const closedAfter = (t: TestContext, open: () => Database): OpenDatabase => {
  const opened: Database[] = []
  t.after(() => Promise.all(opened.map((one) => one.close())))
  return async () => {
    const database = open()
    opened.push(database)
    return database
  }
}

export const sqlite: Dialect = { name: 'sqlite', open: onSqlite }

/** PostgreSQL, for the file that asks: one server for its tests. None where it is left out. */
export const postgres = (): readonly Dialect[] => (withoutPostgres ? [] : [{ name: 'postgres', open: onPostgres() }])
