import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventIn, eventRows } from './events.ts'

const AT = Date.parse('2026-03-02T09:00:00Z')
/** The worst order there can be: later ids have smaller random parts. */
const falling = () => {
  let next = 255
  return { bytes: (length: number) => Buffer.alloc(length, next--) }
}

test('ids sort as the events happened, also within a millisecond', () => {
  const row = eventRows(falling())
  const ids = [0, 0, 0, 1, 1, 60_000, 31_536_000_000].map((later) => row({ type: 'token_issued', at: AT + later, reference: 'r' }).id)
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, ids.length)
})

test('an event comes back as it was recorded, with nothing that was not said', () => {
  const bare = { type: 'sign_in_denied', at: AT, reference: 'r' } as const
  const full = {
    ...bare,
    user: 'u',
    relyingParty: 'rp',
    connection: 'c',
    failure: 'not_admitted',
    facts: { text: 'ü"', n: 0, no: false },
  } as const
  const row = eventRows(falling())
  for (const event of [bare, full]) assert.deepEqual(eventIn(row(event)), event)
})
