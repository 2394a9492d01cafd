import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { UsherError } from '#kernel/errors.ts'

const BUSY_MS = 30_000

/**
 * Writes the database as it stands at one moment to a new file that nobody else may read, while a server uses it or not.
 * The file itself is no such copy: what was written last may be in the one beside it (write-ahead log). Throws
 * `storage_unavailable` when there is no database, when there is such a file already, or when it cannot be written.
 */
export const backUpSqlite = (file: string, to: string): void => {
  if (!existsSync(file)) throw new UsherError('storage_unavailable', { detail: { file, problem: 'there is no database' } })
  const made = makePrivate(to)
  try {
    copy(file, to)
    fsyncSync(made)
  } catch (error) {
    rmSync(to)
    throw unwritable(to, error)
  } finally {
    closeSync(made)
  }
}

const makePrivate = (to: string): number => {
  try {
    return openSync(to, 'wx+', 0o600)
  } catch (error) {
    throw unwritable(to, error)
  }
}

/** SQLite writes into a file that is there only while that is empty. */
const copy = (file: string, to: string): void => {
  const database = new DatabaseSync(file, { timeout: BUSY_MS })
  try {
    database.prepare('vacuum into ?').run(to)
  } finally {
    database.close()
  }
}

const unwritable = (file: string, cause: unknown) => {
  const problem = `the copy cannot be written: ${cause instanceof Error ? cause.message : cause}`
  return new UsherError('storage_unavailable', { cause, detail: { file, problem } })
}
