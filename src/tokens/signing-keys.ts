import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { type Clock, ONE_HOUR_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'
import type { KeyBook, KeyRecord } from './key-book.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

/** What a token format signs with. */
export interface SigningKey {
  readonly privateKey: KeyObject
  /** DER in base64, without armor. */
  readonly certificate: string
}

export interface SigningKeys {
  /** The key that tokens are signed with now. */
  readonly active: () => SigningKey
  /** The certificates relying parties should trust, DER in base64: the active one, then the next. */
  readonly published: () => readonly string[]
}

export interface SigningKeysParts {
  readonly book: KeyBook
  readonly clock: Pick<Clock, 'now'>
  readonly randomness: Randomness
}

const TWO_YEARS_MS = 2 * 365 * 24 * ONE_HOUR_MS
const RSA_BITS = 2048

/**
 * The keys tokens are signed with, made on the first start. Two nodes that start at once agree on the keys of whichever
 * wrote first. Throws `key_missing` when there are keys but none is active, and `key_wrong` when a key is not its certificate's.
 */
export const signingKeys = async (parts: SigningKeysParts): Promise<SigningKeys> => {
  const known = await parts.book.list()
  const records = known.length > 0 ? known : await parts.book.found(await Promise.all([madeKey('active', parts), madeKey('next', parts)]))
  const active = records.find((record) => record.state === 'active')
  const next = records.find((record) => record.state === 'next')
  if (!active) throw new UsherError('key_missing', { detail: { reason: 'no active signing key' } })
  const key = keyOf(active)
  const published = [key.certificate, ...(next ? [keyOf(next).certificate] : [])]
  return { active: () => key, published: () => published }
}

const keyOf = (record: KeyRecord): SigningKey => {
  const certificate = new X509Certificate(record.certificatePem)
  const privateKey = createPrivateKey(record.privateKeyPem.reveal())
  if (!certificate.checkPrivateKey(privateKey)) throw new UsherError('key_wrong', { detail: { reason: 'not the key of its certificate' } })
  return { privateKey, certificate: certificate.raw.toString('base64') }
}

const madeKey = async (state: 'active' | 'next', { clock, randomness }: SigningKeysParts): Promise<KeyRecord> => {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
  const createdAt = clock.now()
  const notAfter = createdAt + TWO_YEARS_MS
  const serial = randomness.bytes(16)
  const order = { ...keys, commonName: 'Usher token signing', serial, notBefore: createdAt - ONE_HOUR_MS, notAfter }
  return {
    id: serial.toString('hex'),
    state,
    certificatePem: selfSignedCertificate(order),
    privateKeyPem: new Secret(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    notAfter,
    createdAt,
  }
}
