import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Database } from './dialects/dialect.ts'
import { sqliteDatabase } from './dialects/sqlite.ts'
import { openKeyRing, storedSealer } from './key-ring.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import { createStores, type Stores } from './stores/stores.ts'

export type { Stores } from './stores/stores.ts'

export interface StorageOptions {
  /** `sqlite:PATH` or `postgres://…`. */
  readonly database: string
  /** Base64 of 32 bytes. */
  readonly keyEncryptionKey: Secret
  /**
   * A `command` works beside a running server, and is refused a database that an earlier version left; an `upgrade` is a
   * command that brings it up. A second `server` on one SQLite file is refused.
   */
  readonly role: 'server' | 'command' | 'upgrade'
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

export interface OpenedStorage {
  readonly stores: Stores
  /** True for the one server there can be: what others were at when they ended, nobody is at any more. */
  readonly isOnlyServer: boolean
  /** Whether the database answers now. */
  readonly health: () => Promise<boolean>
  readonly close: () => Promise<void>
}

/**
 * Opens the database, brings it to this program's version and unlocks its keys. The only server there can be ends the
 * leases of all that were before it. Throws `storage_unavailable` when it cannot be reached, is in use, is too new or too old, and
 * `key_wrong` when it was made with another key-encryption key.
 */
export const openStorage = async (options: StorageOptions): Promise<OpenedStorage> => {
  const database = await openDatabase(options)
  try {
    const mayUpgrade = options.role !== 'command'
    await migrate({ ...options, database, migrations, mayUpgrade, sealer: (db) => storedSealer(db, options) })
    const { sealer, identityKey } = await openKeyRing({ ...options, storage: database })
    const stores = createStores({ ...options, storage: database, sealer, identityKey })
    if (database.isOnlyServer) await stores.accounts.endLeases()
    return {
      stores,
      isOnlyServer: database.isOnlyServer,
      health: () => answers(database),
      close: database.close,
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

// The driver that is not used is not loaded: it would cost every start time and memory.
const openDatabase = async (options: StorageOptions): Promise<Database> => {
  const { database: address } = options
  if (!/^postgres(ql)?:/.test(address))
    return sqliteDatabase({ ...options, isServer: options.role === 'server', file: address.replace(/^sqlite:/, '') })
  const { postgresDatabase } = await import('./dialects/postgres.ts')
  return postgresDatabase({ ...options, url: address })
}

const answers = async ({ read, isSound }: Database): Promise<boolean> => {
  try {
    await read.selectFrom('settings').select('revision').limit(1).execute()
    return isSound()
  } catch {
    return false
  }
}
