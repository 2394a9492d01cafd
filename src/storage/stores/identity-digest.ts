import { createHmac } from 'node:crypto'
import type { Identity } from '#kernel/person.ts'
import type { Secret } from '#kernel/secret.ts'

/** The lasting part of an account's names, under a key that never changes: with another one everybody would be somebody else. */
export const identityDigest = (identityKey: Secret) => ({
  /** 32 bytes of HMAC-SHA256 over 'v1', tenant, connection, issuer and subject, each after its length in bytes. */
  digest: (tenant: string, { connection, issuer, subject }: Identity): Buffer => {
    const hmac = createHmac('sha256', Buffer.from(identityKey.reveal(), 'base64'))
    for (const part of ['v1', tenant, connection, issuer, subject]) hmac.update(lengthPrefixed(part))
    return hmac.digest()
  },
})

const lengthPrefixed = (part: string): Buffer => {
  const bytes = Buffer.from(part)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
