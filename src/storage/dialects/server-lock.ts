import { closeSync, existsSync, openSync, realpathSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { UsherError } from '#kernel/errors.ts'
import { isBusy } from './sqlite-errors.ts'

/**
 * Lets one server at a time use a SQLite file, which must be there. The lock is SQLite's own on a file beside it, so it ends
 * with the process, however that ends. Throws `storage_unavailable` when another server holds it.
 */
export const lockServer = (file: string): (() => void) => {
  const unlock = tryToLock(file)
  if (unlock) return unlock
  const problem = 'another Usher server is using this database. Stop it first; several servers at once need PostgreSQL'
  throw new UsherError('storage_unavailable', { detail: { file, problem } })
}

/** Whether a server is using the file now. */
export const isServerLocked = (file: string): boolean => {
  const unlock = tryToLock(file)
  unlock?.()
  return unlock === undefined
}

const tryToLock = (file: string): (() => void) | undefined => {
  // Beside the file itself, as SQLite's own, whatever link led to it.
  const lockFile = `${realpathSync(file)}-server`
  // Only when it is missing: to close a file ends every lock its own process has on it (POSIX fcntl).
  if (!existsSync(lockFile)) closeSync(openSync(lockFile, 'a', 0o600))
  const database = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    // Nothing is ever written to it, so its journal needs no file.
    database.exec('pragma journal_mode=memory; begin exclusive')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return () => database.close()
}
