import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { selfSignedCertificate } from './self-signed-certificate.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const order = {
  commonName: 'Usher token signing',
  serial: Buffer.alloc(16, 0xff),
  notBefore: Date.parse('2026-11-24T09:00:00Z'),
  notAfter: Date.parse('2028-11-23T09:00:00Z'),
  publicKey,
  privateKey,
}

test('the certificate carries the key, the name and the times it was ordered with', () => {
  const certificate = new X509Certificate(selfSignedCertificate(order))
  assert.equal(certificate.subject, 'CN=Usher token signing')
  assert.equal(certificate.issuer, certificate.subject)
  assert.equal(certificate.validFromDate.getTime(), order.notBefore)
  assert.equal(certificate.validToDate.getTime(), order.notAfter)
  assert.equal(certificate.ca, false)
  assert.ok(certificate.verify(publicKey))
  assert.ok(certificate.publicKey.equals(publicKey))
  assert.ok(certificate.checkPrivateKey(privateKey))
})

test('the serial number is positive and uses all its bytes', () => {
  for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
    const { serialNumber } = new X509Certificate(selfSignedCertificate({ ...order, serial: Buffer.alloc(16, fill) }))
    assert.equal(serialNumber.length, 32)
    assert.match(serialNumber, /^[4-7]/)
  }
})

test('times after 2049 are written with four digits of the year', () => {
  const certificate = new X509Certificate(
    selfSignedCertificate({ ...order, notBefore: Date.parse('2049-12-31T23:59:59Z'), notAfter: Date.parse('2050-01-01T00:00:00Z') }),
  )
  assert.equal(certificate.validFromDate.toISOString(), '2049-12-31T23:59:59.000Z')
  assert.equal(certificate.validToDate.toISOString(), '2050-01-01T00:00:00.000Z')
})

test('names with letters beyond ASCII are carried', () => {
  assert.equal(new X509Certificate(selfSignedCertificate({ ...order, commonName: 'Türhüter' })).subject, 'CN=Türhüter')
})
