import { createCipheriv, createDecipheriv } from 'node:crypto'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'

/** Where a sealed value is kept. A value that is moved to another place does not open there. */
export interface Place {
  readonly table: string
  readonly row: string
  readonly column: string
}

/** Seals values for keeping. */
export interface Secrets {
  /** Text: `v1.` and base64url of nonce, ciphertext and tag. */
  readonly seal: (secret: Secret, place: Place) => string
  /** Throws `key_wrong` when the value was sealed with another key, for another place, or was changed. */
  readonly open: (sealed: string, place: Place) => Secret
}

const VERSION = 'v1'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM (NIST SP 800-38D) with a random nonce; the place is authenticated along. `key` is base64 of 32 bytes. */
export const createSecrets = (key: Secret, randomness: Randomness): Secrets => {
  const keyBytes = readKey(key)
  return {
    seal: (secret, place) => {
      const nonce = randomness.bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyBytes, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(place))
      const ciphertext = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()])
      return `${VERSION}.${Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url')}`
    },
    open: (sealed, place) => {
      const { nonce, ciphertext, tag } = parts(sealed, place)
      const decipher = createDecipheriv('aes-256-gcm', keyBytes, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(boundTo(place)).setAuthTag(tag)
      try {
        return new Secret(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8'))
      } catch (error) {
        throw unreadable(place, error)
      }
    },
  }
}

const readKey = (key: Secret): Buffer => {
  const text = key.reveal()
  const bytes = Buffer.from(text, 'base64')
  // Buffer skips what is not base64; a key that was cut or padded with rubbish must not pass.
  if (bytes.length === KEY_BYTES && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes
  throw new UsherError('key_wrong', { detail: { problem: 'the key-encryption key must be 32 bytes in base64' } })
}

const boundTo = ({ table, row, column }: Place): Buffer => Buffer.from(JSON.stringify([VERSION, table, row, column]))

const parts = (sealed: string, place: Place) => {
  const [version, body, ...more] = sealed.split('.')
  const bytes = Buffer.from(body ?? '', 'base64url')
  if (version !== VERSION || more.length > 0 || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable(place)
  return {
    nonce: bytes.subarray(0, NONCE_BYTES),
    ciphertext: bytes.subarray(NONCE_BYTES, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  }
}

const unreadable = ({ table, column }: Place, cause?: unknown) =>
  new UsherError('key_wrong', {
    cause,
    detail: { problem: `what is kept in ${table}.${column} was not sealed with this key for this place` },
  })
