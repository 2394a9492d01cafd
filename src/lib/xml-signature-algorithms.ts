import { createHash, type KeyObject, verify } from 'node:crypto'

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#'

export type Digest = 'sha256' | 'sha384' | 'sha512'

/** How a signature is made; everything else is impossible here: SHA-1, HMAC, DSA. */
export interface SignatureMethod {
  readonly uri: string
  readonly keyType: 'rsa' | 'ec'
  readonly digest: Digest
}

/** By the names of RFC 9231, section 2.3. */
export const signatureMethods: readonly SignatureMethod[] = (['sha256', 'sha384', 'sha512'] as const).flatMap((digest) => [
  { uri: `${MORE}rsa-${digest}`, keyType: 'rsa', digest },
  { uri: `${MORE}ecdsa-${digest}`, keyType: 'ec', digest },
])

/** Digests by the names of XML Encryption (section 5.7) and RFC 9231 (section 2.1). */
export const digestMethods: readonly { readonly uri: string; readonly digest: Digest }[] = [
  { uri: `${ENCRYPTION}sha256`, digest: 'sha256' },
  { uri: `${MORE}sha384`, digest: 'sha384' },
  { uri: `${ENCRYPTION}sha512`, digest: 'sha512' },
]

/** In bytes. */
export const digestLength = (digest: Digest): number => Number(digest.slice('sha'.length)) / 8

export const digestOf = (digest: Digest, text: string): string => createHash(digest).update(text, 'utf8').digest('base64')

const WEAKEST_RSA_BITS = 2_048
/** With 1 everybody signs; what is longer than 32 bits makes each look at a signature dear. */
const EXPONENTS = { least: 3n, most: 0xffff_ffffn } as const
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** True for public keys that are strong enough to believe: RSA of 2048 bits or more, ECDSA on the curves of NIST. */
export const isStrongKey = ({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean => {
  if (type !== 'public') return false
  if (asymmetricKeyType === 'rsa') {
    const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {}
    return modulusLength >= WEAKEST_RSA_BITS && publicExponent >= EXPONENTS.least && publicExponent <= EXPONENTS.most
  }
  return asymmetricKeyType === 'ec' && CURVES.has(asymmetricKeyDetails?.namedCurve ?? '')
}

/** Whether the key made the signature of the text. ECDSA signatures are r and s side by side (RFC 9231, section 2.3.6). */
export const isSignatureOf = ({ keyType, digest }: SignatureMethod, text: string, key: KeyObject, signature: Buffer): boolean =>
  key.asymmetricKeyType === keyType && verify(digest, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature)
