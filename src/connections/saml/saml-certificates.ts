import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Secret } from '#kernel/secret.ts'

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The certificates in a text: PEM, one or several, or bare base64 as metadata has it. Undefined when one cannot be read. */
export const certificatesIn = (text: string): readonly X509Certificate[] | undefined => {
  const written = text.includes('-----') ? text.match(PEM) : [text.replace(/\s/g, '')]
  try {
    return written?.map((one) => new X509Certificate(one.includes('-----') ? one : Buffer.from(one, 'base64')))
  } catch {
    return undefined
  }
}

/** True until the certificate's own end: whoever let it run out may have let go of the key. */
export const isInForce = (certificate: X509Certificate, now: number): boolean => certificate.validToDate.getTime() > now

/** A certificate's bytes, as metadata has them. */
export const base64Of = ({ raw }: X509Certificate): string => raw.toString('base64')

/** A private key of ours in PEM; undefined when it is none. */
export const privateKeyIn = (secret: Secret): KeyObject | undefined => {
  try {
    return createPrivateKey(secret.reveal())
  } catch {
    return undefined
  }
}
