import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRenewal } from './renewal.ts'

const fakeMember = ({ isTainted = true } = {}) => {
  const state = { isRetired: false }
  return {
    isTainted: () => isTainted,
    isRetired: () => state.isRetired,
    retire: () => {
      state.isRetired = true
    },
  }
}

test('the first runner in which something went wrong goes at once, the next one two minutes later, and none for nothing', () => {
  let now = 1_000
  const renew = createRenewal(() => now)
  const [clean, first, second, third] = [fakeMember({ isTainted: false }), fakeMember(), fakeMember(), fakeMember()]
  const retired = () => {
    for (const member of [clean, first, second, third]) renew(member)
    return [clean, first, second, third].map((member) => member.isRetired())
  }
  assert.deepEqual(retired(), [false, true, false, false])
  now += 119_999
  assert.deepEqual(retired(), [false, true, false, false])
  now += 1
  assert.deepEqual(retired(), [false, true, true, false])
})
