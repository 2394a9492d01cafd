import type { Element } from '@xmldom/xmldom'
import { SignInRefused } from './refusal.ts'
import { attributeOf, childrenNamed, childrenOf, descendantsNamed, parseXml, textOf } from './xml.ts'

export const SAML11 = 'urn:oasis:names:tc:SAML:1.0:assertion'
const SAML20 = 'urn:oasis:names:tc:SAML:2.0:assertion'
const TRUST = 'http://schemas.xmlsoap.org/ws/2005/02/trust'
const UPN = 'http://schemas.xmlsoap.org/claims/UPN'
const IMMUTABLE_ID = 'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID'
const METHODS = 'http://schemas.microsoft.com/claims/authnmethodsreferences'
const METHOD = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod'
const MULTIPLE_FACTORS = 'http://schemas.microsoft.com/claims/multipleauthn'

/** What a SAML 1.1 assertion says, once its signature is known to be good. */
export interface Assertion {
  readonly id: string
  readonly issuer: string
  /** Milliseconds since the epoch; NaN when missing or not a UTC time. */
  readonly notBefore: number
  readonly notOnOrAfter: number
  readonly audiences: readonly string[]
  /** One per statement. */
  readonly nameIdentifiers: readonly string[]
  /** By claim type: attribute namespace, slash, attribute name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
  readonly methods: readonly string[]
  readonly instant: number
}

const unreadable = (found: string): SignInRefused =>
  new SignInRefused(
    50008,
    `SAML token is invalid. Cannot read SecurityToken. Expected element is (Assertion, ${SAML11}) ` + `the actual element is ${found}.`,
  )

/** The assertion inside a RequestSecurityTokenResponse, not verified yet. Throws 50008 and 90107. */
export const findAssertion = (wresult: string): Element => {
  const response = parseXml(wresult)
  if (response.localName !== 'RequestSecurityTokenResponse' || response.namespaceURI !== TRUST) {
    throw new SignInRefused(20012, 'WsFedMessageInvalid: wresult is no RequestSecurityTokenResponse of 2005/02.', 400)
  }
  const [holder, ...otherHolders] = childrenNamed(response, TRUST, 'RequestedSecurityToken')
  const [assertion, ...others] = holder === undefined ? [] : childrenOf(holder)
  if (assertion === undefined) throw unreadable('missing')
  if (assertion.namespaceURI !== SAML11 || assertion.localName !== 'Assertion') {
    throw unreadable(`(${assertion.localName}, ${assertion.namespaceURI})`)
  }
  const all = [...descendantsNamed(response, SAML11, 'Assertion'), ...descendantsNamed(response, SAML20, 'Assertion')]
  if (otherHolders.length + others.length > 0 || all.length !== 1) throw unreadable('one of several')
  return assertion
}

const instantOf = (text: string): number => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN)

const claimsOf = (statements: readonly Element[]): ReadonlyMap<string, readonly string[]> => {
  const attributes = statements.flatMap((statement) => childrenNamed(statement, SAML11, 'Attribute'))
  return new Map(
    attributes.map((attribute) => [
      `${attributeOf(attribute, 'AttributeNamespace')}/${attributeOf(attribute, 'AttributeName')}`,
      childrenNamed(attribute, SAML11, 'AttributeValue').map(textOf),
    ]),
  )
}

const nameIdentifierOf = (statement: Element): string => {
  const [subject] = childrenNamed(statement, SAML11, 'Subject')
  const [identifier] = subject === undefined ? [] : childrenNamed(subject, SAML11, 'NameIdentifier')
  return textOf(identifier)
}

/** Reads the bytes that were signed, and no others. */
export const readAssertion = (signedXml: string): Assertion => {
  const assertion = parseXml(signedXml)
  const [conditions] = childrenNamed(assertion, SAML11, 'Conditions')
  const restrictions = conditions === undefined ? [] : childrenNamed(conditions, SAML11, 'AudienceRestrictionCondition')
  const attributeStatements = childrenNamed(assertion, SAML11, 'AttributeStatement')
  const [authentication] = childrenNamed(assertion, SAML11, 'AuthenticationStatement')
  const attributes = claimsOf(attributeStatements)
  const statements = authentication === undefined ? attributeStatements : [...attributeStatements, authentication]
  return {
    id: attributeOf(assertion, 'AssertionID'),
    issuer: attributeOf(assertion, 'Issuer'),
    notBefore: instantOf(attributeOf(conditions, 'NotBefore')),
    notOnOrAfter: instantOf(attributeOf(conditions, 'NotOnOrAfter')),
    audiences: restrictions.flatMap((restriction) => childrenNamed(restriction, SAML11, 'Audience').map(textOf)),
    nameIdentifiers: statements.map(nameIdentifierOf),
    attributes,
    methods: [attributeOf(authentication, 'AuthenticationMethod'), ...(attributes.get(METHODS) ?? []), ...(attributes.get(METHOD) ?? [])],
    instant: instantOf(attributeOf(authentication, 'AuthenticationInstant')),
  }
}

export const immutableIdOf = (assertion: Assertion): string => assertion.attributes.get(IMMUTABLE_ID)?.[0] ?? ''

export const userPrincipalNameOf = (assertion: Assertion): string => assertion.attributes.get(UPN)?.[0] ?? ''

export const claimsSecondFactor = (assertion: Assertion): boolean => assertion.methods.includes(MULTIPLE_FACTORS)
