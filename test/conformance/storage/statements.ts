import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { addNote, type It, noteIds } from './tables.ts'

/** Values come back as they went in, and statements are the same on every database. */
export const statements = (it: It): void => {
  values(it)
  prepared(it)
}

const values = (it: It): void => {
  it('text, null and whole numbers come back as they were', async ({ storage }) => {
    const bodies = ['', 'plain', 'Zoë 🦉 “quoted”', 'a\nb\tc', "'; drop table notes; --", null]
    const sizes = [0, -1, 1_764_000_000_000, Number.MAX_SAFE_INTEGER, null, 7]
    await storage.write(async (tx) => {
      for (const [id, body] of bodies.entries()) await addNote(tx, id, body, sizes[id])
    })
    const { rows } = await sql<{ body: string | null; size: number | null }>`select body, size from notes order by id`.execute(storage.read)
    assert.deepEqual(
      rows.map(({ body }) => body),
      bodies,
    )
    assert.deepEqual(
      rows.map(({ size }) => size),
      sizes,
    )
  })

  it('counts and sums are numbers', async ({ storage }) => {
    await storage.write((tx) => Promise.all([addNote(tx, 1, null, 5), addNote(tx, 2, null, 6)]))
    const { rows } = await sql<{ n: number; total: number }>`select count(*) as n, sum(size) as total from notes`.execute(storage.read)
    assert.deepEqual({ ...rows[0] }, { n: 2, total: 11 })
  })

  it('says how many rows were changed', async ({ storage }) => {
    const { numUpdatedRows, numDeletedRows } = await storage.write(async (tx) => {
      const insert = (id: string) => tx.insertInto('grants').values({ key_hash: id, body_json: '{}', expires_at: 1 }).execute()
      await sql`create table grants (key_hash text primary key, body_json text, expires_at bigint)`.execute(tx)
      await insert('a')
      await insert('b')
      const updated = await tx.updateTable('grants').set({ expires_at: 2 }).executeTakeFirst()
      const deleted = await tx.deleteFrom('grants').where('key_hash', '=', 'a').executeTakeFirst()
      return { ...updated, ...deleted }
    })
    assert.equal(numUpdatedRows, 2n)
    assert.equal(numDeletedRows, 1n)
  })

  it('a failing statement of the reading side rejects and harms no later one', async ({ storage }) => {
    await assert.rejects(sql`select missing from notes`.execute(storage.read))
    assert.deepEqual(await noteIds(storage.read), [])
  })
}

const prepared = (it: It): void => {
  it('a prepared statement takes other values each time, on the reading side and in a unit', async ({ storage }) => {
    await storage.write((tx) => sql`create table grants (key_hash text primary key, body_json text, expires_at bigint)`.execute(tx))
    const put = storage.prepared((db, row: { key_hash: string; body_json: string; expires_at: number }) =>
      db.insertInto('grants').values(row),
    )
    const find = storage.prepared((db, { key, at }: { key: string; at: number }) =>
      db.selectFrom('grants').select('body_json').where('key_hash', '=', key).where('expires_at', '>', at),
    )
    await storage.write(async (tx) => {
      await put.all(tx, { key_hash: 'a', body_json: 'A', expires_at: 10 })
      await put.all(tx, { expires_at: 20, body_json: 'B', key_hash: 'b' })
      assert.equal((await find.first(tx, { key: 'b', at: 0 }))?.body_json, 'B')
    })
    await storage.write((tx) => put.all(tx, { key_hash: 'c', body_json: 'C', expires_at: 10 }))
    assert.equal((await find.first(storage.read, { key: 'c', at: 9 }))?.body_json, 'C')
    assert.equal(await find.first(storage.read, { key: 'c', at: 10 }), undefined)
    assert.equal(await find.first(storage.read, { key: 'other', at: 0 }), undefined)
  })

  it('a prepared statement refuses values it would leave out', async ({ storage }) => {
    const find = storage.prepared((db, { id }: { id: number; extra?: number | undefined }) =>
      db.selectFrom('grants').select('key_hash').where('expires_at', '=', id),
    )
    await storage.write((tx) => sql`create table grants (key_hash text primary key, expires_at bigint)`.execute(tx))
    assert.deepEqual(await find.all(storage.read, { id: 1 }), [])
    await assert.rejects(find.all(storage.read, { id: 1, extra: 2 }), TypeError)
    // A caller that is not checked by the compiler.
    const nothing: { id: number } = JSON.parse('{"other":1}')
    await assert.rejects(find.all(storage.read, nothing), TypeError)
  })
}
