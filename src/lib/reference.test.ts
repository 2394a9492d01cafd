import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortReference } from './reference.ts'

test('the same correlation always has the same eight characters', () => {
  assert.equal(shortReference('5f0c3f9e-2f0b-4f8b-9d7e-0d7f3a1b2c3d'), shortReference('5f0c3f9e-2f0b-4f8b-9d7e-0d7f3a1b2c3d'))
})

test('they stay what they were when somebody wrote them down', () => {
  assert.equal(shortReference('5f0c3f9e-2f0b-4f8b-9d7e-0d7f3a1b2c3d'), 'ZNLU-YJGS')
})

test('references can be read over the phone', () => {
  for (let index = 0; index < 200; index += 1) assert.match(shortReference(String(index)), /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/)
})

test('two thousand correlations have two thousand references', () => {
  const references = new Set(Array.from({ length: 2_000 }, (_, index) => shortReference(`correlation ${index}`)))
  assert.equal(references.size, 2_000)
})
