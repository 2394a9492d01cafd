import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { UsherError } from '#kernel/errors.ts'
import { storageConformance } from '../../../test/conformance/storage.ts'
import { type Postgres, startPostgres, withoutPostgres } from '../../../test/support/postgres.ts'
import { parts, postgres } from '../../../test/support/storage-dialects.ts'
import type { Schema } from '../schema.ts'
import { postgresDatabase } from './postgres.ts'

for (const { name, open } of postgres()) storageConformance(name, open)

let server: Promise<Postgres> | undefined
after(async () => (await server)?.close())

/** A database with one table `notes` of one row, and an administrator's connection to it. `more` is added to its address. */
const prepared = async (t: TestContext, more = '') => {
  server ??= startPostgres()
  const url = await (await server).createDatabase()
  const administrator = new pg.Client({ connectionString: url })
  await administrator.connect()
  const database = postgresDatabase({ ...parts, url: `${url}${more}` })
  t.after(async () => {
    await database.close()
    await administrator.end()
  })
  await administrator.query('create table notes (id integer primary key, size integer); insert into notes values (1, 0)')
  return { administrator, database }
}

const sizeOf = async (db: Kysely<Schema>): Promise<number> => {
  const { rows } = await sql<{ size: number }>`select size from notes where id = 1`.execute(db)
  return rows[0]?.size ?? -1
}

const setSize = (db: Kysely<Schema>, size: number) => sql`update notes set size = ${size} where id = 1`.execute(db)

const isUnavailable = (error: unknown): boolean => error instanceof UsherError && error.code === 'storage_unavailable'

const it = (sentence: string, check: (t: TestContext) => Promise<void>) =>
  void test(`postgres: ${sentence}`, { skip: withoutPostgres }, check)

/** Keeps the unit busy with its own statements, which is all it may wait for, until `work` is over. */
const meanwhile = async (tx: Kysely<Schema>, work: Promise<unknown>): Promise<void> => {
  let isOver = false
  void work.finally(() => {
    isOver = true
  })
  while (!isOver) await sql`select 1`.execute(tx)
}

it('a unit that met another one runs again, and what it saw first is forgotten', async (t) => {
  const { administrator, database } = await prepared(t)
  const seen: number[] = []
  await database.write(async (tx) => {
    const size = await sizeOf(tx)
    seen.push(size)
    if (seen.length <= 2) await meanwhile(tx, administrator.query('update notes set size = size + 10 where id = 1'))
    await setSize(tx, size + 1)
  })
  assert.deepEqual(seen, [0, 10, 20])
  assert.equal(await sizeOf(database.read), 21)
})

it('a unit that always meets another one gives up in the end', async (t) => {
  const { administrator, database } = await prepared(t)
  let tries = 0
  const unlucky = database.write(async (tx) => {
    tries += 1
    const size = await sizeOf(tx)
    await meanwhile(tx, administrator.query('update notes set size = size + 10 where id = 1'))
    await setSize(tx, size + 1)
  })
  await assert.rejects(unlucky, isUnavailable)
  assert.equal(tries, 12)
  assert.equal(await sizeOf(database.read), 120)
})

it('a unit whose connection is cut is refused, not run again, and the next one works', async (t) => {
  const { administrator, database } = await prepared(t)
  let runs = 0
  const cut = database.write(async (tx) => {
    runs += 1
    await setSize(tx, 5)
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    await meanwhile(tx, administrator.query('select pg_terminate_backend($1)', [rows[0]?.pid]))
    await setSize(tx, 7)
  })
  await assert.rejects(cut, isUnavailable)
  assert.equal(runs, 1)
  assert.equal(await sizeOf(database.read), 0)
  await database.write((tx) => setSize(tx, 6))
  assert.equal(await sizeOf(database.read), 6)
})

it('connections that are cut while nobody uses them are replaced', async (t) => {
  const { administrator, database } = await prepared(t)
  await database.write((tx) => setSize(tx, 1))
  assert.equal(await sizeOf(database.read), 1)
  const { rowCount } = await administrator.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'usher' and datname = current_database()`,
  )
  assert.ok(rowCount !== null && rowCount >= 2)
  // Each may meet a connection that nobody has noticed is gone; never more often than there are connections.
  const works = async (work: () => Promise<unknown>): Promise<void> =>
    work().then(
      () => undefined,
      (error: unknown) => (isUnavailable(error) ? works(work) : Promise.reject(error)),
    )
  await works(() => database.write((tx) => setSize(tx, 2)))
  await works(() => sizeOf(database.read))
  assert.equal(await sizeOf(database.read), 2)
})

it('a table that changes under a prepared statement is no failure', async (t) => {
  const { administrator, database } = await prepared(t)
  const all = async (db: Kysely<Schema>) => (await sql<{ id: number }>`select * from notes`.execute(db)).rows.map((row) => ({ ...row }))
  assert.deepEqual(await all(database.read), [{ id: 1, size: 0 }])
  assert.deepEqual(await database.write(all), [{ id: 1, size: 0 }])
  await administrator.query('alter table notes add column color text')
  assert.deepEqual(await database.write(all), [{ id: 1, size: 0, color: null }])
  assert.deepEqual(await all(database.read), [{ id: 1, size: 0, color: null }])
})

const LOOSE = '-c default_transaction_isolation=read\\ committed -c synchronous_commit=off -c default_transaction_read_only=off'

for (const [how, more] of [
  ['in force', ''],
  ['in force whatever the address says', `?options=${encodeURIComponent(`${LOOSE} -c work_mem=5MB`)}`],
] as const)
  it(`the settings that make it safe are ${how}`, async (t) => {
    const { database } = await prepared(t, more)
    const setting = async (db: Kysely<Schema>, name: string) =>
      (await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db)).rows[0]?.value
    const written = (name: string) => database.write((tx) => setting(tx, name))
    assert.equal(await written('transaction_isolation'), 'serializable')
    assert.equal(await written('synchronous_commit'), 'on')
    assert.equal(await written('statement_timeout'), '5s')
    assert.equal(await written('idle_in_transaction_session_timeout'), '10s')
    assert.equal(await setting(database.read, 'transaction_read_only'), 'on')
    assert.equal(await setting(database.read, 'statement_timeout'), '5s')
    await database.alone((tx) => sql`select 1`.execute(tx))
    assert.equal(await written('statement_timeout'), '5s')
    // What else the address asks for is given.
    assert.equal(await written('work_mem'), more === '' ? '4MB' : '5MB')
  })

it('what works alone runs again, too, when it met another one', async (t) => {
  const { administrator, database } = await prepared(t)
  const seen: number[] = []
  await database.alone(async (tx) => {
    const size = await sizeOf(tx)
    seen.push(size)
    if (seen.length === 1) await meanwhile(tx, administrator.query('update notes set size = size + 10 where id = 1'))
    await setSize(tx, size + 1)
  })
  assert.deepEqual(seen, [0, 10])
  assert.equal(await sizeOf(database.read), 11)
})

test('a server that is not there is said to be unavailable', async () => {
  const database = postgresDatabase({ ...parts, url: 'postgres://usher@127.0.0.1:1/usher' })
  await assert.rejects(sql`select 1`.execute(database.read), isUnavailable)
  await assert.rejects(
    database.write((tx) => sql`select 1`.execute(tx)),
    isUnavailable,
  )
  await database.close()
})
