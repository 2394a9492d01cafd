import { X509Certificate } from 'node:crypto'

const LINE_LENGTH = 64

/** PEM of a certificate given as PEM or as base64 DER without armor. Throws when it is neither. */
export const asPem = (certificate: string): string => {
  const text = certificate.trim()
  const pem = text.startsWith('-----BEGIN') ? text : armored(text)
  return new X509Certificate(pem).toString()
}

const armored = (base64: string): string => {
  const lines = base64.replace(/\s/g, '').match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** Base64 DER without armor, as Graph keeps it. */
export const asBase64 = (certificate: string): string => new X509Certificate(asPem(certificate)).raw.toString('base64')
