import { type KeyObject, sign } from 'node:crypto'

export interface CertificateOrder {
  readonly commonName: string
  /** 16 random bytes. */
  readonly serial: Buffer
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/**
 * A self-signed RSA-SHA256 certificate (RFC 5280) that carries a signing key to relying parties, in PEM.
 * Written here because Node makes none, and the library that does wants a polyfill of `Reflect` and fifteen packages in
 * the process that holds the keys. It is read by OpenSSL before it is used.
 */
export const selfSignedCertificate = (order: CertificateOrder): string => {
  const body = sequence(
    VERSION_3,
    serialNumber(order.serial),
    SHA256_WITH_RSA,
    nameOf(order.commonName),
    sequence(time(order.notBefore), time(order.notAfter)),
    nameOf(order.commonName),
    order.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(NO_AUTHORITY, SIGNS_ONLY)),
  )
  const certificate = sequence(body, SHA256_WITH_RSA, bits(sign('sha256', body, order.privateKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Tag, length, value (X.690). */
const tagged = (tag: number, ...values: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(values)
  return Buffer.concat([Buffer.from([tag]), lengthOf(value), value])
}

const lengthOf = ({ length }: Buffer): Buffer => {
  if (length < 0x80) return Buffer.from([length])
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
}

const sequence = (...values: readonly Buffer[]) => tagged(0x30, ...values)
// The first byte is kept between 0x40 and 0x7f: positive, and no byte more than needed.
const serialNumber = (bytes: Buffer) => tagged(0x02, Buffer.from([((bytes[0] ?? 0) & 0x3f) | 0x40]), bytes.subarray(1))
const bits = (bytes: Buffer) => tagged(0x03, Buffer.from([0]), bytes)
const objectId = (...bytes: readonly number[]) => tagged(0x06, Buffer.from(bytes))

const VERSION_3 = tagged(0xa0, tagged(0x02, Buffer.from([2])))
const SHA256_WITH_RSA = sequence(objectId(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), tagged(0x05))
const CRITICAL = tagged(0x01, Buffer.from([0xff]))
// basicConstraints: no authority over others; keyUsage: digitalSignature.
const NO_AUTHORITY = sequence(objectId(0x55, 0x1d, 0x13), CRITICAL, tagged(0x04, sequence()))
const SIGNS_ONLY = sequence(objectId(0x55, 0x1d, 0x0f), CRITICAL, tagged(0x04, tagged(0x03, Buffer.from([7, 0x80]))))

const nameOf = (commonName: string) => sequence(tagged(0x31, sequence(objectId(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(commonName)))))

/** UTCTime until 2049, GeneralizedTime after that (RFC 5280, section 4.1.2.5). */
const time = (ms: number): Buffer => {
  const digits = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return digits < '2050' ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}
