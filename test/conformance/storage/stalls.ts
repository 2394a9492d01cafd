import assert from 'node:assert/strict'
import { addNote, type It, noteIds } from './tables.ts'

const WAITS = /waits for something that is not a statement/

/** A unit may wait for its own statements only. */
export const stalls = (it: It): void => {
  it('a unit that waits for something else is refused, leaves nothing, and harms no neighbor', async ({ storage }) => {
    const stalled = storage.write(async (tx) => {
      await addNote(tx, 1)
      await new Promise(() => undefined)
    })
    const [outcome, neighbor] = await Promise.allSettled([stalled, storage.write((tx) => addNote(tx, 2))])
    assert.equal(outcome?.status, 'rejected')
    await assert.rejects(stalled, WAITS)
    assert.equal(neighbor?.status, 'fulfilled')
    assert.deepEqual(await noteIds(storage.read), [2])
  })

  it('a unit that waits before its first statement is refused', async ({ storage }) => {
    await assert.rejects(
      storage.write(() => new Promise(() => undefined)),
      WAITS,
    )
  })

  it('what a refused unit still tries to write is refused too', async ({ storage }) => {
    const { promise: signal, resolve: wake } = Promise.withResolvers<void>()
    const late = Promise.withResolvers<unknown>()
    const stalled = storage.write(async (tx) => {
      await signal
      await addNote(tx, 1).then(late.resolve, late.reject)
    })
    await assert.rejects(stalled, WAITS)
    const next = storage.write(async (tx) => {
      wake()
      await addNote(tx, 2)
      await addNote(tx, 3)
    })
    await assert.rejects(late.promise, /after its unit had ended/)
    await next
    assert.deepEqual(await noteIds(storage.read), [2, 3])
  })

  it('a unit that waits for another unit is refused instead of waiting for ever', async ({ storage }) => {
    let inner: Promise<unknown> | undefined
    const outer = storage.write(async (tx) => {
      await addNote(tx, 1)
      inner ??= storage.write((other) => addNote(other, 2))
      await inner
    })
    await assert.rejects(outer, WAITS)
    await inner
    assert.deepEqual(await noteIds(storage.read), [2])
  })

  it('several statements of one unit may be under way at once', async ({ storage }) => {
    await storage.write((tx) => Promise.all([addNote(tx, 1), addNote(tx, 2), addNote(tx, 3)]))
    assert.deepEqual(await noteIds(storage.read), [1, 2, 3])
  })
}
