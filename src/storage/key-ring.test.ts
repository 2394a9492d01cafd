import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { type Dialect, parts, postgres, sqlite } from '../../test/support/storage-dialects.ts'
import { openKeyRing } from './key-ring.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import type { Storage } from './storage.ts'

const newKey = () => new Secret(randomBytes(32).toString('base64'))
const place = { table: 'signing_keys', row: 'one', column: 'private_key_sealed' }
const isWrongKey = (error: unknown): boolean => error instanceof UsherError && error.code === 'key_wrong'

const open = (storage: Storage, keyEncryptionKey: Secret) => openKeyRing({ ...parts, storage, keyEncryptionKey })

const suite = ({ name, open: openDatabase }: Dialect): void => {
  test(`${name}: the keys are made at the first start and stay the same`, async (t) => {
    const database = await (await openDatabase(t))()
    await migrate({ ...parts, database, migrations })
    const key = newKey()
    const first = await open(database, key)
    const second = await open(database, key)
    assert.equal(Buffer.from(first.identityKey.reveal(), 'base64').length, 32)
    assert.equal(second.identityKey.reveal(), first.identityKey.reveal())
    const sealed = first.sealer.seal(new Secret('private'), place)
    assert.equal(second.sealer.open(sealed, place).reveal(), 'private')
  })

  test(`${name}: nodes that start at the same time agree on the keys`, async (t) => {
    const again = await openDatabase(t)
    const databases = await Promise.all(Array.from({ length: 4 }, again))
    await Promise.all(databases.map((database) => migrate({ ...parts, database, migrations })))
    const key = newKey()
    const rings = await Promise.all(databases.map((database) => open(database, key)))
    assert.equal(new Set(rings.map(({ identityKey }) => identityKey.reveal())).size, 1)
    const sealed = rings.map(({ sealer }) => sealer.seal(new Secret('private'), place))
    for (const { sealer } of rings) for (const text of sealed) assert.equal(sealer.open(text, place).reveal(), 'private')
  })

  test(`${name}: another key-encryption key stops the start and changes nothing`, async (t) => {
    const database = await (await openDatabase(t))()
    await migrate({ ...parts, database, migrations })
    await open(database, newKey())
    const before = await database.read.selectFrom('lasting_secrets').selectAll().orderBy('name').execute()
    await assert.rejects(open(database, newKey()), isWrongKey)
    await assert.rejects(open(database, new Secret('not a key')), isWrongKey)
    assert.deepEqual(await database.read.selectFrom('lasting_secrets').selectAll().orderBy('name').execute(), before)
  })

  test(`${name}: keys that were exchanged in the database do not open, and none is stored in clear`, async (t) => {
    const database = await (await openDatabase(t))()
    await migrate({ ...parts, database, migrations })
    const key = newKey()
    const { identityKey } = await open(database, key)
    const rows = await database.read.selectFrom('lasting_secrets').selectAll().orderBy('name').execute()
    assert.deepEqual(
      rows.map((row) => row.name),
      ['data', 'identity'],
    )
    for (const { value_sealed: sealed } of rows) assert.ok(!sealed.includes(identityKey.reveal()) && !sealed.includes(key.reveal()))
    const [data, identity] = rows.map((row) => row.value_sealed)
    await database.write(async (tx) => {
      await sql`update lasting_secrets set value_sealed = ${identity} where name = 'data'`.execute(tx)
      await sql`update lasting_secrets set value_sealed = ${data} where name = 'identity'`.execute(tx)
    })
    await assert.rejects(open(database, key), isWrongKey)
  })

  test(`${name}: a key that is gone stops the start instead of being made anew`, async (t) => {
    const database = await (await openDatabase(t))()
    await migrate({ ...parts, database, migrations })
    const key = newKey()
    await open(database, key)
    await database.write((tx) => tx.deleteFrom('lasting_secrets').where('name', '=', 'identity').execute())
    await assert.rejects(open(database, key), (error: unknown) => error instanceof UsherError && error.code === 'key_missing')
    const left = await database.read.selectFrom('lasting_secrets').select('name').execute()
    assert.deepEqual(
      left.map((row) => row.name),
      ['data'],
    )
  })
}

for (const dialect of [sqlite, ...postgres()]) suite(dialect)
