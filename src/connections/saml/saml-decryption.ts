import type { Secret } from '#kernel/secret.ts'
import { elementsOf, serialize } from '#lib/xml.ts'
import { allIn, assertContent, requiredChild } from './saml-elements.ts'
import { ENCRYPTION, ENCRYPTION_METHODS, SIGNATURE } from './saml-names.ts'
import { attributeOf, type StrictElement, textIn } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'

const xenc = elementsOf({ prefix: 'xenc', uri: ENCRYPTION })
const ds = elementsOf({ prefix: 'ds', uri: SIGNATURE })

const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1'
const NONCE_AND_TAG_BYTES = 12 + 16

/**
 * What an EncryptedAssertion holds (xmlenc-core1), as text. AES-GCM and RSA-OAEP are taken and nothing else: without
 * authentication whoever sends a text can ask for it bit by bit. Throws `connection_answer_invalid`.
 */
export const decrypted = async (encrypted: StrictElement, key: Secret): Promise<string> => {
  const { content, contentKey, algorithm } = partsOf(encrypted)
  // Built anew, so that the library can find no other element than the ones that were looked at.
  const document = serialize(
    xenc('EncryptedData', {}, [
      xenc('EncryptionMethod', { Algorithm: algorithm }),
      ds('KeyInfo', {}, [
        xenc('EncryptedKey', {}, [
          xenc('EncryptionMethod', { Algorithm: ENCRYPTION_METHODS.key }),
          xenc('CipherData', {}, [xenc('CipherValue', {}, [contentKey])]),
        ]),
      ]),
      xenc('CipherData', {}, [xenc('CipherValue', {}, [content])]),
    ]),
  )
  const { decryptXml } = await import('@node-saml/node-saml/lib/xml.js')
  // One word for everything that can go wrong with a key or a text: whoever sends them learns nothing from it.
  return decryptXml(document, key.reveal()).catch(() => {
    throw notFromHere('decryption')
  })
}

interface Parts {
  readonly algorithm: string
  readonly content: string
  readonly contentKey: string
}

const partsOf = (encrypted: StrictElement): Parts => {
  const data = requiredChild(encrypted, ENCRYPTION, 'EncryptedData')
  const key = keyOf(encrypted)
  const method = requiredChild(data, ENCRYPTION, 'EncryptionMethod')
  const algorithm = attributeOf(method, 'Algorithm') ?? ''
  if (!ENCRYPTION_METHODS.content.some((one) => one === algorithm)) throw notFromHere('encryption method')
  assertContent(method, {})
  assertTransport(requiredChild(key, ENCRYPTION, 'EncryptionMethod'))
  const content = cipherOf(data)
  if (Buffer.from(content, 'base64').length <= NONCE_AND_TAG_BYTES) throw notFromHere('CipherValue')
  return { algorithm, content, contentKey: cipherOf(key) }
}

/** In the data itself or beside it, whichever the identity provider prefers; one only. */
const keyOf = (encrypted: StrictElement): StrictElement => {
  const [key, another] = allIn(encrypted).filter(({ namespace, name }) => namespace === ENCRYPTION && name === 'EncryptedKey')
  if (!key || another) throw notFromHere('EncryptedKey')
  return key
}

/** RSA-OAEP with MGF1 and SHA-1, which is what its name means without more; SHA-1 is no weakness in it (RFC 8017, B.1). */
const assertTransport = (method: StrictElement): void => {
  assertContent(method, { [`${SIGNATURE} DigestMethod`]: [0, 1] })
  const isOaep = attributeOf(method, 'Algorithm') === ENCRYPTION_METHODS.key
  const digests = allIn(method).filter(({ name }) => name === 'DigestMethod')
  if (!isOaep || digests.some((one) => attributeOf(one, 'Algorithm') !== SHA1)) throw notFromHere('key transport')
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

const cipherOf = (element: StrictElement): string => {
  const data = requiredChild(element, ENCRYPTION, 'CipherData')
  const value = textIn(requiredChild(data, ENCRYPTION, 'CipherValue')).replace(/\s/g, '')
  if (!BASE64.test(value)) throw notFromHere('CipherValue')
  return value
}
