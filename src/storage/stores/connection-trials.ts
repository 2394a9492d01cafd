import type { Trial } from '#kernel/connection-trial.ts'
import { Secret } from '#kernel/secret.ts'
import type { Place, Secrets } from '#lib/secrets.ts'
import type { Storage } from '../storage.ts'
import { hashOf } from './columns.ts'
import { comparable, reviveSecret } from './settings-text.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
}

/** Tests of connections, by the hash of what opens them; the settings under test and what was said are sealed. */
export const connectionTrialStore = ({ storage: { read, write }, sealer }: Parts) => ({
  add: async (trial: Trial): Promise<void> => {
    const id_hash = hashOf(trial.id)
    const row = { id_hash, version: 1, body_sealed: sealed(trial, id_hash, sealer), expires_at: trial.expiresAt }
    await write((tx) => tx.insertInto('connection_trials').values(row).execute())
  },
  find: async (id: string, at: number): Promise<{ readonly trial: Trial; readonly version: number } | undefined> => {
    const id_hash = hashOf(id)
    const row = await read
      .selectFrom('connection_trials')
      .selectAll()
      .where('id_hash', '=', id_hash)
      .where('expires_at', '>', at)
      .executeTakeFirst()
    return row && { trial: opened(row.body_sealed, id_hash, sealer), version: row.version }
  },
  /** False when another visit was faster, or it was taken back. */
  advance: async (trial: Trial, seenVersion: number): Promise<boolean> => {
    const id_hash = hashOf(trial.id)
    const { numUpdatedRows } = await write((tx) =>
      tx
        .updateTable('connection_trials')
        .set({ version: seenVersion + 1, body_sealed: sealed(trial, id_hash, sealer) })
        .where('id_hash', '=', id_hash)
        .where('version', '=', seenVersion)
        .executeTakeFirstOrThrow(),
    )
    return numUpdatedRows === 1n
  },
  /** Whoever ordered it does not wait any more. */
  remove: async (id: string): Promise<void> => {
    await write((tx) => tx.deleteFrom('connection_trials').where('id_hash', '=', hashOf(id)).execute())
  },
})

const placeOf = (row: string): Place => ({ table: 'connection_trials', row, column: 'body_sealed' })

/** Settings and all else apart: only in the former may something stand for a secret. */
const sealed = ({ connection, ...rest }: Trial, row: string, sealer: Secrets): string => {
  const texts = [JSON.stringify(comparable(connection)), JSON.stringify(rest)]
  return sealer.seal(new Secret(JSON.stringify(texts)), placeOf(row))
}

const opened = (text: string, row: string, sealer: Secrets): Trial => {
  const [connection, rest] = JSON.parse(sealer.open(text, placeOf(row)).reveal())
  return { ...JSON.parse(rest), connection: JSON.parse(connection, reviveSecret) }
}
