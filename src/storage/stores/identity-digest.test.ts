import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { identityDigest } from './identity-digest.ts'

const KEY = new Secret(Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('base64'))
const GOOGLE = { connection: 'con_google', issuer: 'https://accounts.google.com', subject: '110169484474386276334ü' }

// Reckoned with another language's HMAC. It may never change: every immutable ID comes from it.
test('the digest is HMAC-SHA256 over length-prefixed parts, today and for good', () => {
  const digest = identityDigest(KEY).digest('contoso.example', GOOGLE)
  assert.equal(digest.toString('hex'), '65999b524549d24d46b0b5d6a92303360c9fc1219c4560ed02f8b05dcd690aa9')
})
