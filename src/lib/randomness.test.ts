import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { pooledRandomness } from './randomness.ts'

/** What was fetched, as it was before anything was cut from it. */
const watched = () => {
  const fetched: Buffer[] = []
  const live: Buffer[] = []
  const { bytes } = pooledRandomness((length) => {
    const piece = randomBytes(length)
    fetched.push(Buffer.from(piece))
    live.push(piece)
    return piece
  })
  return { bytes, fetched, live }
}

test('values are pieces of what was fetched, none twice and none skipped over', () => {
  const { bytes, fetched } = watched()
  const given = Array.from({ length: 400 }, () => bytes(16))
  assert.deepEqual(Buffer.concat(given), Buffer.concat(fetched).subarray(0, 400 * 16))
  assert.equal(fetched.length, 2)
})

test('a value is as long as was asked, also where a supply ends', () => {
  const { bytes } = watched()
  for (let count = 0; count < 500; count += 1) assert.equal(bytes(10 + (count % 30)).length, 10 + (count % 30))
})

test('a value that was given stays what it was, and the supply keeps no copy of it', () => {
  const { bytes, live } = watched()
  const value = bytes(16)
  const seen = value.toString('hex')
  bytes(16)
  assert.equal(value.toString('hex'), seen)
  assert.equal(live[0]?.includes(value), false)
})

test('long values are fetched by themselves', () => {
  const { bytes, fetched } = watched()
  assert.deepEqual(bytes(1_000), fetched[0])
})
