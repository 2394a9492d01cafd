import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentityDigest } from '../../src/provisioning/account-book.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n))
const GOOGLE = { connection: 'con_google', issuer: 'https://accounts.google.com', subject: '110169484474386276334ü' }
/** Reckoned with another language's HMAC. It may never change: every immutable ID comes from it. */
const GOLDEN = '65999b524549d24d46b0b5d6a92303360c9fc1219c4560ed02f8b05dcd690aa9'

type Parts = readonly [tenant: string, connection: string, issuer: string, subject: string]

/** Some of them are the same text when their parts are simply joined. */
const DIFFERENT: readonly [Parts, ...Parts[]] = [
  ['t', 'a', 'b', 'c'],
  ['u', 'a', 'b', 'c'],
  ['t', 'ab', '', 'c'],
  ['t', 'a', 'bc', ''],
  ['ta', '', 'b', 'c'],
  ['t', 'a', 'b', 'C'],
]

/** What every digest of identities does. `open` gives one under this key. */
export const identityDigestConformance = (name: string, open: (key: Buffer) => IdentityDigest): void => {
  test(`${name}: the digest is HMAC-SHA256 over length-prefixed parts, today and for good`, () => {
    assert.equal(open(KEY).digest('contoso.example', GOOGLE).toString('hex'), GOLDEN)
  })

  test(`${name}: another tenant, key, connection, issuer or subject gives another digest, however the parts are cut`, () => {
    const of = (parts: Parts, key = KEY): string => {
      const [tenant, connection, issuer, subject] = parts
      return open(key).digest(tenant, { connection, issuer, subject }).toString('hex')
    }
    const different = DIFFERENT.map((parts) => of(parts))
    assert.equal(new Set([...different, of(DIFFERENT[0], Buffer.alloc(32))]).size, DIFFERENT.length + 1)
    assert.equal(of(DIFFERENT[0]), different[0])
  })
}
