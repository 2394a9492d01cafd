import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

/** The audit as it is read. */
export const eventLogConformance = (name: string, open: OpenStores): void => {
  test(`${name}: the latest events come in the order they happened, and only those that were asked for`, async (t) => {
    const { stores } = await open(t)
    const event = (n: number, more: object = {}) => ({ type: 'token_issued', at: AT + n, reference: `r${n}`, ...more }) as const
    const all = [
      event(0),
      event(1, { user: 'dana' }),
      { ...event(2, { user: 'dana', failure: 'not_admitted' as const, facts: { reason: 'x' } }), type: 'sign_in_denied' as const },
      event(3, { user: 'eli' }),
    ]
    for (const one of all) await stores.ledger.record(one)
    const { latest } = stores.eventLog
    assert.deepEqual(await latest({ limit: 9 }), all)
    assert.deepEqual(await latest({ limit: 2 }), all.slice(2))
    assert.deepEqual(await latest({ limit: 9, type: 'sign_in_denied' }), [all[2]])
    assert.deepEqual(await latest({ limit: 9, user: 'dana' }), all.slice(1, 3))
    assert.deepEqual(await latest({ limit: 9, user: 'dana', type: 'token_issued' }), [all[1]])
    assert.deepEqual(await latest({ limit: 9, reference: 'r3' }), [all[3]])
    assert.deepEqual(await latest({ limit: 9, since: AT + 2 }), all.slice(2))
    assert.deepEqual(await latest({ limit: 9, type: `' or 1=1 --` }), [])
  })

  test(`${name}: an event that counts says more later, and no other does`, async (t) => {
    const { stores } = await open(t)
    const event = (n: number) => ({ type: 'password_refused', at: AT + n, reference: `r${n}`, facts: { ip: '192.0.2.7' } }) as const
    const ids = [await stores.ledger.record(event(0)), await stores.ledger.record(event(1))]
    await stores.ledger.amend(ids[0] ?? '', { ip: '192.0.2.7', further: 3 })
    const facts = (await stores.eventLog.latest({ limit: 9 })).map((one) => one.facts)
    assert.deepEqual(facts, [{ ip: '192.0.2.7', further: 3 }, { ip: '192.0.2.7' }])
  })
}
