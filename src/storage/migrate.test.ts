import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import { type Dialect, parts, postgres, sqlite } from '../../test/support/storage-dialects.ts'
import { type Migration, migrate } from './migrate.ts'
import { migrations as ours } from './migrations/all.ts'
import type { Storage } from './storage.ts'

const addTable = (table: string, breaking = false): Migration => ({
  name: table,
  breaking,
  up: async (db) => {
    await sql`create table ${sql.table(table)} (id integer primary key)`.execute(db)
    await sql`insert into ${sql.table(table)} (id) values (1)`.execute(db)
  },
})

const one = addTable('m0001')
const two = addTable('m0002')
const three = addTable('m0003')

const broken: Migration = {
  name: 'm0002',
  breaking: false,
  up: async (db, sealer) => {
    await two.up(db, sealer)
    throw new Error('mishap')
  },
}

const applied = async ({ read }: Storage): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(read)
  return rows.map(({ name }) => name)
}

const hasTable = (storage: Storage, table: string): Promise<boolean> =>
  sql`select id from ${sql.table(table)}`.execute(storage.read).then(
    () => true,
    () => false,
  )

const suite = ({ name, open }: Dialect): void => {
  const it = (sentence: string, check: (opened: Awaited<ReturnType<Dialect['open']>>, t: TestContext) => Promise<void>) =>
    void test(`${name}: ${sentence}`, async (t) => check(await open(t), t))

  it('each step is taken once, in order, and said', async (again) => {
    const database = await again()
    const said: unknown[] = []
    const log = { ...parts.log, info: (event: string, fields?: { readonly step?: unknown }) => void said.push([event, fields?.step]) }
    await migrate({ ...parts, log, database, migrations: [one, two] })
    await migrate({ ...parts, log, database, migrations: [one, two] })
    await migrate({ ...parts, log, database, migrations: [one, two, three] })
    assert.deepEqual(said, [
      ['migrated', 'm0001'],
      ['migrated', 'm0002'],
      ['migrated', 'm0003'],
    ])
    assert.deepEqual(await applied(database), ['m0001', 'm0002', 'm0003'])
  })

  it('a step that fails leaves nothing of itself or of the steps before it, and the next start begins anew', async (again) => {
    const database = await again()
    await assert.rejects(migrate({ ...parts, database, migrations: [one, broken] }), /mishap/)
    assert.deepEqual([await hasTable(database, 'm0001'), await hasTable(database, 'm0002')], [false, false])
    await migrate({ ...parts, database, migrations: [one, two] })
    assert.deepEqual(await applied(database), ['m0001', 'm0002'])
  })

  it('starts at the same time take each step once', async (again) => {
    const databases = await Promise.all(Array.from({ length: 4 }, again))
    await Promise.all(databases.map((database) => migrate({ ...parts, database, migrations: [one, two] })))
    for (const database of databases) assert.deepEqual(await applied(database), ['m0001', 'm0002'])
  })

  it('a database of a newer version is used while the old one understands it', async (again) => {
    const database = await again()
    await migrate({ ...parts, database, migrations: [one, two] })
    await migrate({ ...parts, database, migrations: [one] })
    assert.deepEqual(await applied(database), ['m0001', 'm0002'])
  })

  it('a database of a newer version is refused once it does not, and left as it is', async (again) => {
    const database = await again()
    await migrate({ ...parts, database, migrations: [one, addTable('m0002', true)] })
    await assert.rejects(migrate({ ...parts, database, migrations: [one, three] }), (error: unknown) => {
      assert.ok(error instanceof UsherError)
      assert.equal(error.code, 'storage_unavailable')
      assert.match(String(error.detail['problem']), /newer version of Usher \(m0002\)/)
      return true
    })
    assert.deepEqual(await applied(database), ['m0001', 'm0002'])
    assert.equal(await hasTable(database, 'm0003'), false)
  })

  it('a command makes a new database, and leaves one of an earlier version as it is', async (again) => {
    const database = await again()
    const command = { ...parts, database, mayUpgrade: false }
    await migrate({ ...command, migrations: [one] })
    await migrate({ ...command, migrations: [one] })
    await assert.rejects(migrate({ ...command, migrations: [one, two] }), (error: unknown) => {
      assert.ok(error instanceof UsherError)
      assert.equal(error.code, 'storage_unavailable')
      assert.match(String(error.detail['problem']), /earlier version of Usher \(m0002 is missing\)\. After `usher backup`, `usher migrate`/)
      return true
    })
    assert.deepEqual(await applied(database), ['m0001'])
    assert.equal(await hasTable(database, 'm0002'), false)
    await migrate({ ...command, mayUpgrade: true, migrations: [one, two] })
    await migrate({ ...command, migrations: [one, two] })
  })

  it('a step that would break a running server waits until it has stopped', async (again) => {
    const database = await again()
    await migrate({ ...parts, database, migrations: [one] })
    const served = { ...database, isServed: () => true }
    const migrations = [one, two, addTable('m0003', true)]
    await assert.rejects(migrate({ ...parts, database: served, migrations }), (error: unknown) => {
      assert.ok(error instanceof UsherError)
      assert.match(String(error.detail['problem']), /cannot work after m0003. Stop it first/)
      return true
    })
    assert.deepEqual(await applied(database), ['m0001'])
    await migrate({ ...parts, database: served, migrations: [one, two] })
    await migrate({ ...parts, database, migrations })
    assert.deepEqual(await applied(database), ['m0001', 'm0002', 'm0003'])
  })

  it('all steps of this version run', async (again) => {
    const database = await again()
    await migrate({ ...parts, database, migrations: ours })
    assert.deepEqual(
      await applied(database),
      ours.map((step) => step.name),
    )
    assert.deepEqual(await database.read.selectFrom('settings').selectAll().execute(), [])
  })
}

for (const dialect of [sqlite, ...postgres()]) suite(dialect)

test('steps are numbered, in order, and no name is used twice', () => {
  const names = ours.map(({ name }) => name)
  for (const [index, name] of names.entries()) assert.match(name, new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z-]+$`))
})
