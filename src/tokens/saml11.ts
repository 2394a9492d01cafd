import { hash, sign } from 'node:crypto'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Authentication, Method } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { guid } from '#lib/guid.ts'
import { instant } from '#lib/instant.ts'
import { elementsOf, type Namespace, serialize, Xml, type XmlElement } from '#lib/xml.ts'
import { type ClaimType, IMMUTABLE_ID, METHOD, METHODS, permittedClaims, SECOND_FACTOR_AT, SECOND_FACTOR_DONE, UPN } from './claim-types.ts'
import type { TokenFormat, TokenOrder } from './format.ts'
import type { SigningKey } from './signing-keys.ts'

const NOT_BEFORE_MS = 30 * ONE_SECOND_MS
const LONGEST_LIFETIME_SECONDS = 60 * 60
const LONGEST_TOKEN = 64 * 1024

const SAML: Namespace = { prefix: 'saml', uri: 'urn:oasis:names:tc:SAML:1.0:assertion' }
const DS: Namespace = { prefix: 'ds', uri: 'http://www.w3.org/2000/09/xmldsig#' }
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const saml = elementsOf(SAML)
const ds = elementsOf(DS)

export interface Saml11Parts {
  readonly keys: { readonly active: () => SigningKey }
  readonly randomness: Randomness
}

/**
 * SAML 1.1 assertions as Microsoft Entra ID takes them from a federated domain: written in canonical form, so that what
 * is signed is what is sent, and signed with RSA-SHA256. `issue` throws `subject_invalid`, `claims_invalid` and `settings_invalid`.
 */
export const saml11 = ({ keys, randomness }: Saml11Parts): TokenFormat => ({
  name: 'saml11',
  issue: async (order) => {
    const id = `_${guid(randomness.bytes(16))}`
    const notBefore = order.at - NOT_BEFORE_MS
    const notAfter = order.at + lifetimeMs(order)
    const value = signed(assertionOf(order, { id, notBefore, notAfter }), id, keys.active())
    if (value.length > LONGEST_TOKEN) throw new UsherError('claims_invalid', { detail: { reason: 'too long' } })
    return { id, format: 'saml11', value, notBefore, notAfter }
  },
})

const lifetimeMs = ({ relyingParty }: TokenOrder): number => {
  const seconds = relyingParty.lifetimeSeconds
  if (!(seconds >= 1 && seconds <= LONGEST_LIFETIME_SECONDS))
    throw new UsherError('settings_invalid', { detail: { field: 'lifetimeSeconds' } })
  return seconds * ONE_SECOND_MS
}

interface Validity {
  readonly id: string
  readonly notBefore: number
  readonly notAfter: number
}

const assertionOf = (order: TokenOrder, { id, notBefore, notAfter }: Validity): string => {
  const subject = subjectOf(order.subject[order.nameId ?? 'immutableId'])
  const conditions = saml('Conditions', { NotBefore: instant(notBefore), NotOnOrAfter: instant(notAfter) }, [
    saml('AudienceRestrictionCondition', {}, [saml('Audience', {}, [order.relyingParty.realm])]),
  ])
  const attributes = [
    attribute(UPN, [order.subject.userPrincipalName]),
    attribute(IMMUTABLE_ID, [order.subject.immutableId]),
    ...secondFactorAttributes(order.authentication),
    ...permittedClaims(order.claims).map(({ type, values }) => attribute(type, values)),
  ]
  const authentication = {
    AuthenticationInstant: instant(order.authentication.at),
    AuthenticationMethod: METHOD_NAMES[order.authentication.method].statement,
  }
  const head = { AssertionID: id, IssueInstant: instant(order.at), Issuer: order.issuer, MajorVersion: '1', MinorVersion: '1' }
  return carried(
    saml('Assertion', head, [
      conditions,
      saml('AttributeStatement', {}, [subject, ...attributes]),
      saml('AuthenticationStatement', authentication, [subject]),
    ]),
  )
}

/** Serialized, or `subject_invalid`: nothing but identifiers can still hold what XML cannot carry. */
const carried = (element: XmlElement, outer: readonly Namespace[] = []): string => {
  try {
    return serialize(element, outer)
  } catch (error) {
    throw new UsherError('subject_invalid', { cause: error })
  }
}

/** The same in both statements, so it is written once. */
const subjectOf = (nameId: string): Xml =>
  Xml.written(
    carried(
      saml('Subject', {}, [saml('NameIdentifier', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' }, [nameId]), BEARER]),
      [SAML],
    ),
  )

const BEARER = Xml.written(
  serialize(saml('SubjectConfirmation', {}, [saml('ConfirmationMethod', {}, ['urn:oasis:names:tc:SAML:1.0:cm:bearer'])]), [SAML]),
)

const attribute = ({ namespace, name }: ClaimType, values: readonly string[]): XmlElement =>
  saml(
    'Attribute',
    { AttributeName: name, AttributeNamespace: namespace },
    values.map((value) => saml('AttributeValue', {}, [value])),
  )

const METHODS_OF_MICROSOFT = 'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod'

interface MethodNames {
  readonly statement: string
  /** What stands beside the second factor, where the first one is known. */
  readonly reference?: string
}

// A provider elsewhere does not say how it knew the person; Microsoft has no name for that, and password claims least.
const METHOD_NAMES: Readonly<Record<Method, MethodNames>> = {
  password: { statement: 'urn:oasis:names:tc:SAML:1.0:am:password', reference: `${METHODS_OF_MICROSOFT}/password` },
  federated: { statement: 'urn:oasis:names:tc:SAML:1.0:am:password' },
  windows: { statement: 'urn:federation:authentication:windows', reference: `${METHODS_OF_MICROSOFT}/windows` },
  certificate: { statement: 'urn:oasis:names:tc:SAML:1.0:am:X509-PKI', reference: `${METHODS_OF_MICROSOFT}/x509` },
}

/** Only after a real second factor; both spellings that Microsoft documents. */
const secondFactorAttributes = ({ method, secondFactor }: Authentication): readonly XmlElement[] => {
  if (!secondFactor) return []
  const { reference } = METHOD_NAMES[method]
  return [
    attribute(METHODS, [...(reference ? [reference] : []), SECOND_FACTOR_DONE]),
    attribute(METHOD, [SECOND_FACTOR_DONE]),
    attribute(SECOND_FACTOR_AT, [instant(secondFactor.at)]),
  ]
}

const END = '</saml:Assertion>'

/** Puts an enveloped signature into the assertion as its last child (XML Signature 1.0; exclusive canonicalization). */
const signed = (assertion: string, id: string, key: SigningKey): string => {
  const info = signedInfo(id, hash('sha256', assertion, 'base64'))
  // Not handed to the thread pool: a signature takes less than a millisecond, and password hashes may fill the pool.
  const signature = sign('sha256', Buffer.from(serialize(info)), key.privateKey).toString('base64')
  const element = ds('Signature', {}, [info, ds('SignatureValue', {}, [signature]), keyInfo(key)])
  return assertion.slice(0, -END.length) + serialize(element) + END
}

const keyInfos = new WeakMap<SigningKey, Xml>()

/** The same in every token of a key, and longer than all the rest of its signature: written once. */
const keyInfo = (key: SigningKey): Xml => {
  const known = keyInfos.get(key) ?? constant(ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [key.certificate])])]))
  keyInfos.set(key, known)
  return known
}

const signedInfo = (id: string, digest: string): XmlElement =>
  ds('SignedInfo', {}, [
    ALGORITHMS,
    constant(ds('Reference', { URI: `#${id}` }, [TRANSFORMS, DIGEST_METHOD, ds('DigestValue', {}, [digest])])),
  ])

const constant = (...elements: readonly XmlElement[]): Xml => Xml.written(elements.map((element) => serialize(element, [DS])).join(''))

const ALGORITHMS = constant(
  ds('CanonicalizationMethod', { Algorithm: EXCLUSIVE_C14N }),
  ds('SignatureMethod', { Algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' }),
)
const TRANSFORMS = constant(
  ds('Transforms', {}, [
    ds('Transform', { Algorithm: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature' }),
    ds('Transform', { Algorithm: EXCLUSIVE_C14N }),
  ]),
)
const DIGEST_METHOD = constant(ds('DigestMethod', { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }))
