import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '#kernel/audit.ts'
import { ONE_HOUR_MS, ONE_MINUTE_MS } from '#kernel/clock.ts'
import { type Refusal, refusalBook } from './refusal-book.ts'

const NINE = Date.parse('2026-03-02T09:00:00Z')

/** A ledger in memory whose writings take a turn each, or fail while it is told to. */
const memoryLedger = () => {
  const events: AuditEvent[] = []
  let writings = 0
  let isDown = false
  const written = async () => {
    await Promise.resolve()
    if (isDown) throw new Error('no disk')
    writings += 1
  }
  return {
    events,
    writings: () => writings,
    breakDown: (down: boolean) => (isDown = down),
    record: async (event: AuditEvent) => {
      await written()
      return String(events.push(event) - 1)
    },
    amend: async (id: string, facts: NonNullable<AuditEvent['facts']>) => {
      await written()
      Object.assign(events[Number(id)] ?? {}, { facts })
    },
  }
}

const refusal = (more: Partial<Refusal> = {}): Refusal => ({
  type: 'password_refused',
  at: NINE,
  reference: 'r',
  connection: 'guests',
  facts: { ip: '192.0.2.7' },
  ...more,
})

const opened = () => {
  const ledger = memoryLedger()
  return { ledger, book: refusalBook(ledger) }
}

test('what one place is refused beyond sixty times in an hour is one event that counts', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 100; n += 1) await book.record(refusal({ at: NINE + n, reference: `r${n}` }))
  assert.equal(ledger.events.length, 61)
  assert.deepEqual(ledger.events[59], refusal({ at: NINE + 59, reference: 'r59' }))
  const facts = { ip: '192.0.2.7', further: 40, until: '2026-03-02T09:00:00.099Z', from: '192.0.2.7' }
  assert.deepEqual(ledger.events[60], { ...refusal({ at: NINE + 60, reference: 'r60' }), facts })
})

test('somebody else at another place is kept by themselves meanwhile, and the next hour begins anew', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 70; n += 1) await book.record(refusal())
  await book.record(refusal({ facts: { ip: '198.51.100.1' } }))
  assert.equal(ledger.events.length, 62)
  await book.record(refusal({ at: NINE + ONE_HOUR_MS }))
  assert.equal(ledger.events.length, 63)
})

test('all addresses of a /64 are one place', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 100; n += 1) await book.record(refusal({ facts: { ip: `2001:db8::${n.toString(16)}` } }))
  assert.equal(ledger.events.length, 61)
  assert.equal(ledger.events[60]?.facts?.['from'], '2001:db8:0:0::/64')
})

test('all the places of the world make a thousand events of strangers in an hour, and one of each kind', async () => {
  const { ledger, book } = opened()
  const kinds = [refusal(), refusal({ type: 'sign_in_denied', failure: 'not_admitted' })]
  for (let n = 0; n < 3_000; n += 1) for (const kind of kinds) await book.record({ ...kind, facts: { ip: `10.${n >> 8}.${n & 255}.1` } })
  assert.equal(ledger.events.length, 1_002)
  const sums = ledger.events.slice(1_000)
  assert.deepEqual(
    sums.map(({ type, facts }) => [type, facts?.['further']]),
    [
      ['password_refused', 2_500],
      ['sign_in_denied', 2_500],
    ],
  )
  assert.equal(String(sums[0]?.facts?.['from']).split(' ').length, 10)
})

test('people who are known are counted each by themselves, and strangers leave them their room', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 2_000; n += 1) await book.record(refusal({ facts: { ip: `10.${n >> 8}.${n & 255}.1` } }))
  const before = ledger.events.length
  for (const user of ['ana', 'ben']) for (let n = 0; n < 70; n += 1) await book.record(refusal({ user, type: 'sign_in_denied' }))
  assert.equal(ledger.events.length - before, 2 * 61)
  assert.equal(ledger.events.at(-1)?.user, 'ben')
})

test('those that come together are written together, and none is done before it is written', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 60; n += 1) await book.record(refusal())
  let done = 0
  const crowd = Array.from({ length: 200 }, () => book.record(refusal()).then(() => (done += 1)))
  assert.equal(done, 0)
  await Promise.all(crowd)
  assert.equal(ledger.events[60]?.facts?.['further'], 200)
  assert.ok(ledger.writings() <= 60 + 3, `${ledger.writings()} writings`)
})

test('what cannot be written fails, and is counted once it can be', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 60; n += 1) await book.record(refusal())
  ledger.breakDown(true)
  await assert.rejects(book.record(refusal()), /no disk/)
  ledger.breakDown(false)
  await book.record(refusal())
  assert.equal(ledger.events[60]?.facts?.['further'], 2)
})

test('a visit that began before the hour did does not begin the count anew', async () => {
  const { ledger, book } = opened()
  for (let n = 0; n < 200; n += 1) await book.record(refusal({ at: NINE - (n % 2) * ONE_MINUTE_MS }))
  assert.equal(ledger.events.length, 61)
})
