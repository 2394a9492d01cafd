import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { issueText } from './setting-issue.ts'

const shape = z.strictObject({ name: z.string(), inner: z.strictObject({ kind: z.enum(['a', 'b']).optional() }) })

const said = (value: unknown): readonly string[] => shape.safeParse(value).error?.issues.map((issue) => issueText(issue, 'file')) ?? []

test('what is missing, what nobody knows and what is of the wrong kind are said by where they stand', () => {
  assert.deepEqual(said({ inner: {} }), ['name: is missing'])
  assert.deepEqual(said({ name: 'x', inner: { kinds: 1, other: 2 } }), [
    'inner.kinds: there is no such setting; inner.other: there is no such setting',
  ])
  assert.deepEqual(said({ name: 'x', inner: 'hunter2' }), ['inner: expected object, received string'])
  assert.deepEqual(said([]), ['file: expected object, received array'])
  assert.deepEqual(said({ name: 'x', inner: {} }), [])
})

test('the value is never said', () => {
  assert.doesNotMatch(said({ name: { secret: 'hunter2' }, inner: { kind: 'hunter2' } }).join(' '), /hunter2/)
})
