import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meter } from './rate-limit.ts'

const AT = Date.parse('2026-03-02T09:00:00Z')

test('so many at once, and then as many as time brings', () => {
  const { take } = meter({ burst: 3, perSecond: 2 })
  assert.deepEqual(
    [1, 2, 3].map(() => take('one', AT).remaining),
    [2, 1, 0],
  )
  assert.deepEqual(take('one', AT), { isAllowed: false, remaining: 0, fullAt: AT + 1_500, waitMs: 500 })
  assert.equal(take('one', AT + 499).isAllowed, false)
  assert.deepEqual(take('one', AT + 500), { isAllowed: true, remaining: 0, fullAt: AT + 2_000, waitMs: 0 })
  assert.deepEqual(take('one', AT + 1_500), { isAllowed: true, remaining: 1, fullAt: AT + 2_500, waitMs: 0 })
  assert.equal(take('one', AT + 60_000).remaining, 2)
})

test('what one takes is not missed by another, and what is given back is there again', () => {
  const { take, giveBack } = meter({ burst: 1, perSecond: 1 })
  for (let time = 0; time < 3; time += 1) giveBack('one')
  assert.equal(take('one', AT).isAllowed, true)
  assert.equal(take('one', AT).isAllowed, false)
  assert.equal(take('other', AT).isAllowed, true)
  giveBack('one')
  assert.equal(take('one', AT).isAllowed, true)
  assert.equal(take('one', AT).isAllowed, false)
})

test('it keeps so many in mind, and who came last the longest', () => {
  const { take, knows, forget } = meter({ burst: 9, perSecond: 1 }, 2)
  for (const key of ['one', 'two', 'one', 'three']) take(key, AT)
  assert.deepEqual(['one', 'two', 'three'].map(knows), [true, false, true])
  forget('one')
  assert.equal(knows('one'), false)
})
