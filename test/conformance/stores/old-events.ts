import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ONE_DAY_MS } from '#kernel/clock.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

const event = (at: number) => ({ type: 'token_issued', at, reference: `r${at - AT}`, user: 'dana' }) as const

const fill = async ({ stores }: StoresUnderTest, ...offsets: readonly number[]): Promise<void> => {
  for (const offset of offsets) await stores.ledger.record(event(AT + offset))
}

/** The audit as it is then: what sign-ins left by reference, and what retention did by its facts. */
const told = async ({ stores }: StoresUnderTest): Promise<readonly unknown[]> =>
  (await stores.eventLog.latest({ limit: 99 })).map(({ type, reference, facts }) => (type === 'events_deleted' ? facts : reference))

const before = new Date(AT).toISOString()

/** An end to how long events are kept. */
export const oldEventConformance = (name: string, open: OpenStores): void => {
  test(`${name}: old events go in batches, the oldest first, and one event says how many and up to when`, async (t) => {
    const under = await open(t)
    await fill(under, -5, -4, -3, -2, -1, 0, 1)
    const deleteSome = under.stores.oldEvents.deleteOld(AT, AT + 9)
    assert.equal(await deleteSome(2), 2)
    assert.deepEqual(await told(under), ['r-3', 'r-2', 'r-1', 'r0', 'r1', { events: 2, before }])
    assert.equal(await deleteSome(2), 2)
    assert.equal(await deleteSome(2), 1)
    assert.equal(await deleteSome(2), 0)
    assert.deepEqual(await told(under), ['r0', 'r1', { events: 5, before }], 'the very instant is kept')
    const [, , record] = await under.stores.eventLog.latest({ limit: 9 })
    assert.deepEqual(record, { type: 'events_deleted', at: AT + 9, reference: 'retention', facts: { events: 5, before } })
  })

  test(`${name}: a round takes one day, the next one another: a clock that jumps ahead does not cost everything at once`, async (t) => {
    const under = await open(t)
    await fill(under, 0, 1, ONE_DAY_MS, 2 * ONE_DAY_MS)
    const inYears = AT + 1_000 * ONE_DAY_MS
    const left = async () => (await told(under)).filter((one) => typeof one === 'string')
    assert.equal(await under.stores.oldEvents.deleteOld(inYears, inYears)(9), 2)
    assert.deepEqual(await left(), [`r${ONE_DAY_MS}`, `r${2 * ONE_DAY_MS}`])
    assert.equal(await under.stores.oldEvents.deleteOld(inYears, inYears)(9), 1)
    assert.deepEqual(await left(), [`r${2 * ONE_DAY_MS}`])
  })

  test(`${name}: an event whose id lies among older ones is kept for as long as it is young`, async (t) => {
    const under = await open(t)
    await fill(under, -2, -1, 0, 1)
    // Where a language has an order of its own (Danish: aa comes last), a later id may come first.
    await under.sql(`update events set id = '0' where reference = 'r1'`)
    assert.equal(await under.stores.oldEvents.deleteOld(AT, AT + 9)(9), 2)
    assert.deepEqual(await told(under), ['r1', 'r0', { events: 2, before }])
  })

  test(`${name}: where nothing is old nothing is deleted, and nothing said`, async (t) => {
    const under = await open(t)
    assert.equal(await under.stores.oldEvents.deleteOld(AT, AT + 9)(500), 0)
    await fill(under, 0, 1)
    assert.equal(await under.stores.oldEvents.deleteOld(AT, AT + 9)(500), 0)
    assert.deepEqual(await told(under), ['r0', 'r1'])
  })

  test(`${name}: two nodes that delete at once say together what went`, async (t) => {
    const under = await open(t)
    const offsets = Array.from({ length: 40 }, (_, n) => n - 40)
    await fill(under, ...offsets, 0)
    const nodes = [under.stores, await under.another()].map(({ oldEvents }) => oldEvents.deleteOld(AT, AT + 9))
    const rounds = nodes.map(async (deleteSome) => {
      let all = 0
      for (let some = await deleteSome(3); some > 0; some = await deleteSome(3)) all += some
      return all
    })
    const counts = await Promise.all(rounds)
    assert.equal(
      counts.reduce((sum, one) => sum + one, 0),
      40,
    )
    const records = (await under.stores.eventLog.latest({ limit: 9, type: 'events_deleted' })).map(({ facts }) => facts?.['events'])
    assert.deepEqual(records.sort(), counts.filter((one) => one > 0).sort())
  })
}
