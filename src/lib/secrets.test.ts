import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { createSecrets, type Place } from './secrets.ts'

const randomness = { bytes: randomBytes }
const newKey = () => new Secret(randomBytes(32).toString('base64'))
const place: Place = { table: 'signing_keys', row: 'one', column: 'private_key' }
const isWrongKey = (error: unknown): boolean => error instanceof UsherError && error.code === 'key_wrong'

test('what was sealed opens in its place', () => {
  const secrets = createSecrets(newKey(), randomness)
  for (const value of ['', 'x', 'Zoë 🦉', 'k'.repeat(10_000)]) {
    const sealed = secrets.seal(new Secret(value), place)
    assert.equal(secrets.open(sealed, place).reveal(), value)
    assert.match(sealed, /^v1\.[\w-]+$/)
  }
})

test('the text does not show what it holds, and is never the same twice', () => {
  const secrets = createSecrets(newKey(), randomness)
  const seals = Array.from({ length: 50 }, () => secrets.seal(new Secret('canary-canary'), place))
  assert.equal(new Set(seals).size, 50)
  assert.equal(new Set(seals.map((sealed) => Buffer.from(sealed.slice(3), 'base64url').subarray(0, 12).toString('hex'))).size, 50)
  for (const sealed of seals) assert.ok(!Buffer.from(sealed.slice(3), 'base64url').includes('canary'))
})

test('what was moved to another place does not open there', () => {
  const secrets = createSecrets(newKey(), randomness)
  const others: readonly Place[] = [
    { ...place, table: 'settings' },
    { ...place, row: 'two' },
    { ...place, column: 'certificate' },
    // The same letters, divided in another way.
    { table: 'signing_keyso', row: 'ne', column: 'private_key' },
  ]
  const sealed = secrets.seal(new Secret('value'), place)
  for (const other of others) assert.throws(() => secrets.open(sealed, other), isWrongKey)
  const [one, two] = [place, { ...place, row: 'two' }].map((at) => secrets.seal(new Secret(at.row), at))
  assert.throws(() => secrets.open(two ?? '', place), isWrongKey)
  assert.equal(secrets.open(one ?? '', place).reveal(), 'one')
})

test('no bit of it may change', () => {
  const secrets = createSecrets(newKey(), randomness)
  const bytes = Buffer.from(secrets.seal(new Secret('value'), place).slice(3), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.throws(() => secrets.open(`v1.${changed.toString('base64url')}`, place), isWrongKey)
  }
})

test('another key, another version or a cut text opens nothing', () => {
  const secrets = createSecrets(newKey(), randomness)
  const sealed = secrets.seal(new Secret('value'), place)
  assert.throws(() => createSecrets(newKey(), randomness).open(sealed, place), isWrongKey)
  for (const text of ['', 'v1', 'v1.', 'value', sealed.replace('v1.', 'v2.'), sealed.slice(0, -2), `${sealed}.x`, sealed.slice(0, 30)])
    assert.throws(() => secrets.open(text, place), isWrongKey, text)
})

test('a key that is not 32 bytes of base64 is refused', () => {
  const good = randomBytes(32).toString('base64')
  const bad = [
    '',
    'short',
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `${good}\n${good}`,
    `!${good}`,
    good.slice(1),
  ]
  for (const key of bad) assert.throws(() => createSecrets(new Secret(key), randomness), isWrongKey, key)
  assert.throws(
    () => createSecrets(new Secret('hunter2'), randomness),
    (error: unknown) => !JSON.stringify(error).includes('hunter2'),
  )
})
