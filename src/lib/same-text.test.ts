import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameText } from './same-text.ts'

test('texts are the same or not, also when they are as long in characters and not in bytes', () => {
  assert.ok(isSameText('state', 'state'))
  assert.ok(isSameText('', ''))
  for (const other of ['statE', 'stat', 'states', 'stat\u00e9', '']) assert.equal(isSameText('state', other), false, other)
})
