import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '#kernel/secret.ts'
import { connectionFingerprint, fingerprintWithoutFiles } from '#lib/connection-fingerprint.ts'
import { parts, postgres, sqlite } from '../../../test/support/storage-dialects.ts'
import { openKeyRing, storedSealer } from '../key-ring.ts'
import { migrate } from '../migrate.ts'
import { sealedValue } from '../stores/settings-text.ts'
import { migrations } from './all.ts'

const ca = new Secret('-----BEGIN CERTIFICATE-----one')

const connection = (name: string, settings: object = {}) => ({
  id: `con_${name}`,
  name,
  type: 'ldap',
  settings: { base: 'dc=x', bindPassword: new Secret('open sesame'), ...settings },
})

const tested = connection('tested', { ca })
const all = [tested, connection('changed', { ca }), connection('never', { ca }), connection('fileless')]

for (const dialect of [sqlite, ...postgres()])
  test(`${dialect.name}: an upgrade keeps connections on that were tested before their files were looked at, and no other`, async (t) => {
    const database = await (await dialect.open(t))()
    await migrate({ ...parts, database, migrations: migrations.filter(({ name }) => name < '0007') })
    const keys = { ...parts, keyEncryptionKey: new Secret(randomBytes(32).toString('base64')) }
    const { sealer } = await openKeyRing({ ...keys, storage: database })
    const old = [
      ['tested', fingerprintWithoutFiles(tested)],
      ['changed', fingerprintWithoutFiles(connection('changed', { base: 'dc=y' }))],
      ['fileless', fingerprintWithoutFiles(connection('fileless'))],
    ]
    await database.write(async (tx) => {
      const body = JSON.stringify(sealedValue({ connections: all }, 'settings', sealer))
      await sql`insert into settings (name, revision, body_json) values ('current', 1, ${body})`.execute(tx)
      for (const [name, fingerprint] of old)
        await sql`insert into connection_tests (connection, fingerprint, at, ${sql.ref('by')})
          values (${name}, ${fingerprint}, 7, 'who tested it')`.execute(tx)
    })
    const before = await database.read.selectFrom('connection_tests').selectAll().execute()
    await migrate({ ...parts, database, migrations, sealer: (db) => storedSealer(db, keys) })
    const rows = await database.read.selectFrom('connection_tests').selectAll().execute()
    const added = rows.filter((row) => !before.some((one) => one.fingerprint === row.fingerprint))
    assert.deepEqual(
      added.map((row) => ({ ...row })),
      [{ connection: 'tested', fingerprint: connectionFingerprint(tested), at: 7, by: 'who tested it' }],
    )
    assert.equal(rows.length, before.length + 1, 'old nodes find what they know')
    await migrate({ ...parts, database, migrations })
  })
