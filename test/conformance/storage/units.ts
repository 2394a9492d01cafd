import assert from 'node:assert/strict'
import { addNote, addOrphan, type It, noteIds, replyCount, setSize, sizeOf } from './tables.ts'

const MANY = 300

/** Whole or not at all. */
export const units = (it: It): void => {
  throwing(it)
  failing(it)
  finishing(it)
}

const throwing = (it: It): void => {
  it('a unit answers with its result, and what it wrote is there', async ({ storage }) => {
    const answer = await storage.write(async (tx) => {
      await addNote(tx, 1)
      await addNote(tx, 2)
      return 'two'
    })
    assert.equal(answer, 'two')
    assert.deepEqual(await noteIds(storage.read), [1, 2])
  })

  it('a unit that throws rejects with its own error, leaves nothing, and harms no neighbor', async ({ storage }) => {
    const mishap = new Error('mishap')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, id) =>
        storage.write(async (tx) => {
          await addNote(tx, id)
          if (id % 2 === 1) throw mishap
          await addNote(tx, 100 + id)
        }),
      ),
    )
    const even = Array.from({ length: 10 }, (_, n) => 2 * n)
    assert.deepEqual(await noteIds(storage.read), [...even, ...even.map((id) => 100 + id)])
    outcomes.forEach((outcome, id) => {
      assert.equal(outcome.status, id % 2 === 1 ? 'rejected' : 'fulfilled')
      if (outcome.status === 'rejected') assert.equal(outcome.reason, mishap)
    })
  })

  it('a unit that throws before its first statement rejects', async ({ storage }) => {
    await assert.rejects(
      storage.write(() => Promise.reject(new Error('mishap'))),
      /mishap/,
    )
    await storage.write((tx) => addNote(tx, 1))
    assert.deepEqual(await noteIds(storage.read), [1])
  })

  it('a unit that is no promise rejects when it throws', async ({ storage }) => {
    const throws = (): Promise<void> => {
      throw new Error('mishap')
    }
    const [bad, good] = await Promise.allSettled([storage.write(throws), storage.write((tx) => addNote(tx, 1))])
    assert.equal(bad?.status, 'rejected')
    assert.equal(good?.status, 'fulfilled')
    assert.deepEqual(await noteIds(storage.read), [1])
  })
}

const failing = (it: It): void => {
  it('a statement that fails ends its unit, caught or not', async ({ storage }) => {
    await storage.write((tx) => addNote(tx, 1))
    const careless = storage.write(async (tx) => {
      await addNote(tx, 2)
      await addNote(tx, 1).catch(() => undefined)
      return 'fine'
    })
    const [outcome, neighbor] = await Promise.allSettled([careless, storage.write((tx) => addNote(tx, 3))])
    assert.equal(outcome?.status, 'rejected')
    assert.equal(neighbor?.status, 'fulfilled')
    assert.deepEqual(await noteIds(storage.read), [1, 3])
  })

  it('a unit whose COMMIT fails is rejected and leaves nothing', async ({ storage }) => {
    const failing = storage.write(async (tx) => {
      await addNote(tx, 1)
      await addOrphan(tx, 1)
    })
    await assert.rejects(failing)
    assert.deepEqual(await noteIds(storage.read), [])
    assert.equal(await replyCount(storage.read), 0)
    await storage.write((tx) => addNote(tx, 2))
    assert.deepEqual(await noteIds(storage.read), [2])
  })
}

const finishing = (it: It): void => {
  it('many units at once are all done', async ({ storage }) => {
    const answers = await Promise.all(
      Array.from({ length: MANY }, (_, id) =>
        storage.write(async (tx) => {
          await addNote(tx, id)
          return id
        }),
      ),
    )
    const all = Array.from({ length: MANY }, (_, id) => id)
    assert.deepEqual(answers, all)
    assert.deepEqual(await noteIds(storage.read), all)
  })

  it('a unit that begins after another was answered sees what it wrote, and the last one counts', async ({ storage }) => {
    await storage.write((tx) => addNote(tx, 1, null, 0))
    for (let size = 1; size <= 10; size += 1) {
      const before = await storage.write(async (tx) => {
        const seen = await sizeOf(tx, 1)
        await setSize(tx, 1, size)
        return seen
      })
      assert.equal(before, size - 1)
      assert.equal(await sizeOf(storage.read, 1), size)
    }
  })
}
