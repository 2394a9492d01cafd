import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from '@node-rs/argon2'
import { UsherError } from '#kernel/errors.ts'
import { hashPassword, NOBODY, passwordChecker } from './passwords.ts'

const invalid = (error: unknown) => error instanceof UsherError && error.code === 'settings_invalid'
const busy = (error: unknown) => error instanceof UsherError && error.code === 'too_many_requests'

test('a hash costs at least what OWASP asks for, and is salted', async () => {
  const one = await hashPassword('correct horse battery')
  const other = await hashPassword('correct horse battery')
  assert.notEqual(one, other)
  const { memoryCost, timeCost, parallelism, saltLen, outputLen } = parseOptions(one)
  assert.match(one, /^\$argon2id\$v=19\$/)
  assert.ok(memoryCost >= 19 * 1024 && timeCost >= 2 && parallelism === 1 && saltLen >= 16 && outputLen >= 32)
})

test('looking for nobody costs what looking for somebody does', async () => {
  const somebody = parseOptions(await hashPassword('correct horse battery'))
  assert.deepEqual(parseOptions(NOBODY), somebody)
})

test('nobody has no password', async () => {
  const { check } = passwordChecker()
  for (const password of ['', 'x', '\0', NOBODY]) {
    assert.deepEqual(await check(undefined, password), { right: false })
    assert.deepEqual(await check(NOBODY, password), { right: false })
  }
})

test('a new password has 15 characters, however they are written, and at most 1,024 bytes', async () => {
  for (const password of ['', 'short', 'x'.repeat(14), '😀'.repeat(14), 'e\u0308'.repeat(14), 'x'.repeat(1_025), 'é'.repeat(513)])
    await assert.rejects(hashPassword(password), invalid)
  for (const password of ['x'.repeat(15), '😀'.repeat(15), 'x'.repeat(1_024), '               ']) await hashPassword(password)
})

test('a refusal does not repeat the password', async () => {
  const error: unknown = await hashPassword('hunter2').catch((thrown: unknown) => thrown)
  assert.ok(error instanceof UsherError && !JSON.stringify([error.message, error.detail]).includes('hunter2'))
})

test('nothing is cut off, and keyboards that compose differently write the same', async () => {
  const { check } = passwordChecker()
  const long = `${'x'.repeat(1_000)}é`
  const hash = await hashPassword(long)
  assert.equal((await check(hash, long)).right, true)
  assert.equal((await check(hash, long.normalize('NFD'))).right, true)
  assert.equal((await check(hash, long.slice(0, -1))).right, false)
  assert.equal((await check(hash, `${long}x`)).right, false)
  // Compatibility characters are other characters: full-width letters are not the plain ones.
  assert.equal((await check(await hashPassword('a'.repeat(15)), '\uFF41'.repeat(15))).right, false)
})

test('a crowd waits, what is too much is turned away, and then all is as before', async () => {
  const { check } = passwordChecker()
  const hash = await hashPassword('correct horse battery')
  const outcomes = await Promise.allSettled(Array.from({ length: 110 }, () => check(hash, 'wrong')))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 8, 'two run, a hundred wait')
  assert.ok(refused.every(({ reason }) => busy(reason)))
  assert.equal((await check(hash, 'correct horse battery')).right, true)
})
