import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFairShare } from './fair-share.ts'

/** How many places somebody gets who takes all there are. */
const taken = (take: (whose: string) => boolean, whose: string): number => {
  let count = 0
  while (take(whose)) count += 1
  return count
}

test('whoever takes all there is leaves a quarter, and so does everybody after them', () => {
  const { take } = createFairShare(256)
  assert.deepEqual(
    ['one', 'two', 'three', 'four'].map((whose) => taken(take, whose)),
    [192, 48, 12, 3],
  )
  assert.equal(take('five'), true)
})

test('those who come one after the other have the same', () => {
  const { take } = createFairShare(256)
  const counts = { one: 0, two: 0 }
  for (let turn = 0; turn < 256; turn += 1) {
    if (take('one')) counts.one += 1
    if (take('two')) counts.two += 1
  }
  assert.deepEqual(counts, { one: 110, two: 110 })
})

test('a place given back is there again, and one that nobody has is not', () => {
  const { take, giveBack } = createFairShare(4)
  assert.equal(taken(take, 'one'), 3)
  giveBack('two')
  assert.equal(take('one'), false)
  giveBack('one')
  assert.equal(take('one'), true)
  for (let count = 0; count < 5; count += 1) giveBack('one')
  assert.equal(taken(take, 'one'), 3)
})

test('a single place is a place', () => {
  const { take, giveBack } = createFairShare(1)
  assert.equal(taken(take, 'one'), 1)
  assert.equal(take('two'), false)
  giveBack('one')
  assert.equal(take('two'), true)
})
