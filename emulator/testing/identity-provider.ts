import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { selfSigned } from './self-signed.ts'

/** A key and the certificate that tells it. */
export interface SigningKey {
  readonly privateKey: KeyObject
  /** Base64 DER. */
  readonly certificate: string
}

/** What is put into a token; a test changes one thing and looks for Microsoft's no. */
export interface TokenPlan {
  readonly key: SigningKey
  readonly issuer: string
  /** ISO 8601. */
  readonly notBefore: string
  readonly notOnOrAfter: string
  readonly audience: string
  readonly immutableId: string
  readonly nameIdentifier: string
  readonly userPrincipalName: string
  readonly methods: readonly string[]
  readonly assertionId: string
}

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const CLAIMS = 'http://schemas.microsoft.com/claims'

export const createSigningKey = (): SigningKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey, certificate: selfSigned('test', privateKey).toString('base64') }
}

const attribute = (namespace: string, name: string, values: readonly string[]): string =>
  `<saml:Attribute AttributeName="${name}" AttributeNamespace="${namespace}">` +
  `${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`

const subject = (name: string): string =>
  '<saml:Subject><saml:NameIdentifier Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">' +
  `${name}</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>` +
  'urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject>'

const immutableIdClaim = ({ immutableId }: TokenPlan): string =>
  immutableId === '' ? '' : attribute('http://schemas.microsoft.com/LiveID/Federation/2008/05', 'ImmutableID', [immutableId])

// Written straight in exclusive canonical form: attributes in order of their names, no empty-element tags.
const unsignedAssertion = (plan: TokenPlan): readonly [string, string] => [
  `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="${plan.assertionId}" ` +
    `IssueInstant="${plan.notBefore}" Issuer="${plan.issuer}" MajorVersion="1" MinorVersion="1">` +
    `<saml:Conditions NotBefore="${plan.notBefore}" NotOnOrAfter="${plan.notOnOrAfter}">` +
    `<saml:AudienceRestrictionCondition><saml:Audience>${plan.audience}</saml:Audience>` +
    '</saml:AudienceRestrictionCondition></saml:Conditions>' +
    `<saml:AttributeStatement>${subject(plan.nameIdentifier)}` +
    `${attribute('http://schemas.xmlsoap.org/claims', 'UPN', [plan.userPrincipalName])}${immutableIdClaim(plan)}` +
    `${attribute(CLAIMS, 'authnmethodsreferences', plan.methods)}</saml:AttributeStatement>` +
    `<saml:AuthenticationStatement AuthenticationInstant="${plan.notBefore}" ` +
    `AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:password">${subject(plan.nameIdentifier)}</saml:AuthenticationStatement>`,
  '</saml:Assertion>',
]

const signedInfo = (id: string, digest: string): string =>
  `<ds:SignedInfo xmlns:ds="${DSIG}"><ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod>` +
  '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
  `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform>` +
  `<ds:Transform Algorithm="${C14N}"></ds:Transform></ds:Transforms>` +
  '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
  `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`

/** A signed SAML 1.1 assertion. */
export const signedAssertion = (plan: TokenPlan): string => {
  const [head, tail] = unsignedAssertion(plan)
  const digest = createHash('sha256').update(`${head}${tail}`).digest('base64')
  const info = signedInfo(plan.assertionId, digest)
  const value = createSign('RSA-SHA256').update(info).sign(plan.key.privateKey, 'base64')
  return (
    `${head}<ds:Signature xmlns:ds="${DSIG}">${info}<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${plan.key.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
    `</ds:Signature>${tail}`
  )
}

/** The RequestSecurityTokenResponse that is posted as `wresult`. */
export const responseWith = (assertion: string): string =>
  '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust">' +
  `<t:RequestedSecurityToken>${assertion}</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>`
