import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { addNote, type It, noteIds, setSize, sizeOf } from './tables.ts'

const RACERS = 24
const CROWD = 200
const CAP = 7
/** Far more statements than a read takes; a guard against a read that never comes back. */
const AT_MOST = 5_000

/** As if each were alone. */
export const isolation = (it: It): void => {
  it('no read sees what an unresolved unit has written', async ({ storage, again }) => {
    const other = await again()
    const seen: (readonly number[])[] = []
    const look = async () => void seen.push(await noteIds(storage.read), await noteIds(other.read))
    const looks: Promise<void>[] = []
    await storage.write(async (tx) => {
      await addNote(tx, 1)
      assert.deepEqual(await noteIds(tx), [1])
      let isSeen = false
      looks.push(
        look().finally(() => {
          isSeen = true
        }),
      )
      for (let count = 0; !isSeen && count < AT_MOST; count += 1) await sql`select 1`.execute(tx)
      assert.equal(isSeen, true)
    })
    await Promise.all(looks)
    assert.ok(seen.length >= 2)
    for (const ids of seen) assert.deepEqual(ids, [])
    assert.deepEqual(await noteIds(storage.read), [1])
    assert.deepEqual(await noteIds(other.read), [1])
  })

  it('no update is lost', async ({ storage, again }) => {
    const both = [storage, await again()]
    await storage.write((tx) => addNote(tx, 1, null, 0))
    const increase = (n: number) =>
      both[n % 2]?.write(async (tx) => {
        const size = (await sizeOf(tx, 1)) ?? 0
        await setSize(tx, 1, size + 1)
      })
    await Promise.all(Array.from({ length: RACERS }, (_, n) => increase(n)))
    assert.equal(await sizeOf(storage.read, 1), RACERS)
  })

  it('a crowd that wants the same row is served to the last', async ({ storage, again }) => {
    const nodes = [storage, await again(), await again()]
    await storage.write((tx) => addNote(tx, 1, null, 0))
    const increase = (n: number) =>
      nodes[n % nodes.length]?.write(async (tx) => {
        const size = (await sizeOf(tx, 1)) ?? 0
        await setSize(tx, 1, size + 1)
        return size + 1
      })
    const sizes = await Promise.all(Array.from({ length: CROWD }, (_, n) => increase(n)))
    assert.equal(new Set(sizes).size, CROWD)
    assert.equal(await sizeOf(storage.read, 1), CROWD)
  })

  it('a limit that is read before it is used holds, also between processes', async ({ storage, again }) => {
    const both = [storage, await again()]
    const enter = (id: number) =>
      both[id % 2]?.write(async (tx) => {
        const { length } = await noteIds(tx)
        if (length >= CAP) return false
        await addNote(tx, id)
        return true
      })
    const entered = await Promise.all(Array.from({ length: RACERS }, (_, id) => enter(id)))
    assert.equal(entered.filter(Boolean).length, CAP)
    assert.equal((await noteIds(storage.read)).length, CAP)
  })

  it('the reading side refuses to write', async ({ storage }) => {
    await assert.rejects(async () => addNote(storage.read, 1))
    assert.deepEqual(await noteIds(storage.read), [])
  })
}
