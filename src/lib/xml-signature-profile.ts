import { attributeOf, elementsIn, isNamed, type StrictElement, textIn } from './strict-xml.ts'
import { XmlRefused } from './xml-refused.ts'
import { digestLength, digestMethods, type SignatureMethod, signatureMethods } from './xml-signature-algorithms.ts'

const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
export const ENVELOPED = `${DSIG}enveloped-signature`
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** A signature in the one form that is taken. Nothing of it was verified yet. */
export interface ProfiledSignature {
  readonly element: StrictElement
  readonly method: SignatureMethod
  readonly value: Buffer
  /** What it says of its key, which is never read. */
  readonly keyInfo?: StrictElement
}

/**
 * The signature of an element (XML Signature 1.1, narrowed as SAML 2.0 Core, section 5.4, has it): its own child, with one
 * reference, which is to the element itself, enveloped and in exclusive canonical form. Throws `XmlRefused`.
 */
export const signatureOf = (signed: StrictElement): ProfiledSignature => {
  const element = onlySignatureIn(signed)
  assertAttributes(element, [], ['Id'])
  const [, , keyInfo, ...others] = elementsIn(element)
  if (others.length > 0) throw new XmlRefused('signature_shape')
  if (keyInfo) assertNamed(keyInfo, 'KeyInfo')
  const method = methodIn(childAt(element, 0, 'SignedInfo'), signed)
  const signatureValue = childAt(element, 1, 'SignatureValue')
  assertAttributes(signatureValue, [], ['Id'])
  return { element, method, value: bytesIn(signatureValue), ...(keyInfo && { keyInfo }) }
}

const onlySignatureIn = (signed: StrictElement): StrictElement => {
  const children = signed.children.filter((child) => typeof child !== 'string')
  const [signature, ...others] = children.filter((child) => isNamed(child, DSIG, 'Signature'))
  if (!signature) throw new XmlRefused('unsigned')
  if (others.length > 0) throw new XmlRefused('signature_shape')
  return signature
}

const methodIn = (signedInfo: StrictElement, signed: StrictElement): SignatureMethod => {
  assertAttributes(signedInfo, [], ['Id'])
  assertCount(signedInfo, 3)
  if (algorithmIn(childAt(signedInfo, 0, 'CanonicalizationMethod')) !== EXCLUSIVE) throw new XmlRefused('algorithm')
  const uri = algorithmIn(childAt(signedInfo, 1, 'SignatureMethod'))
  const method = signatureMethods.find((one) => one.uri === uri)
  if (!method) throw new XmlRefused('algorithm')
  assertReference(childAt(signedInfo, 2, 'Reference'), signed)
  return method
}

const assertReference = (reference: StrictElement, signed: StrictElement): void => {
  assertAttributes(reference, ['URI'], ['Id'])
  const id = attributeOf(signed, 'ID') ?? ''
  const isItself = /^[\w.-]{1,256}$/.test(id) && attributeOf(reference, 'URI') === `#${id}`
  if (!isItself) throw new XmlRefused('reference')
  assertCount(reference, 3)
  assertTransforms(childAt(reference, 0, 'Transforms'))
  const digest = digestMethods.find(({ uri }) => uri === algorithmIn(childAt(reference, 1, 'DigestMethod')))
  if (!digest) throw new XmlRefused('algorithm')
  const value = childAt(reference, 2, 'DigestValue')
  assertAttributes(value, [])
  if (bytesIn(value).length !== digestLength(digest.digest)) throw new XmlRefused('base64')
}

const assertTransforms = (transforms: StrictElement): void => {
  assertAttributes(transforms, [])
  assertCount(transforms, 2)
  if (algorithmIn(childAt(transforms, 0, 'Transform')) !== ENVELOPED) throw new XmlRefused('algorithm')
  const exclusive = childAt(transforms, 1, 'Transform')
  assertAttributes(exclusive, ['Algorithm'])
  if (attributeOf(exclusive, 'Algorithm') !== EXCLUSIVE) throw new XmlRefused('algorithm')
  const [prefixes, ...others] = elementsIn(exclusive)
  if (others.length > 0) throw new XmlRefused('signature_shape')
  if (prefixes) assertHarmlessPrefixes(prefixes)
}

const MOST_PREFIXES = 16

/** Prefixes that values use, such as `xs` in `xsi:type`. A `#default` is none of them, and what the library makes of it is wrong. */
const assertHarmlessPrefixes = (list: StrictElement): void => {
  if (!isNamed(list, EXCLUSIVE, 'InclusiveNamespaces') || list.children.length > 0) throw new XmlRefused('signature_shape')
  assertAttributes(list, ['PrefixList'])
  const prefixes = (attributeOf(list, 'PrefixList') ?? '').split(' ').filter((prefix) => prefix !== '')
  const areNames = prefixes.every((prefix) => /^(?!xml)[A-Za-z_][\w.-]*$/.test(prefix))
  if (!areNames || prefixes.length > MOST_PREFIXES || new Set(prefixes).size < prefixes.length) throw new XmlRefused('prefix_list')
}

const assertNamed = (element: StrictElement, name: string): void => {
  if (!isNamed(element, DSIG, name)) throw new XmlRefused('signature_shape')
}

const childAt = (element: StrictElement, index: number, name: string): StrictElement => {
  const child = elementsIn(element)[index]
  if (!child) throw new XmlRefused('signature_shape')
  assertNamed(child, name)
  return child
}

const assertCount = (element: StrictElement, count: number): void => {
  if (elementsIn(element).length !== count) throw new XmlRefused('signature_shape')
}

/** Attributes without a namespace: all of the first, any of the second, and no other. */
const assertAttributes = ({ attributes }: StrictElement, required: readonly string[], allowed: readonly string[] = []): void => {
  const names = attributes.map(({ namespace, name }) => (namespace === '' ? name : `{${namespace}}${name}`))
  const areKnown = names.every((name) => required.includes(name) || allowed.includes(name))
  if (!areKnown || !required.every((name) => names.includes(name))) throw new XmlRefused('signature_shape')
}

/** The algorithm an element names, which has no parameters. */
const algorithmIn = (element: StrictElement): string => {
  assertAttributes(element, ['Algorithm'])
  assertCount(element, 0)
  return attributeOf(element, 'Algorithm') ?? ''
}

/** Base64 as there is one way only to write it, but for white space (XML Schema 2, section 3.2.16). */
const bytesIn = (element: StrictElement): Buffer => {
  const text = textIn(element).replace(/[ \t\r\n]/g, '')
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== text) throw new XmlRefused('base64')
  return bytes
}
