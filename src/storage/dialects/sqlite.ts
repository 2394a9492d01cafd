import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import { databases, type Grammar, preparedFor } from './database.ts'
import type { Database } from './dialect.ts'
import { once } from './gate.ts'
import { groupCommit } from './group-commit.ts'
import { isServerLocked, lockServer } from './server-lock.ts'
import { openSqlite } from './sqlite-connection.ts'

const READER_BUSY_MS = 5_000
const WRITER_BUSY_MS = 50
const OTHERS = 0o077

const grammar: Grammar = {
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
}

const databaseOn = databases(grammar)

interface Options {
  readonly file: string
  readonly isServer: boolean
  readonly clock: Clock
}

/**
 * A SQLite file: one connection writes, another one reads, so that nobody acts on what is not yet durable. Throws
 * `storage_unavailable` when the file cannot be used.
 */
export const sqliteDatabase = ({ file, isServer, clock }: Options): Database => {
  makePrivate(file)
  const unlock = isServer ? lockServer(file) : () => undefined
  const { writer, reader } = openBoth(file, unlock)
  const { write, isSound, end } = groupCommit({ ...writer, databaseOn }, clock)
  const read = databaseOn(reader.execute)
  return {
    read,
    write,
    prepared: preparedFor(read),
    // BEGIN IMMEDIATE lets one writer in, whichever process it is in.
    alone: write,
    isServed: () => !isServer && isServerLocked(file),
    isOnlyServer: isServer,
    isSound,
    close: once(async () => {
      await end()
      reader.close()
      writer.close()
      unlock()
    }),
  }
}

const openBoth = (file: string, unlock: () => void) => {
  try {
    const writer = openSqlite(file, { role: 'writer', busyMs: WRITER_BUSY_MS })
    return { writer, reader: openSqlite(file, { role: 'reader', busyMs: READER_BUSY_MS }) }
  } catch (error) {
    unlock()
    throw unusable(file, error)
  }
}

const unusable = (file: string, cause: unknown) =>
  new UsherError('storage_unavailable', {
    cause,
    detail: { file, problem: `the database cannot be opened: ${cause instanceof Error ? cause.message : cause}` },
  })

/** Nobody else on the machine may read it; SQLite gives the files beside it the same mode. */
const makePrivate = (file: string): void => {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw unusable(file, error)
  }
  // Windows has other means and always says the same here.
  if (process.platform === 'win32' || (statSync(file).mode & OTHERS) === 0) return
  const problem = `others on this machine may read the database. Run: chmod 600 ${file}*`
  throw new UsherError('storage_unavailable', { detail: { file, problem } })
}
