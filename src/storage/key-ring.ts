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

/** Opens the keys, making them at the first start. Throws `key_wrong` when they were sealed with another key. */
export const openKeyRing = async ({ storage, keyEncryptionKey, randomness }: Parts): Promise<KeyRing> => {
  const wrapping = createSecrets(keyEncryptionKey, randomness)
  const key = async (name: string): Promise<Secret> => {
    const found = await storedKey(storage, name)
    const place = { table: 'lasting_secrets', row: name, column: 'value_sealed' }
    if (found !== undefined) return unwrap(() => wrapping.open(found, place))
    const fresh = new Secret(randomness.bytes(KEY_BYTES).toString('base64'))
    const entry = { name, value_sealed: wrapping.seal(fresh, place) }
    await storage.write((tx) => tx.insertInto('lasting_secrets').values(entry).onConflict((on) => on.doNothing()).execute())
    // Another node may have been first; only what is stored counts.
    return key(name)
  }
  return { sealer: createSecrets(await key('data'), randomness), identityKey: await key('identity') }
}

const storedKey = async (storage: Storage, name: string): Promise<string | undefined> => {
  const row = await storage.read.selectFrom('lasting_secrets').select('value_sealed').where('name', '=', name).executeTakeFirst()
  return row?.value_sealed
}

const unwrap = (open: () => Secret): Secret => {
  try {
    return open()
  } catch (error) {
    const problem = 'this is not the key-encryption key the database was made with. Put back the file it had, for example from the backup of the key'
    throw new UsherError('key_wrong', { cause: error, detail: { problem } })
  }
}
