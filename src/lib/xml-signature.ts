import type { KeyObject } from 'node:crypto'
import { ExclusiveCanonicalization, type HashAlgorithm, type SignatureAlgorithm, SignedXml } from 'xml-crypto'
import { attributeOf, MESSAGE_LIMITS, meaningOf, readStrictly, type StrictElement, type XmlLimits } from './strict-xml.ts'
import { inDom } from './strict-xml-dom.ts'
import { writtenAlone } from './strict-xml-writing.ts'
import { XmlRefused } from './xml-refused.ts'
import { type Digest, digestMethods, digestOf, isSignatureOf, isStrongKey, type SignatureMethod } from './xml-signature-algorithms.ts'
import { ENVELOPED, EXCLUSIVE, type ProfiledSignature, signatureOf } from './xml-signature-profile.ts'

/** Of a signature without what it says of its key; RSA of 16,384 bits makes some 4,000. */
const LONGEST_SIGNATURE = 16 * 1024

/**
 * What somebody who holds one of these keys signed of this element: the element again, without its signature, read anew
 * from the very bytes that were signed. Nothing else of the document it stands in counts. The signature of an element
 * within it, of an assertion in a response, is part of what is returned and can be verified there.
 * A signature is the element's own child and names it by its `ID`; RSA of 2,048 bits or more, or ECDSA, with SHA-256, 384
 * or 512; what it says of its key is never looked at.
 * Throws `XmlRefused`, with the reason `signature` where none of the keys made it.
 */
export const verifySigned = (element: StrictElement, keys: readonly KeyObject[], limits: XmlLimits = MESSAGE_LIMITS): StrictElement => {
  const signature = signatureOf(element)
  if (!keys.every(isStrongKey)) throw new XmlRefused('key')
  const text = signedText(element, signature, keys)
  if (text === undefined) throw new XmlRefused('signature')
  const signed = readStrictly(text, limits)
  // What is believed is what was signed; where it does not read as what was looked at before, nobody knows what was meant.
  if (meaningOf(signed) !== meaningOf(element, signature.element)) throw new XmlRefused('signed_differs')
  return signed
}

/** The canonical text of the element that one of the keys signed; undefined when none did. */
const signedText = (element: StrictElement, signature: ProfiledSignature, keys: readonly KeyObject[]): string | undefined => {
  const written = writtenAlone(signature.element, new Set(signature.keyInfo ? [signature.keyInfo] : []))
  if (written.length > LONGEST_SIGNATURE) throw new XmlRefused('size')
  const verifier = narrowed(element, signature, keys)
  try {
    verifier.loadSignature(written)
    if (!verifier.checkSignature(`<${STAND_IN} ID="${attributeOf(element, 'ID')}"></${STAND_IN}>`)) return undefined
  } catch {
    // It throws where a signature is wrong and returns false where a digest is; neither is a yes.
    return undefined
  }
  const [text, ...others] = verifier.getSignedReferences()
  return others.length === 0 ? text : undefined
}

/** The document that the library is shown. A SignedInfo, which it reads as it was written, has another name. */
const STAND_IN = 'signed'

/** A verifier that knows the algorithms of our profile, the keys they are for and this element, and nothing else. */
const narrowed = (element: StrictElement, { element: signature, method }: ProfiledSignature, keys: readonly KeyObject[]): SignedXml => {
  const suitable = keys.filter(({ asymmetricKeyType }) => asymmetricKeyType === method.keyType)
  const verifier = new SignedXml({ getCertFromKeyInfo: () => null })
  // Without one it throws; all of them are asked by `verifiesWith`.
  verifier.publicCert = suitable[0]
  // The profile has an ID and no other name for it.
  verifier.idAttributes = ['ID']
  // Its own for the signature within, of which it finds none in the stand-in.
  const enveloped = Object.entries(verifier.CanonicalizationAlgorithms).filter(([uri]) => uri === ENVELOPED)
  verifier.CanonicalizationAlgorithms = { ...Object.fromEntries(enveloped), [EXCLUSIVE]: canonicalFormOf(element, signature) }
  verifier.SignatureAlgorithms = { [method.uri]: verifiesWith(method, suitable) }
  verifier.HashAlgorithms = hashAlgorithms
  return verifier
}

/** The library's own canonical form, of SignedInfo as it is, and of the element where the stand-in is meant. */
const canonicalFormOf = (element: StrictElement, signature: StrictElement): typeof ExclusiveCanonicalization =>
  class extends ExclusiveCanonicalization {
    override process(...[node, options]: Parameters<ExclusiveCanonicalization['process']>): string {
      return super.process(node.localName === STAND_IN ? inDom(element, node.ownerDocument, signature) : node, options)
    }
  }

const verifiesWith = (method: SignatureMethod, keys: readonly KeyObject[]): (new () => SignatureAlgorithm) =>
  class {
    getAlgorithmName = () => method.uri
    verifySignature = (signedInfo: string, _key: unknown, value: string) =>
      keys.some((key) => isSignatureOf(method, signedInfo, key, Buffer.from(value, 'base64')))
    getSignature = (): never => {
      throw new TypeError('nothing is signed here')
    }
  }

const hashes = (uri: string, digest: Digest): (new () => HashAlgorithm) =>
  class {
    getAlgorithmName = () => uri
    getHash = (text: string) => digestOf(digest, text)
  }

const hashAlgorithms = Object.fromEntries(digestMethods.map(({ uri, digest }) => [uri, hashes(uri, digest)]))
