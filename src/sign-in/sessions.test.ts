import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authentication } from '#kernel/person.ts'
import type { Session } from '#kernel/session.ts'
import type { Freshness } from '#kernel/transaction.ts'
import { isKept, satisfies } from './sessions.ts'

const NOW = 1_000_000_000
const MINUTE = 60_000

const authenticated = (minutesAgo: number, secondMinutesAgo?: number): Authentication => ({
  at: NOW - minutesAgo * MINUTE,
  method: 'federated',
  ...(secondMinutesAgo !== undefined && { secondFactor: { at: NOW - secondMinutesAgo * MINUTE } }),
})

const asked = (maxAgeMinutes?: number, second?: 'any' | number): Freshness => ({
  ...(maxAgeMinutes !== undefined && { maxAgeMs: maxAgeMinutes * MINUTE }),
  ...(second !== undefined && { secondFactor: second === 'any' ? {} : { maxAgeMs: second * MINUTE } }),
})

/** Rows: how old the authentication is, how old its second factor, what is asked, and the answer. */
const ages = [0, 4, 10, 700] as const
const seconds = [undefined, 3, 90] as const
const wishes = [asked(), asked(0), asked(5), asked(undefined, 'any'), asked(undefined, 60), asked(5, 60)] as const

test('a session answers exactly when it is recent enough and has the second factor asked for', () => {
  const table = ages.flatMap((age) =>
    seconds.map((second) => wishes.map((wish) => (satisfies(authenticated(age, second), wish, NOW) ? 'y' : '-')).join('')),
  )
  // Columns: anything · wfresh=0 · wfresh=5 · second factor · second factor ≤ 60 min · wfresh=5 and second factor ≤ 60 min.
  assert.deepEqual(table, [
    'y-y---',
    'y-yyyy',
    'y-yy--', // just now
    'y-y---',
    'y-yyyy',
    'y-yy--', // 4 minutes ago
    'y-----',
    'y--yy-',
    'y--y--', // 10 minutes ago
    'y-----',
    'y--yy-',
    'y--y--', // 700 minutes ago
  ])
})

test('where credentials are asked for anew no session answers, whichever node’s clock is ahead', () => {
  for (const ahead of [0, 1, 2_000, 59_000, 3_600_000])
    assert.equal(satisfies({ at: NOW + ahead, method: 'password' }, asked(0), NOW), false, `${ahead} ms`)
})

test('what was written before a clock was set back is as old as nobody knows', () => {
  const later = (ms: number): Authentication => ({ at: NOW + ms, method: 'password', secondFactor: { at: NOW + ms } })
  assert.equal(satisfies(later(30_000), asked(5, 60), NOW), true, 'another node’s clock')
  assert.equal(satisfies(later(2 * MINUTE), asked(5), NOW), false)
  assert.equal(satisfies(later(2 * MINUTE), asked(undefined, 60), NOW), false)
  assert.equal(satisfies(later(2 * MINUTE), asked(), NOW), true)
})

const session = (createdAt: number): Session => ({
  id: 's',
  user: 'u',
  connection: 'c',
  authentication: { at: createdAt, method: 'password' },
  createdAt,
  expiresAt: NOW + 1_000 * MINUTE,
})

test('a relying party that keeps no sessions takes none, and a clock that was set back makes none last longer', () => {
  const kept = (createdAt: number, sessionMaxAgeSeconds: number) => isKept(session(createdAt), { sessionMaxAgeSeconds }, NOW)
  assert.deepEqual([kept(NOW, 0), kept(NOW + 1_000, 0)], [false, false])
  assert.deepEqual([kept(NOW - 59_000, 60), kept(NOW - 60_000, 60)], [true, false])
  assert.deepEqual([kept(NOW + 1_000, 60), kept(NOW + 2 * MINUTE, 60)], [true, false])
})
