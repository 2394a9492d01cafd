import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBudget, unitsFor } from './budget.ts'
import { GraphFailure } from './graph-failure.ts'

const retryAfter = (spend: () => unknown): string | undefined => {
  try {
    spend()
    return undefined
  } catch (error) {
    assert.ok(error instanceof GraphFailure)
    assert.equal(error.status, 429)
    return error.headers['retry-after']
  }
}

test('a small tenant has 3500 units in ten seconds, for each app', () => {
  const budget = createBudget()
  const expense = { clientId: 'a', units: 35, isWrite: false, now: 0, people: 10 }
  for (let round = 0; round < 100; round += 1) budget.charge(expense)
  assert.equal(
    retryAfter(() => budget.charge({ ...expense, now: 4_000 })),
    '6',
  )
  assert.equal(
    retryAfter(() => budget.charge({ ...expense, clientId: 'b' })),
    undefined,
  )
  assert.equal(
    retryAfter(() => budget.charge({ ...expense, now: 10_000 })),
    undefined,
  )
})

test('a large tenant has more', () => {
  const expense = { clientId: 'a', units: 8_000, isWrite: false, now: 0 }
  assert.equal(
    retryAfter(() => createBudget().charge({ ...expense, people: 501 })),
    undefined,
  )
  assert.equal(
    retryAfter(() => createBudget().charge({ ...expense, people: 500 })),
    '10',
  )
})

test('3000 writes in two and a half minutes are the most', () => {
  const budget = createBudget()
  const expense = { clientId: 'a', units: 1, isWrite: true, people: 10 }
  for (let round = 0; round < 3_000; round += 1) budget.charge({ ...expense, now: round * 40 })
  assert.equal(
    retryAfter(() => budget.charge({ ...expense, now: 120_000 })),
    '30',
  )
  assert.equal(
    retryAfter(() => budget.charge({ ...expense, now: 150_000 })),
    undefined,
  )
})

test('the app is warned from four fifths on', () => {
  const budget = createBudget()
  const expense = { clientId: 'a', isWrite: false, now: 0, people: 10 }
  assert.equal(budget.charge({ ...expense, units: 2_700 })['x-ms-throttle-limit-percentage'], undefined)
  assert.equal(budget.charge({ ...expense, units: 100 })['x-ms-throttle-limit-percentage'], '0.80')
})

test('selecting and small pages make a call cheaper, down to one unit', () => {
  assert.equal(unitsFor(2, new URLSearchParams()), 2)
  assert.equal(unitsFor(2, new URLSearchParams('$select=id')), 1)
  assert.equal(unitsFor(3, new URLSearchParams('$select=id&$top=5')), 1)
  assert.equal(unitsFor(1, new URLSearchParams('$select=id&$top=5')), 1)
})
