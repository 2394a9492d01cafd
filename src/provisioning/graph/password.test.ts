import assert from 'node:assert/strict'
import { test } from 'node:test'
import { throwawayPassword } from './password.ts'

test('a password is long, meets any complexity rule, and is never made twice', () => {
  const made = Array.from({ length: 1_000 }, throwawayPassword)
  assert.equal(new Set(made).size, made.length)
  for (const password of made) {
    assert.ok(password.length >= 48 && password.length <= 256)
    for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) assert.match(password, kind)
  }
})

test('no beginning is more common than chance allows', () => {
  const beginnings = new Map<string, number>()
  for (let n = 0; n < 6_400; n += 1) {
    const letter = throwawayPassword().charAt(4)
    beginnings.set(letter, (beginnings.get(letter) ?? 0) + 1)
  }
  assert.equal(beginnings.size, 64)
  for (const [letter, count] of beginnings) assert.ok(count > 30 && count < 200, `${letter}: ${count}`)
})
