import { attributeOf, type StrictElement, textIn } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'
import { type SamlAttributes, attributesIn } from './saml-attributes.ts'
import { assertContent, childrenOf, requiredChild } from './saml-elements.ts'
import { requiredTime, SKEW_MS, timeOf } from './saml-instant.ts'
import { ASSERTION, BEARER } from './saml-names.ts'
import { assertAssertionShape } from './saml-shape.ts'

/** An assertion is made when somebody goes back with it; a sign-in page of ours stands no longer either. */
const OLDEST_MS = 10 * 60_000

/** What an answer must say to be the answer to what we asked. */
export interface Expected {
  /** The identity provider's entity id. */
  readonly issuer: string
  /** Ours. */
  readonly audience: string
  /** The address it was to be posted to. */
  readonly recipient: string
  /** The id of our request; undefined where none was made. */
  readonly inResponseTo: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What an identity provider said of somebody, after everything about it was found right. */
export interface Accepted {
  /** The assertion's own, for whoever counts it once. */
  readonly id: string
  readonly nameId: { readonly value: string; readonly format: string | undefined }
  /** Milliseconds since the epoch at which the person proved who they are. */
  readonly authenticatedAt: number
  /** How, by AuthnContextClassRef. */
  readonly context: string
  readonly attributes: SamlAttributes
  /** Milliseconds since the epoch after which nobody takes it any more. */
  readonly expiresAt: number
}

/** Reads an assertion from its signed bytes (saml-core §2, saml-profiles §4.1.4.2). Throws `connection_answer_invalid`. */
export const readAssertion = (assertion: StrictElement, expected: Expected): Accepted => {
  assertAssertionShape(assertion)
  if (textIn(requiredChild(assertion, ASSERTION, 'Issuer')) !== expected.issuer) throw notFromHere('Issuer')
  const subject = requiredChild(assertion, ASSERTION, 'Subject')
  assertConfirmed(requiredChild(subject, ASSERTION, 'SubjectConfirmation'), expected)
  assertConditions(requiredChild(assertion, ASSERTION, 'Conditions'), expected)
  const issuedAt = requiredTime(assertion, 'IssueInstant')
  if (issuedAt > expected.now + SKEW_MS || issuedAt < expected.now - OLDEST_MS - SKEW_MS) throw notFromHere('IssueInstant')
  const id = attributeOf(assertion, 'ID')
  if (!id) throw notFromHere('ID')
  return {
    id,
    nameId: nameIdIn(subject, expected),
    ...authenticationIn(requiredChild(assertion, ASSERTION, 'AuthnStatement'), expected),
    attributes: attributesIn(assertion),
    expiresAt: issuedAt + OLDEST_MS + 2 * SKEW_MS,
  }
}

/** A name that is meant for others (saml-core §8.3.7) may be somebody else's here. */
const nameIdIn = (subject: StrictElement, { issuer, audience }: Expected): Accepted['nameId'] => {
  const nameId = requiredChild(subject, ASSERTION, 'NameID')
  const by = attributeOf(nameId, 'NameQualifier')
  const forWhom = attributeOf(nameId, 'SPNameQualifier')
  if ((by !== undefined && by !== issuer) || (forWhom !== undefined && forWhom !== audience)) throw notFromHere('NameQualifier')
  return { value: textIn(nameId), format: attributeOf(nameId, 'Format') }
}

/** saml-profiles §4.1.4.2: a bearer, at our address, for our request, and not later than it says. */
const assertConfirmed = (confirmation: StrictElement, { recipient, inResponseTo, now }: Expected): void => {
  if (attributeOf(confirmation, 'Method') !== BEARER) throw notFromHere('SubjectConfirmation')
  assertContent(confirmation, { [`${ASSERTION} SubjectConfirmationData`]: [1, 1] })
  const data = requiredChild(confirmation, ASSERTION, 'SubjectConfirmationData')
  assertContent(data, {})
  if (attributeOf(data, 'Recipient') !== recipient) throw notFromHere('Recipient')
  if (attributeOf(data, 'InResponseTo') !== inResponseTo) throw notFromHere('InResponseTo')
  assertInTime(timeOf(data, 'NotBefore'), requiredTime(data, 'NotOnOrAfter'), now)
}

const CONDITIONS = {
  [`${ASSERTION} AudienceRestriction`]: [1, 1],
  [`${ASSERTION} OneTimeUse`]: [0, 1],
  [`${ASSERTION} ProxyRestriction`]: [0, 1],
} as const

/** saml-core §2.5.1: a condition nobody knows makes the assertion invalid, and so it does here. */
const assertConditions = (conditions: StrictElement, { audience, now }: Expected): void => {
  assertContent(conditions, CONDITIONS)
  assertInTime(requiredTime(conditions, 'NotBefore'), requiredTime(conditions, 'NotOnOrAfter'), now)
  const restriction = requiredChild(conditions, ASSERTION, 'AudienceRestriction')
  assertContent(restriction, { [`${ASSERTION} Audience`]: [1, 1] })
  if (textIn(requiredChild(restriction, ASSERTION, 'Audience')) !== audience) throw notFromHere('Audience')
}

const assertInTime = (notBefore: number | undefined, notOnOrAfter: number, now: number): void => {
  if (notBefore !== undefined && now + SKEW_MS < notBefore) throw notFromHere('NotBefore')
  if (now - SKEW_MS >= notOnOrAfter) throw notFromHere('NotOnOrAfter')
}

const authenticationIn = (statement: StrictElement, { now }: Expected): Pick<Accepted, 'authenticatedAt' | 'context'> => {
  const authenticatedAt = requiredTime(statement, 'AuthnInstant')
  if (authenticatedAt > now + SKEW_MS) throw notFromHere('AuthnInstant')
  const end = timeOf(statement, 'SessionNotOnOrAfter')
  if (end !== undefined && now - SKEW_MS >= end) throw notFromHere('SessionNotOnOrAfter')
  const [context, another] = childrenOf(requiredChild(statement, ASSERTION, 'AuthnContext'), ASSERTION, 'AuthnContextClassRef')
  if (!context || another) throw notFromHere('AuthnContextClassRef')
  return { authenticatedAt, context: textIn(context) }
}
