import { createPublicKey, createSign, type KeyObject } from 'node:crypto'

const LONG_FORM = 0x80
const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OBJECT_ID = 0x06
const UTF8 = 0x0c
const UTC_TIME = 0x17

const lengthOf = (length: number): Buffer => {
  if (length < LONG_FORM) return Buffer.from([length])
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([LONG_FORM | bytes.length]), bytes])
}

const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

const SHA256_WITH_RSA = der(SEQUENCE, der(OBJECT_ID, Buffer.from('2a864886f70d01010b', 'hex')), Buffer.from([5, 0]))
const COMMON_NAME = der(OBJECT_ID, Buffer.from('550403', 'hex'))

const nameOf = (commonName: string): Buffer => der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from(commonName)))))

/** A self-signed X.509 v1 certificate, valid from 2025 to 2045, as DER (RFC 5280 §4.1). For tests. */
export const selfSigned = (commonName: string, privateKey: KeyObject): Buffer => {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const validity = der(SEQUENCE, der(UTC_TIME, Buffer.from('250101000000Z')), der(UTC_TIME, Buffer.from('450101000000Z')))
  const name = nameOf(commonName)
  const body = der(SEQUENCE, der(INTEGER, Buffer.from([1])), SHA256_WITH_RSA, name, validity, name, publicKey)
  const signature = createSign('RSA-SHA256').update(body).sign(privateKey)
  return der(SEQUENCE, body, SHA256_WITH_RSA, der(BIT_STRING, Buffer.from([0]), signature))
}
