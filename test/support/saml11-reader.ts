import { DOMParser, type Element, type Node } from '@xmldom/xmldom'
import { ExclusiveCanonicalization, SignedXml } from 'xml-crypto'

/** What a SAML 1.1 assertion says to a parser that nobody of us wrote. */
export interface ReadAssertion {
  readonly id: string
  readonly issuer: string
  readonly issueInstant: string
  readonly notBefore: string
  readonly notOnOrAfter: string
  readonly audiences: readonly string[]
  /** One per statement. */
  readonly nameIdentifiers: readonly string[]
  readonly confirmations: readonly string[]
  /** Namespace, space, name; then the values. In the order they were written. */
  readonly attributes: readonly (readonly [string, readonly string[]])[]
  readonly method: string
  readonly instant: string
}

export const SAML11 = 'urn:oasis:names:tc:SAML:1.0:assertion'
export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'

/** The root element; throws for whatever is not well-formed XML 1.0. */
export const parseXml = (xml: string): Element => {
  const parser = new DOMParser({
    // The library's own also changes two characters that only XML 1.1 takes for line ends.
    normalizeLineEndings: (text) => text.replace(/\r\n?/g, '\n'),
    onError: (level, message) => {
      // It warns of U+FFFD, which is a character like any other.
      if (level !== 'warning') throw new Error(`${level}: ${message}`)
    },
  })
  const root = parser.parseFromString(xml, 'text/xml').documentElement
  if (!root) throw new Error('no element')
  return root
}

const isElement = (node: Node): node is Element => node.nodeType === 1

export const childrenOf = (parent: Element): readonly Element[] => Array.from(parent.childNodes).filter(isElement)

/** All elements of this name below, at any depth. */
export const descendants = (parent: Element, name: string, namespace = SAML11): readonly Element[] =>
  Array.from(parent.getElementsByTagNameNS(namespace, name))

const attributeOf = (element: Element | undefined, name: string): string => element?.getAttribute(name) ?? ''
const textOf = (element: Element): string => element.textContent ?? ''

/** The element in Exclusive XML Canonicalization 1.0. */
export const canonical = (element: Element): string =>
  // The library is typed for a browser's DOM; xmldom has the part of it that it uses.
  new ExclusiveCanonicalization().process(element as never, {}).toString()

export const assertionIn = (xml: string): Element => {
  const root = parseXml(xml)
  const all = root.localName === 'Assertion' ? [root, ...descendants(root, 'Assertion')] : descendants(root, 'Assertion')
  const [only, another] = all
  if (!only || another) throw new Error('not one assertion')
  return only
}

export const readAssertion = (xml: string): ReadAssertion => {
  const assertion = assertionIn(xml)
  const [conditions] = descendants(assertion, 'Conditions')
  const [statement] = descendants(assertion, 'AuthenticationStatement')
  return {
    id: attributeOf(assertion, 'AssertionID'),
    issuer: attributeOf(assertion, 'Issuer'),
    issueInstant: attributeOf(assertion, 'IssueInstant'),
    notBefore: attributeOf(conditions, 'NotBefore'),
    notOnOrAfter: attributeOf(conditions, 'NotOnOrAfter'),
    audiences: descendants(assertion, 'Audience').map(textOf),
    nameIdentifiers: descendants(assertion, 'NameIdentifier').map(textOf),
    confirmations: descendants(assertion, 'ConfirmationMethod').map(textOf),
    attributes: descendants(assertion, 'Attribute').map((one) => [
      `${attributeOf(one, 'AttributeNamespace')} ${attributeOf(one, 'AttributeName')}`,
      childrenOf(one).map(textOf),
    ]),
    method: attributeOf(statement, 'AuthenticationMethod'),
    instant: attributeOf(statement, 'AuthenticationInstant'),
  }
}

/** The bytes that were signed with the key of this certificate (base64 DER); undefined when the signature is not good. */
export const signedBytes = (xml: string, certificate: string): string | undefined => {
  const publicCert = `-----BEGIN CERTIFICATE-----\n${certificate.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----`
  const verifier = new SignedXml({ publicCert, getCertFromKeyInfo: () => null, idAttribute: 'AssertionID' })
  try {
    const [signature] = descendants(parseXml(xml), 'Signature', DSIG)
    if (!signature) return undefined
    verifier.loadSignature(signature.toString())
    return verifier.checkSignature(xml) ? verifier.getSignedReferences()[0] : undefined
  } catch {
    // Whatever it stumbled over, the signature is not good.
    return undefined
  }
}
