import type { Secret } from '#kernel/secret.ts'
import type { Place, Secrets } from '#lib/secrets.ts'
import type { SigningKeysTable } from '../schema.ts'
import type { Storage } from '../storage.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
}

interface KeyRecord {
  readonly id: string
  readonly state: 'next' | 'active' | 'retired'
  readonly certificatePem: string
  readonly privateKeyPem: Secret
  readonly notAfter: number
  readonly createdAt: number
}

/** Signing keys, the private part sealed. */
export const keyStore = ({ storage: { read, write }, sealer }: Parts) => {
  const list = async (): Promise<readonly KeyRecord[]> => {
    const rows = await read.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map((row) => recordIn(row, sealer))
  }
  return {
    list,
    /** Adds the keys unless there are some already, and returns those there are. */
    found: async (keys: readonly KeyRecord[]): Promise<readonly KeyRecord[]> => {
      const rows = keys.map((key) => recordRow(key, sealer))
      await write(async (tx) => {
        const known = await tx.selectFrom('signing_keys').select('id').limit(1).executeTakeFirst()
        if (known || rows.length === 0) return
        await tx
          .insertInto('signing_keys')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      })
      return list()
    },
  }
}

const placeOf = (id: string): Place => ({ table: 'signing_keys', row: id, column: 'private_key_sealed' })

const recordRow = (key: KeyRecord, sealer: Secrets): SigningKeysTable => ({
  id: key.id,
  state: key.state,
  certificate_pem: key.certificatePem,
  private_key_sealed: sealer.seal(key.privateKeyPem, placeOf(key.id)),
  not_after: key.notAfter,
  created_at: key.createdAt,
})

const recordIn = (row: SigningKeysTable, sealer: Secrets): KeyRecord => ({
  id: row.id,
  state: row.state,
  certificatePem: row.certificate_pem,
  privateKeyPem: sealer.open(row.private_key_sealed, placeOf(row.id)),
  notAfter: row.not_after,
  createdAt: row.created_at,
})
