import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'
import { createSecrets, type Secrets } from '#lib/secrets.ts'
import type { Storage } from './storage.ts'

const KEY_BYTES = 32

/** The keys that live in the database, themselves sealed with the key-encryption key. */
export interface KeyRing {
  /** Seals what stores keep. Its own key stays when the key-encryption key is exchanged. */
  readonly sealer: Secrets
  /** K_id: base64 of 32 bytes, made once and never changed, since every immutable ID comes from it. */
  readonly identityKey: Secret
}

interface Parts {
  readonly storage: Storage
  readonly keyEncryptionKey: Secret
  readonly randomness: Randomness
}

const names = ['data', 'identity'] as const
type Name = (typeof names)[number]

/**
 * Opens the keys, making them at the first start. Throws `key_wrong` when they were sealed with another key, and
 * `key_missing` when one of them is gone: a new one in its place would not fit what is there.
 */
export const openKeyRing = async ({ storage, keyEncryptionKey, randomness }: Parts): Promise<KeyRing> => {
  const wrapping = createSecrets(keyEncryptionKey, randomness)
  const fresh = names.map((name) => ({ name, value_sealed: wrapping.seal(newKey(randomness), placeOf(name)) }))
  const found = (await storedKeys(storage.read)) ?? (await foundKeys(storage, fresh))
  return ringOf(found, wrapping, randomness)
}

/** What opens the secrets of a database that has some, within a unit. Throws as `openKeyRing` does. */
export const storedSealer = async (
  db: Storage['read'],
  { keyEncryptionKey, randomness }: Pick<Parts, 'keyEncryptionKey' | 'randomness'>,
): Promise<Secrets> => ringOf(await keptKeys(db), createSecrets(keyEncryptionKey, randomness), randomness).sealer

const ringOf = (found: Sealed, wrapping: Secrets, randomness: Randomness): KeyRing => {
  const key = (name: Name): Secret => unwrap(() => wrapping.open(found.get(name) ?? '', placeOf(name)))
  return { sealer: createSecrets(key('data'), randomness), identityKey: key('identity') }
}

const newKey = (randomness: Randomness) => new Secret(randomness.bytes(KEY_BYTES).toString('base64'))

const placeOf = (name: Name) => ({ table: 'lasting_secrets', row: name, column: 'value_sealed' })

type Sealed = ReadonlyMap<string, string>

/** Undefined before the first start. */
const storedKeys = async (db: Storage['read']): Promise<Sealed | undefined> => {
  const rows = await db.selectFrom('lasting_secrets').select(['name', 'value_sealed']).where('name', 'in', names).execute()
  if (rows.length === 0) return undefined
  const stored = new Map(rows.map((row) => [row.name, row.value_sealed]))
  const lost = names.find((name) => !stored.has(name))
  if (lost === undefined) return stored
  throw new UsherError('key_missing', { detail: { problem: `the database has lost its key "${lost}". Restore a backup` } })
}

/** Another node may be first; only what is stored counts. */
const foundKeys = async (storage: Storage, rows: readonly { readonly name: Name; readonly value_sealed: string }[]): Promise<Sealed> => {
  await storage.write((tx) =>
    tx
      .insertInto('lasting_secrets')
      .values(rows)
      .onConflict((on) => on.doNothing())
      .execute(),
  )
  return keptKeys(storage.read)
}

const keptKeys = async (db: Storage['read']): Promise<Sealed> => {
  const stored = await storedKeys(db)
  if (!stored) throw new UsherError('key_missing', { detail: { problem: 'the database has not kept its keys' } })
  return stored
}

const unwrap = (open: () => Secret): Secret => {
  try {
    return open()
  } catch (error) {
    const problem =
      'this is not the key-encryption key the database was made with. Put back the file it had, for example from the backup of the key'
    throw new UsherError('key_wrong', { cause: error, detail: { problem } })
  }
}
