import assert from 'node:assert/strict'
import { UsherError } from '../../../src/kernel/errors.ts'
import { addNote, type It, noteIds } from './tables.ts'

const MANY = 60

/** Closing and opening again. */
export const lifecycle = (it: It): void => {
  it('what was acknowledged is there for whoever opens the database next', async ({ storage, again }) => {
    await storage.write((tx) => addNote(tx, 1))
    await storage.close()
    const next = await again()
    assert.deepEqual(await noteIds(next.read), [1])
  })

  it('closing waits for the units there are, and takes no more', async ({ storage, again }) => {
    const going = Array.from({ length: MANY }, (_, id) => storage.write((tx) => addNote(tx, id)))
    const closing = storage.close()
    await assert.rejects(
      storage.write((tx) => addNote(tx, MANY)),
      (error: unknown) => error instanceof UsherError && error.code === 'shutting_down',
    )
    await Promise.all(going)
    await closing
    const next = await again()
    assert.equal((await noteIds(next.read)).length, MANY)
  })

  it('closing twice is the same as closing once', async ({ storage }) => {
    await storage.close()
    await storage.close()
  })
}
