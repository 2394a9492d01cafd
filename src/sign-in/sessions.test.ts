import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authentication } from '#kernel/person.ts'
import type { Freshness } from '#kernel/transaction.ts'
import { satisfies } from './sessions.ts'

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
