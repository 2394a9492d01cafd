import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentityDigest } from '../../src/provisioning/account-book.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n))
const GOOGLE = { connection: 'con_google', issuer: 'https://accounts.google.com', subject: '110169484474386276334ü' }
/** Reckoned with another language's HMAC. It may never change: every immutable ID comes from it. */
const GOLDEN = '65999b524549d24d46b0b5d6a92303360c9fc1219c4560ed02f8b05dcd690aa9'

/** What every digest of identities does. `open` gives one under this key. */
export const identityDigestConformance = (name: string, open: (key: Buffer) => IdentityDigest): void => {
  test(`${name}: the digest is HMAC-SHA256 over length-prefixed parts, today and for good`, () => {
    assert.equal(open(KEY).digest('contoso.example', GOOGLE).toString('hex'), GOLDEN)
  })

  test(`${name}: another tenant, key, connection, issuer or subject gives another digest, however the parts are cut`, () => {
    const of = (tenant: string, connection: string, issuer: string, subject: string, key = KEY) =>
      open(key).digest(tenant, { connection, issuer, subject }).toString('hex')
    const all = [
      of('t', 'a', 'b', 'c'),
      of('u', 'a', 'b', 'c'),
      of('t', 'ab', '', 'c'),
      of('t', 'a', 'bc', ''),
      of('ta', '', 'b', 'c'),
      of('t', 'a', 'b', 'C'),
    ]
    assert.equal(new Set([...all, of('t', 'a', 'b', 'c', Buffer.alloc(32))]).size, all.length + 1)
    assert.equal(of('t', 'a', 'b', 'c'), all[0])
  })
}
