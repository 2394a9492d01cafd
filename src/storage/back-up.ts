import { UsherError } from '#kernel/errors.ts'
import { backUpSqlite } from './dialects/sqlite-backup.ts'

/**
 * Copies a database (`sqlite:PATH`) to a new file. It is left as it is: nothing is migrated and no key is needed. Throws
 * `storage_unavailable`, and `settings_invalid` for a database that has means of its own.
 */
export const backUp = (database: string, to: string): void => {
  if (database.startsWith('sqlite:')) return backUpSqlite(database.slice('sqlite:'.length), to)
  throw new UsherError('settings_invalid', {
    detail: { field: 'database', problem: 'PostgreSQL has means of its own: pg_dump, or a base backup' },
  })
}
