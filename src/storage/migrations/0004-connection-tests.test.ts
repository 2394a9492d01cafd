import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '#kernel/secret.ts'
import { fingerprintWithoutFiles } from '#lib/connection-fingerprint.ts'
import { parts, postgres, sqlite } from '../../../test/support/storage-dialects.ts'
import { migrate } from '../migrate.ts'
import { migrations } from './all.ts'

const settings = { issuer: 'https://acme.example', scopes: ['openid'] }

const connection = (name: string) => ({
  id: `con_${name}`,
  name,
  type: 'oidc',
  label: name,
  brand: 'oidc',
  homeRealms: [],
  settings: { ...settings, clientSecret: { $sealed: 'v1.something' } },
})

for (const dialect of [sqlite, ...postgres()])
  test(`${dialect.name}: an upgrade keeps connections on that people signed in through, and no other`, async (t) => {
    const database = await (await dialect.open(t))()
    const before = migrations.findIndex(({ name }) => name.startsWith('0004'))
    const upTo = migrations.slice(0, before + 1)
    await migrate({ ...parts, database, migrations: migrations.slice(0, before) })
    const body = JSON.stringify({ connections: [connection('used'), connection('new')] })
    await database.write(async (tx) => {
      await sql`insert into settings (name, revision, body_json) values ('current', 1, ${body})`.execute(tx)
      for (const at of [5, 7])
        await sql`insert into users (id, connection, issuer, subject, email_verified, created_at)
          values (${`user ${at}`}, 'con_used', 'i', ${`s${at}`}, 0, ${at})`.execute(tx)
    })
    await migrate({ ...parts, database, migrations: upTo })
    const fingerprint = fingerprintWithoutFiles({ type: 'oidc', settings: { ...settings, clientSecret: new Secret('whatever') } })
    const kept = await database.read.selectFrom('connection_tests').selectAll().execute()
    assert.deepEqual(
      kept.map((row) => ({ ...row })),
      [{ connection: 'used', fingerprint, at: 7, by: 'people who signed in' }],
    )
  })
