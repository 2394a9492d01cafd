import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import { storageConformance } from '../../../test/conformance/storage.ts'
import { parts, sqlite } from '../../../test/support/storage-dialects.ts'
import { sqliteDatabase } from './sqlite.ts'

const { clock } = parts

storageConformance(sqlite.name, sqlite.open)

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const refusedWith =
  (problem: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UsherError && error.code === 'storage_unavailable' && problem.test(String(error.detail['problem']))

test('nobody else on the machine can read the file or those beside it', async (t) => {
  const folder = join(folderOf(t), 'data')
  const database = sqliteDatabase({ file: join(folder, 'usher.db'), isServer: true, clock })
  await database.write((tx) => sql`create table notes (id integer)`.execute(tx))
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const files = readdirSync(folder).sort()
  assert.deepEqual(files, ['usher.db', 'usher.db-server', 'usher.db-shm', 'usher.db-wal'])
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
  await database.close()
})

test('a file that others may read is refused, and left as it is', (t) => {
  const file = join(folderOf(t), 'usher.db')
  writeFileSync(file, '', { mode: 0o600 })
  chmodSync(file, 0o640)
  assert.throws(() => sqliteDatabase({ file, isServer: false, clock }), refusedWith(/chmod 600/))
  assert.equal(statSync(file).mode & 0o777, 0o640)
})

test('a file that is no database is refused, and the next try is not locked out', (t) => {
  const file = join(folderOf(t), 'usher.db')
  writeFileSync(file, 'not a database, '.repeat(1_000), { mode: 0o600 })
  for (const _try of [1, 2]) assert.throws(() => sqliteDatabase({ file, isServer: true, clock }), refusedWith(/cannot be opened/))
})

test('one server at a time, and commands beside it', async (t) => {
  const file = join(folderOf(t), 'usher.db')
  const server = sqliteDatabase({ file, isServer: true, clock })
  assert.throws(() => sqliteDatabase({ file, isServer: true, clock }), refusedWith(/another Usher server/))
  const command = sqliteDatabase({ file, isServer: false, clock })
  await command.write((tx) => sql`create table notes (id integer)`.execute(tx))
  assert.deepEqual([server.isServed(), command.isServed()], [false, true])
  await command.close()
  await server.write((tx) => sql`insert into notes (id) values (1)`.execute(tx))
  await server.close()
  const alone = sqliteDatabase({ file, isServer: false, clock })
  assert.equal(alone.isServed(), false)
  await alone.close()
  const next = sqliteDatabase({ file, isServer: true, clock })
  await next.close()
})

test('each COMMIT reaches the disk, and the reading side cannot write', async (t) => {
  const database = sqliteDatabase({ file: join(folderOf(t), 'usher.db'), isServer: false, clock })
  const setting = async (name: string) => {
    const value = async (db: typeof database.read) => Object.values((await sql.raw<object>(`pragma ${name}`).execute(db)).rows[0] ?? {})[0]
    return [await database.write(value), await value(database.read)]
  }
  const FULL = 2
  assert.deepEqual(await setting('synchronous'), [FULL, FULL])
  assert.deepEqual(await setting('fullfsync'), [1, 1])
  assert.deepEqual(await setting('journal_mode'), ['wal', 'wal'])
  assert.deepEqual(await setting('foreign_keys'), [1, 1])
  assert.deepEqual(await setting('query_only'), [0, 1])
  await database.close()
})

test('while another process writes, a unit waits without stopping this one, and is then done', async (t) => {
  const file = join(folderOf(t), 'usher.db')
  const other = new DatabaseSync(file)
  chmodSync(file, 0o600)
  other.exec('pragma journal_mode=wal; create table notes (id integer); begin immediate')
  const pauses: number[] = []
  const counting = {
    now: () => 0,
    sleep: async (ms: number) => {
      pauses.push(ms)
      if (pauses.length === 3) other.exec('commit')
    },
  }
  const database = sqliteDatabase({ file, isServer: false, clock: counting })
  await database.write((tx) => sql`insert into notes (id) values (1)`.execute(tx))
  assert.deepEqual(pauses, [50, 50, 50])
  await database.close()
  other.close()
})
