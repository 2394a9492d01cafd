import { mkdirSync, openSync, closeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Storage } from '../storage.ts'
import { databases, type Grammar, preparedFor } from './database.ts'
import { groupCommit } from './group-commit.ts'
import { openSqlite } from './sqlite-connection.ts'

const grammar: Grammar = {
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
}

/** A SQLite file: one connection writes, another one reads, so that nobody acts on what is not yet durable. */
export const sqliteStorage = (file: string): Storage => {
  makePrivate(file)
  const writer = openSqlite(file, { isReader: false })
  const reader = openSqlite(file, { isReader: true })
  const databaseOn = databases(grammar)
  const { write, end } = groupCommit(writer, databaseOn)
  const read = databaseOn(reader.execute)
  return {
    read,
    write,
    prepared: preparedFor(read),
    close: async () => {
      await end()
      reader.close()
      writer.close()
    },
  }
}

/** Nobody else on the machine may read it; SQLite gives the files beside it the same mode. */
const makePrivate = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}
