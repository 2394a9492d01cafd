import type { KeyObject } from 'node:crypto'
import { type HashAlgorithm, type SignatureAlgorithm, SignedXml } from 'xml-crypto'
import { MESSAGE_LIMITS, meaningOf, readStrictly, type StrictElement, type XmlLimits } from './strict-xml.ts'
import { writtenAlone } from './strict-xml-writing.ts'
import { XmlRefused } from './xml-refused.ts'
import { type Digest, digestMethods, digestOf, isSignatureOf, isStrongKey, type SignatureMethod } from './xml-signature-algorithms.ts'
import { ENVELOPED, EXCLUSIVE, signatureOf } from './xml-signature-profile.ts'

/**
 * What somebody who holds one of these keys signed of this element: the element again, without its signature, read anew
 * from the very bytes that were signed. Nothing else of the document it stands in counts. The signature of an element
 * within it, of an assertion in a response, is part of what is returned and can be verified there.
 * A signature is the element's own child and names it by its `ID`; RSA of 2,048 bits or more, or ECDSA, with SHA-256, 384
 * or 512; what it says of its key is never looked at.
 * Throws `XmlRefused`, with the reason `signature` where none of the keys made it.
 */
export const verifySigned = (element: StrictElement, keys: readonly KeyObject[], limits: XmlLimits = MESSAGE_LIMITS): StrictElement => {
  const { element: signature, method, keyInfo } = signatureOf(element)
  if (!keys.every(isStrongKey)) throw new XmlRefused('key')
  const unread = new Set(keyInfo ? [keyInfo] : [])
  const written = { document: writtenAlone(element, unread), signature: writtenAlone(signature, unread) }
  if (Buffer.byteLength(written.document) > limits.bytes) throw new XmlRefused('size')
  const text = keys.reduce<string | undefined>((found, key) => found ?? signedText(written, method, key), undefined)
  if (text === undefined) throw new XmlRefused('signature')
  const signed = readStrictly(text, limits)
  // Two readers read it: ours, and the library's. Where they differ nobody knows what was meant.
  if (meaningOf(signed) !== meaningOf(element, signature)) throw new XmlRefused('signed_differs')
  return signed
}

interface Written {
  readonly document: string
  readonly signature: string
}

/** The canonical text that the key signed; undefined when it did not. */
const signedText = (written: Written, method: SignatureMethod, key: KeyObject): string | undefined => {
  if (key.asymmetricKeyType !== method.keyType) return undefined
  const verifier = narrowed(method, key)
  try {
    verifier.loadSignature(written.signature)
    if (!verifier.checkSignature(written.document)) return undefined
  } catch {
    // It throws where a signature is wrong and returns false where a digest is; neither is a yes.
    return undefined
  }
  const [text, ...others] = verifier.getSignedReferences()
  return others.length === 0 ? text : undefined
}

/** A verifier that knows the algorithms of our profile and this key, and nothing else. */
const narrowed = (method: SignatureMethod, key: KeyObject): SignedXml => {
  const verifier = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null })
  // The profile has an ID and no other name for it; each name more is another walk through the document.
  verifier.idAttributes = ['ID']
  const canonical = Object.entries(verifier.CanonicalizationAlgorithms)
  verifier.CanonicalizationAlgorithms = Object.fromEntries(canonical.filter(([uri]) => uri === ENVELOPED || uri === EXCLUSIVE))
  verifier.SignatureAlgorithms = { [method.uri]: verifiesWith(method, key) }
  verifier.HashAlgorithms = Object.fromEntries(digestMethods.map(({ uri, digest }) => [uri, hashes(uri, digest)]))
  return verifier
}

const verifiesWith = (method: SignatureMethod, key: KeyObject): (new () => SignatureAlgorithm) =>
  class {
    getAlgorithmName = () => method.uri
    verifySignature = (text: string, _key: unknown, value: string) => isSignatureOf(method, text, key, Buffer.from(value, 'base64'))
    getSignature = (): never => {
      throw new TypeError('nothing is signed here')
    }
  }

const hashes = (uri: string, digest: Digest): (new () => HashAlgorithm) =>
  class {
    getAlgorithmName = () => uri
    getHash = (text: string) => digestOf(digest, text)
  }
