import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPasswordLine } from './password-line.ts'

const HASH = `$2b$10$${'a'.repeat(53)}`
const read = (line: object) => readPasswordLine(JSON.stringify(line))

test('the id, however it is spelled, and the older one before it', () => {
  assert.equal(read({ _id: { $oid: 'aa' }, passwordHash: HASH }).subject, 'aa')
  assert.equal(read({ _ID: { $oid: 'bb' }, passwordHash: HASH }).subject, 'bb')
  assert.equal(read({ _id: 'cc', passwordHash: HASH }).subject, 'cc')
  assert.equal(read({ _id: { $oid: 'aa' }, alt_id: 'legacy', passwordHash: HASH }).subject, 'legacy')
})

test('an address that only stands among the identifiers', () => {
  const identifiers = [
    { type: 'phone_number', value: '+49 1' },
    { type: 'email', value: 'a@b.example', verified: true },
    { type: 'username', value: 'anna' },
  ]
  assert.deepEqual(read({ _id: { $oid: 'aa' }, passwordHash: HASH, connection: 'guests', identifiers }), {
    subject: 'aa',
    hash: HASH,
    connection: 'guests',
    email: 'a@b.example',
    emailVerified: true,
    username: 'anna',
  })
  assert.equal(read({ _id: 'a', passwordHash: HASH, email: 'root@b.example', email_verified: false, identifiers }).email, 'root@b.example')
})

test('hashes of other kinds are refused without being said', () => {
  for (const passwordHash of [
    '$argon2id$v=19$x',
    '$2b$10$short',
    '',
    undefined,
    HASH.replace('2b', '2x'),
    HASH.replace('$10', '$13'),
    HASH.replace('$10', '$03'),
  ])
    assert.throws(
      () => read({ _id: 'a', passwordHash }),
      (error: Error) => /passwordHash/.test(error.message) && !error.message.includes('argon2id'),
    )
  for (const kind of ['2a', '2y']) assert.ok(read({ _id: 'a', passwordHash: HASH.replace('2b', kind) }))
})

test('a line without an id, or without JSON', () => {
  assert.throws(() => read({ passwordHash: HASH }), /there is no _id/)
  assert.throws(() => readPasswordLine('x'), /^Error: not JSON$/)
})
