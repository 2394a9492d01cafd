import type { KeyObject } from 'node:crypto'
import { ExclusiveCanonicalization, type HashAlgorithm, type SignatureAlgorithm, SignedXml } from 'xml-crypto'
import { attributeOf, MESSAGE_LIMITS, meaningOf, readStrictly, type StrictElement, type XmlLimits } from './strict-xml.ts'
import { canonical } from './strict-xml-writing.ts'
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
  const text = canonical(element, { leftOut: signature.element, prefixes: signature.prefixes })
  if (Buffer.byteLength(text) > limits.bytes) throw new XmlRefused('size')
  if (!isSigned({ id: attributeOf(element, 'ID') ?? '', text }, signature, keys)) throw new XmlRefused('signature')
  const signed = readStrictly(text, limits)
  // What is believed is what was signed; where it does not read as what was looked at before, nobody knows what was meant.
  if (meaningOf(signed) !== meaningOf(element, signature.element)) throw new XmlRefused('signed_differs')
  return signed
}

/** The canonical text of an element, and its name. */
interface Referenced {
  readonly id: string
  readonly text: string
}

/** Whether one of the keys signed a digest of the very text that is given. */
const isSigned = ({ id, text }: Referenced, signature: ProfiledSignature, keys: readonly KeyObject[]): boolean => {
  const written = canonical(signature.element, { leftOut: signature.keyInfo })
  if (written.length > LONGEST_SIGNATURE) throw new XmlRefused('size')
  const { method } = signature
  const suitable = keys.filter(({ asymmetricKeyType }) => asymmetricKeyType === method.keyType)
  const verifier = narrowed({ method, keys: suitable, text })
  try {
    verifier.loadSignature(written)
    if (!verifier.checkSignature(`<${STAND_IN} ID="${id}"></${STAND_IN}>`)) return false
  } catch {
    // It throws where a signature is wrong and returns false where a digest is; neither is a yes.
    return false
  }
  const [signed, ...others] = verifier.getSignedReferences()
  return others.length === 0 && signed === text
}

/** The one element that the library is shown. Its text is ours; a SignedInfo, which the library reads itself, has another name. */
const STAND_IN = 'signed'

interface Order {
  readonly method: SignatureMethod
  readonly keys: readonly KeyObject[]
  readonly text: string
}

/** A verifier that knows the algorithms of our profile, these keys and one text, and nothing else. */
const narrowed = ({ method, keys, text }: Order): SignedXml => {
  const verifier = new SignedXml({ getCertFromKeyInfo: () => null })
  // Without one it throws; all of them are asked by `verifiesWith`.
  verifier.publicCert = keys[0]
  // The profile has an ID and no other name for it; each name more is another walk through the document.
  verifier.idAttributes = ['ID']
  // Its own for the signature within, of which it finds none in the stand-in.
  const enveloped = Object.entries(verifier.CanonicalizationAlgorithms).filter(([uri]) => uri === ENVELOPED)
  verifier.CanonicalizationAlgorithms = { ...Object.fromEntries(enveloped), [EXCLUSIVE]: writesFor(text) }
  verifier.SignatureAlgorithms = { [method.uri]: verifiesWith(method, keys) }
  verifier.HashAlgorithms = hashAlgorithms
  return verifier
}

/** The library's own canonical form for SignedInfo; for the stand-in the text it stands for. */
const writesFor = (text: string): typeof ExclusiveCanonicalization =>
  class extends ExclusiveCanonicalization {
    override process(...[element, options]: Parameters<ExclusiveCanonicalization['process']>): string {
      return element.localName === STAND_IN ? text : super.process(element, options)
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
