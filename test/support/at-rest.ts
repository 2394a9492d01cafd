import { DatabaseSync } from 'node:sqlite'
import { randomBytes } from 'node:crypto'
import { createSecrets, type Secrets } from '../../src/lib/secrets.ts'

/** The keys in a database file, opened with the key-encryption key as nobody else can. */
export const signingKeysIn = (
  file: string,
  wrapping: Secrets,
): { readonly identityKey: string; readonly privateKeys: readonly string[] } => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const lasting = (row: string) => {
      const sealed = database.prepare('select value_sealed from lasting_secrets where name = ?').get(row)?.['value_sealed']
      return wrapping.open(String(sealed), { table: 'lasting_secrets', row, column: 'value_sealed' })
    }
    const sealer = createSecrets(lasting('data'), { bytes: randomBytes })
    const rows = database.prepare('select id, private_key_sealed from signing_keys').all()
    const privateKeys = rows.map(({ id, private_key_sealed }) =>
      sealer.open(String(private_key_sealed), { table: 'signing_keys', row: String(id), column: 'private_key_sealed' }).reveal(),
    )
    return { identityKey: lasting('identity').reveal(), privateKeys }
  } finally {
    database.close()
  }
}
