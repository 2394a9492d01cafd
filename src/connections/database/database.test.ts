import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Credentials } from '../connection.ts'
import { connectionConformance, settingsOf } from '../../../test/conformance/connection.ts'
import { fakePasswordFile } from '../../../test/support/fake-password-file.ts'
import { databaseType } from './database.ts'
import { hashPassword } from './passwords.ts'

const ID = 'connection-1'
const PASSWORD = 'correct horse battery'
const right: Credentials = { username: 'dana', password: PASSWORD, ip: '192.0.2.7', at: Date.parse('2026-03-02T09:00:00Z') }
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const hashed = await hashPassword(PASSWORD)

const open = (hash = hashed) => {
  const entry = {
    connection: ID,
    subject: 's-1',
    username: 'dana',
    hash,
    names: { given: 'Dana' },
    emailVerified: false,
    attributes: { team: 'red' },
  }
  const fake = fakePasswordFile([entry])
  const type = databaseType({ passwords: fake.file, log: silent })
  const connection = type.open(settingsOf('database', { id: ID }))
  if (connection.kind !== 'password') throw new Error('not a password connection')
  return { ...fake, type, connection }
}

connectionConformance({
  kind: 'password',
  name: 'database',
  identity: { issuer: ID, subject: 's-1' },
  openWrongly: () => ({ open: () => open().type.open(settingsOf('database', { settings: { minimum: 3 } })), calls: () => 0 }),
  open: async () => ({ connection: open().connection, right }),
})

test('a person of another connection is not known here', async () => {
  const { type } = open()
  const other = type.open(settingsOf('database', { id: 'connection-2' }))
  assert.equal(other.kind === 'password' && (await other.verify(right)), undefined)
})

test('a hash made for less is made anew, once, by a right password only', async () => {
  const cheap = await import('@node-rs/argon2').then(({ hash }) =>
    hash(PASSWORD, { memoryCost: 4_096, timeCost: 1, parallelism: 1, algorithm: 2 }),
  )
  const { connection, people } = open(cheap)
  assert.equal(await connection.verify({ ...right, password: 'wrong' }), undefined)
  assert.equal(people()[0]?.hash, cheap)
  assert.ok(await connection.verify(right))
  const renewed = people()[0]?.hash
  assert.match(renewed ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.ok(await connection.verify(right))
  assert.equal(people()[0]?.hash, renewed)
})

test('a sign-in does not wait for storage to take the new hash', async () => {
  const cheap = await import('@node-rs/argon2').then(({ hash }) =>
    hash(PASSWORD, { memoryCost: 4_096, timeCost: 1, parallelism: 1, algorithm: 2 }),
  )
  const { file } = open(cheap)
  const events: string[] = []
  const passwords = { ...file, rehash: () => Promise.reject(new Error('read only')) }
  const connection = databaseType({ passwords, log: { ...silent, warn: (event) => events.push(event) } }).open(
    settingsOf('database', { id: ID }),
  )
  assert.ok(connection.kind === 'password' && (await connection.verify(right)))
  assert.deepEqual(events, ['password_not_rehashed'])
})

test('a hash nobody can check denies, and says so to the log only', async () => {
  for (const hash of [
    '',
    'x',
    '$2b$10$abcdefghijklmnopqrstuv',
    hashed.replace('argon2id', 'argon2i'),
    hashed.replace('m=19456', 'm=4194304'),
  ])
    await assert.rejects(open(hash).connection.verify(right), { code: 'internal_error' })
})

test('what nobody typed is not put in order first: that would hold everybody else up', async (t) => {
  const { connection } = open()
  const composed = t.mock.method(String.prototype, 'normalize').mock
  const accents = 'a\u0345\u0334'.repeat(10_000)
  assert.equal(await connection.verify({ ...right, username: accents }), undefined)
  assert.equal(await connection.verify({ ...right, password: accents }), undefined)
  const longest = Math.max(0, ...composed.calls.map(({ this: text }) => String(text).length))
  assert.ok(longest > 0 && longest < 4_096, `${longest} characters`)
})
