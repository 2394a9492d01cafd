import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { CompiledQuery, QueryResult } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Execute } from './database.ts'
import { isUnavailable } from './sqlite-errors.ts'

/** More different statements than Usher has; a guard against statements that never repeat. */
const STATEMENTS_KEPT = 500

/** The first who opens the file after a crash repairs it, and whoever comes meanwhile waits. */
const OPENING_MS = 5_000
const CACHE_KIB = 65_536

export interface SqliteOptions {
  readonly role: 'reader' | 'writer'
  /** How long a statement waits for another process, stopping everybody in this one. */
  readonly busyMs: number
}

/** One connection to a SQLite file. */
export interface SqliteConnection {
  readonly execute: Execute
  /** For one statement that is not the query builder's. */
  readonly run: (sql: string) => void
  /** False after the database itself has rolled back. */
  readonly isInTransaction: () => boolean
  readonly close: () => void
}

/** Every COMMIT reaches the disk before it returns (`synchronous=full`, on macOS `fullfsync` too); readers do not block the writer (WAL). */
export const openSqlite = (file: string, { role, busyMs }: SqliteOptions): SqliteConnection => {
  const database = new DatabaseSync(file, { timeout: OPENING_MS, enableForeignKeyConstraints: true })
  database.exec(
    `pragma journal_mode=wal; pragma synchronous=full; pragma fullfsync=on; pragma cache_size=-${CACHE_KIB}; pragma temp_store=memory`,
  )
  database.exec(`pragma busy_timeout=${busyMs}`)
  if (role === 'reader') database.exec('pragma query_only=on')
  const prepare = statements(database)
  return {
    // Async, so that a statement that throws rejects as it does everywhere else.
    execute: async (query) => {
      try {
        return runOne(prepare(query.sql), query)
      } catch (error) {
        throw isUnavailable(error) ? new UsherError('storage_unavailable', { cause: error }) : error
      }
    },
    run: (sql) => void prepare(sql).statement.run(),
    isInTransaction: () => database.isTransaction,
    close: () => database.close(),
  }
}

interface Statement {
  readonly statement: StatementSync
  readonly answers: boolean
}

const runOne = ({ statement, answers }: Statement, { parameters }: CompiledQuery): QueryResult<unknown> => {
  // SQLite refuses whatever is not one of its values.
  const values = parameters as SQLInputValue[]
  if (answers) return { rows: statement.all(...values) }
  const { changes } = statement.run(...values)
  return { rows: [], numAffectedRows: BigInt(changes) }
}

const statements = (database: DatabaseSync): ((sql: string) => Statement) => {
  const kept = new Map<string, Statement>()
  return (sql) => {
    const known = kept.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    const made = { statement, answers: statement.columns().length > 0 }
    if (kept.size >= STATEMENTS_KEPT) kept.clear()
    kept.set(sql, made)
    return made
  }
}
