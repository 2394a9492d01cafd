import assert from 'node:assert/strict'
import { sign, verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { AT, memoryKeyBook, seeded, sharedKeys } from '../../test/support/wsfed-samples.ts'
import type { KeyBook, KeyRecord } from './key-book.ts'
import { signingKeys } from './signing-keys.ts'

const parts = (book: KeyBook, now = AT) => ({ book, clock: { now: () => now }, randomness: seeded('signing-keys') })
const certificateOf = (der: string) => new X509Certificate(Buffer.from(der, 'base64'))

test('the first start makes a key to sign with and the next one, and both are published', async () => {
  const book = memoryKeyBook()
  const keys = await signingKeys(parts(book))
  const records = await book.list()
  assert.deepEqual(records.map(({ state }) => state).sort(), ['active', 'next'])
  assert.equal(keys.published().length, 2)
  assert.equal(keys.published()[0], keys.active().certificate)
  assert.notEqual(keys.published()[0], keys.published()[1])
  assert.equal(new Set(records.map(({ id }) => id)).size, 2)
})

test('what the key signs is verified with the certificate', async () => {
  const { privateKey, certificate } = (await sharedKeys()).active()
  const signature = sign('sha256', Buffer.from('usher'), privateKey)
  assert.ok(verify('sha256', Buffer.from('usher'), certificateOf(certificate).publicKey, signature))
  assert.ok(!verify('sha256', Buffer.from('Usher'), certificateOf(certificate).publicKey, signature))
  assert.equal(privateKey.asymmetricKeyType, 'rsa')
  assert.ok((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048)
})

test('later starts take the keys there are', async () => {
  const book = memoryKeyBook()
  const first = await signingKeys(parts(book))
  const second = await signingKeys(parts(book, AT + 86_400_000))
  assert.deepEqual(second.published(), first.published())
})

test('two nodes that start at once sign with the same key', async () => {
  const book = memoryKeyBook()
  // Both look before either has written.
  const blind = (): KeyBook => ({ list: async () => [], found: book.found })
  const [one, other] = await Promise.all([signingKeys(parts(blind())), signingKeys(parts(blind()))])
  assert.deepEqual(one.published(), other.published())
  assert.ok(one.active().privateKey.equals(other.active().privateKey))
})

test('private keys do not print', async () => {
  const book = memoryKeyBook()
  await signingKeys(parts(book))
  assert.ok(!JSON.stringify(await book.list()).includes('PRIVATE KEY'))
})

const bookOf = (records: readonly KeyRecord[]): KeyBook => ({
  list: async () => records,
  found: async () => assert.fail('keys there are must not be replaced'),
})

const madeRecords = async () => {
  const book = memoryKeyBook()
  await signingKeys(parts(book))
  return book.list()
}

test('without an active key nothing is made up', async () => {
  const records = (await madeRecords()).map((record) => ({ ...record, state: 'retired' as const }))
  await assert.rejects(signingKeys(parts(bookOf(records))), { code: 'key_missing' })
})

test('a key that is not its certificate’s stops the start', async () => {
  const [one, other] = await madeRecords()
  assert.ok(one && other)
  const swapped = [
    { ...one, certificatePem: other.certificatePem },
    { ...other, certificatePem: one.certificatePem },
  ]
  await assert.rejects(signingKeys(parts(bookOf(swapped))), { code: 'key_wrong' })
})

test('retired keys are neither used nor published', async () => {
  const [one, other] = await madeRecords()
  assert.ok(one && other)
  const keys = await signingKeys(
    parts(
      bookOf([
        { ...other, state: 'retired' },
        { ...one, state: 'active' },
      ]),
    ),
  )
  assert.deepEqual(keys.published(), [keys.active().certificate])
})
