import type { Element } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { asPem } from '../certificates.ts'
import { SignInRefused } from './refusal.ts'
import { attributeOf, childrenNamed, childrenOf, descendantsNamed, textOf } from './xml.ts'

const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const ENVELOPED = `${DSIG}enveloped-signature`

const tokenInvalid = (why: string): SignInRefused => new SignInRefused(50008, `SAML token is invalid. ${why}`)
const signatureInvalid = (): SignInRefused => new SignInRefused(50006, 'InvalidSignature: the signature is invalid.')

const algorithms = (parent: Element, name: string): readonly string[] =>
  descendantsNamed(parent, DSIG, name).map((element) => attributeOf(element, 'Algorithm'))

const isEqual = (found: readonly string[], wanted: readonly string[]): boolean =>
  found.length === wanted.length && found.every((value, at) => value === wanted[at])

/** The one signature: last child of the assertion, over the whole of it, with today's algorithms. */
const findSignature = (assertion: Element): Element => {
  const [signature, ...others] = descendantsNamed(assertion, DSIG, 'Signature')
  if (signature === undefined) throw tokenInvalid('The token is not signed.')
  if (others.length > 0 || childrenOf(assertion).at(-1) !== signature) throw signatureInvalid()
  const references = descendantsNamed(signature, DSIG, 'Reference').map((element) => attributeOf(element, 'URI'))
  const isAsExpected =
    isEqual(references, [`#${attributeOf(assertion, 'AssertionID')}`]) &&
    isEqual(algorithms(signature, 'CanonicalizationMethod'), [EXCLUSIVE]) &&
    isEqual(algorithms(signature, 'SignatureMethod'), [RSA_SHA256]) &&
    isEqual(algorithms(signature, 'Transform'), [ENVELOPED, EXCLUSIVE]) &&
    isEqual(algorithms(signature, 'DigestMethod'), [SHA256])
  if (!isAsExpected) throw signatureInvalid()
  return signature
}

/** The registered certificate that KeyInfo names; any of them when it names none. */
const candidates = (signature: Element, certificates: readonly string[]): readonly string[] => {
  const [keyInfo] = childrenNamed(signature, DSIG, 'KeyInfo')
  const named = keyInfo === undefined ? [] : descendantsNamed(keyInfo, DSIG, 'X509Certificate').map(textOf)
  const [claimed] = named.map((base64) => base64.replace(/\s/g, ''))
  if (claimed === undefined) return certificates
  const registered = certificates.filter((certificate) => certificate === claimed)
  if (registered.length > 0) return registered
  throw tokenInvalid('Unable to verify token signature. The signing key identifier does not match any valid registered keys.')
}

const verifyWith = (wresult: string, signature: Element, certificate: string): string | undefined => {
  const verifier = new SignedXml({
    publicCert: asPem(certificate),
    getCertFromKeyInfo: () => null,
    idAttribute: 'AssertionID',
  })
  verifier.idAttributes = ['AssertionID']
  try {
    verifier.loadSignature(signature.toString())
    return verifier.checkSignature(wresult) ? verifier.getSignedReferences()[0] : undefined
  } catch {
    // Whatever it stumbled over, the signature is not good.
    return undefined
  }
}

/** The bytes that were signed. `certificates` are base64 DER. Throws `SignInRefused` 50008 or 50006. */
export const verifyAssertion = (wresult: string, assertion: Element, certificates: readonly string[]): string => {
  const signature = findSignature(assertion)
  for (const certificate of candidates(signature, certificates)) {
    const signed = verifyWith(wresult, signature, certificate)
    if (signed !== undefined) return signed
  }
  throw signatureInvalid()
}
