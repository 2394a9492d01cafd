import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from '@node-rs/argon2'
import bcrypt from 'bcryptjs'
import { UsherError } from '#kernel/errors.ts'
import { foreignRounds } from './foreign-hash.ts'
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

const SECRET = 'made elsewhere, long ago'
const foreign = (kind: string, rounds = 4): string => bcrypt.hashSync(SECRET, rounds).replace(/^\$2[aby]/, `$${kind}`)

for (const kind of ['2a', '2b', '2y'])
  test(`a $${kind} hash from elsewhere is checked, and made anew`, async () => {
    const { check } = passwordChecker()
    assert.deepEqual(await check(foreign(kind), 'something else'), { right: false })
    assert.deepEqual(await check(foreign(kind), ''), { right: false })
    const checked = await check(foreign(kind), SECRET)
    assert.ok(checked.right && checked.renewed)
    assert.match(checked.renewed, /^\$argon2id\$/)
    assert.deepEqual(await check(checked.renewed, SECRET), { right: true })
    assert.deepEqual(await check(checked.renewed, `${SECRET}!`), { right: false })
  })

test('a short password from elsewhere still opens, and its hash becomes ours', async () => {
  const { check } = passwordChecker()
  const checked = await check(bcrypt.hashSync('hunter2', 4), 'hunter2')
  assert.ok(checked.right && checked.renewed)
})

test('a hash from elsewhere that costs too much, or is none, is never checked', async () => {
  const { check } = passwordChecker()
  for (const encoded of [`$2b$13$${'a'.repeat(53)}`, `$2b$31$${'a'.repeat(53)}`, '$2b$10$short', '$2x$10$x', '$1$abc$def'])
    await assert.rejects(check(encoded, SECRET), (error: unknown) => error instanceof UsherError && error.code === 'internal_error')
})

test('once hashes from elsewhere have been seen, a wrong password takes their work too, whoever it was tried for', async () => {
  const worked: number[] = []
  const { check } = passwordChecker(async (encoded) => {
    worked.push(foreignRounds(encoded) ?? 0)
    return false
  })
  const own = await hashPassword('correct horse battery')
  const tries = async (...all: readonly (string | undefined)[]) => {
    for (const encoded of all) assert.deepEqual(await check(encoded, 'wrong'), { right: false })
    return worked.splice(0)
  }
  assert.deepEqual(await tries(undefined, own), [], 'where there are none nobody pays for them')
  assert.deepEqual(await tries(foreign('2b', 5), undefined, own), [5, 5, 5])
  assert.deepEqual(await check(own, 'correct horse battery'), { right: true })
  assert.deepEqual(worked, [], 'whoever is right is not held up')
})

test('one row that nobody can check harms nobody else', async () => {
  const { check } = passwordChecker()
  await assert.rejects(check(`$2b$31$${'a'.repeat(53)}`, 'x'))
  await assert.rejects(check(`$2b$03$${'a'.repeat(53)}`, 'x'))
  assert.deepEqual(await check(undefined, 'x'), { right: false })
})
