import { attributeOf, isNamed, type StrictElement } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'
import { allIn, assertContent, childOf, childrenOf, type Content, requiredChild } from './saml-elements.ts'
import { ASSERTION, PROTOCOL, SIGNATURE } from './saml-names.ts'

const RESPONSE: Content = {
  [`${ASSERTION} Issuer`]: [0, 1],
  [`${SIGNATURE} Signature`]: [0, 1],
  [`${PROTOCOL} Status`]: [1, 1],
  [`${ASSERTION} Assertion`]: [0, 1],
  [`${ASSERTION} EncryptedAssertion`]: [0, 1],
}

const ASSERTED: Content = {
  [`${ASSERTION} Issuer`]: [1, 1],
  [`${SIGNATURE} Signature`]: [0, 1],
  [`${ASSERTION} Subject`]: [1, 1],
  [`${ASSERTION} Conditions`]: [1, 1],
  [`${ASSERTION} AuthnStatement`]: [1, 1],
  [`${ASSERTION} AttributeStatement`]: [0, 1],
}

const SUBJECT: Content = { [`${ASSERTION} NameID`]: [1, 1], [`${ASSERTION} SubjectConfirmation`]: [1, 1] }

/** Names that must stand where they belong and nowhere else, in whatever namespace. */
const WHOLES = ['Response', 'Assertion', 'EncryptedAssertion', 'Signature']

/**
 * Holds a message against the one shape that is read: a response with one assertion, plain or encrypted, or none where it is
 * a refusal; signatures directly in what they sign, and nothing by the name of these anywhere else.
 * Throws `connection_answer_invalid`.
 */
export const assertShape = (response: StrictElement): void => {
  if (!isNamed(response, PROTOCOL, 'Response') || attributeOf(response, 'Version') !== '2.0') throw notFromHere('Response')
  assertContent(response, RESPONSE)
  const assertions = childrenOf(response, ASSERTION, 'Assertion')
  const inside = [...assertions, ...childrenOf(response, ASSERTION, 'EncryptedAssertion')]
  if (inside.length > 1) throw notFromHere('two assertions')
  const signatures = [response, ...assertions].filter((one) => childOf(one, SIGNATURE, 'Signature'))
  const wholes = allIn(response).filter(({ name }) => WHOLES.includes(name))
  if (wholes.length !== 1 + inside.length + signatures.length) throw notFromHere('something out of place')
}

/** The same of an assertion, which may come from an encrypted one. Throws `connection_answer_invalid`. */
export const assertAssertionShape = (assertion: StrictElement): void => {
  if (!isNamed(assertion, ASSERTION, 'Assertion') || attributeOf(assertion, 'Version') !== '2.0') throw notFromHere('Assertion')
  assertContent(assertion, ASSERTED)
  assertContent(requiredChild(assertion, ASSERTION, 'Subject'), SUBJECT)
  const own = childOf(assertion, SIGNATURE, 'Signature') ? 1 : 0
  const wholes = allIn(assertion).filter(({ name }) => WHOLES.includes(name))
  if (wholes.length !== 1 + own) throw notFromHere('something out of place')
}
