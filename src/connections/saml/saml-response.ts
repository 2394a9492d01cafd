import type { KeyObject } from 'node:crypto'
import type { Secret } from '#kernel/secret.ts'
import { attributeOf, readStrictly, type StrictElement, textIn } from '#lib/strict-xml.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { verifySigned } from '#lib/xml-signature.ts'
import { notFromHere } from '../provider-row.ts'
import { type Accepted, type Expected, readAssertion } from './saml-assertion.ts'
import { decrypted } from './saml-decryption.ts'
import { childOf, requiredChild } from './saml-elements.ts'
import { ASSERTION, PROTOCOL, SIGNATURE, SUCCESS } from './saml-names.ts'
import { assertAssertionShape, assertShape } from './saml-shape.ts'
import { refusedBy } from './saml-status.ts'

/** Base64 of the largest message there may be. */
const LARGEST_MESSAGE = 256 * 1024

export interface Acceptance {
  /** `SAMLResponse` as it was posted. */
  readonly posted: string
  readonly expected: Expected
  /** Whose signatures count. What a message says of its own key is not looked at. */
  readonly keys: readonly KeyObject[]
  readonly decryptionKey?: Secret | undefined
}

/**
 * The one way a response is believed. Every step is fatal and they come in this order: size and base64, the strict gate, the
 * exact shape, the status, signatures by the certificates that were pinned, decryption and the same once more, and then, read
 * from the signed bytes alone, who says it, to whom, for what and when (saml-core §2 and §3, saml-profiles §4.1.4.3).
 * Throws `connection_answer_invalid`, or `connection_refused` where the identity provider says no.
 */
export const acceptResponse = async (acceptance: Acceptance): Promise<Accepted> => {
  try {
    return await accepted(acceptance)
  } catch (error) {
    throw error instanceof XmlRefused ? notFromHere(`xml ${error.reason}`) : error
  }
}

const accepted = async ({ posted, expected, keys, decryptionKey }: Acceptance): Promise<Accepted> => {
  const response = readStrictly(decoded(posted))
  assertShape(response)
  const status = requiredChild(requiredChild(response, PROTOCOL, 'Status'), PROTOCOL, 'StatusCode')
  if (attributeOf(status, 'Value') !== SUCCESS) throw refusedBy(response)
  const isSigned = hasSignature(response)
  const believed = isSigned ? verifySigned(response, keys) : response
  assertAddressed(believed, expected)
  const assertion = await assertionIn(believed, decryptionKey)
  // Its own signature where it has one; else it is part of what the response's covers.
  if (!hasSignature(assertion) && !isSigned) throw notFromHere('unsigned')
  return readAssertion(hasSignature(assertion) ? verifySigned(assertion, keys) : assertion, expected)
}

const hasSignature = (element: StrictElement): boolean => childOf(element, SIGNATURE, 'Signature') !== undefined

/** The posted message. Line ends are the one thing besides base64 that some identity providers write. */
const decoded = (posted: string): string => {
  if (posted.length > LARGEST_MESSAGE) throw notFromHere('size')
  const base64 = posted.replace(/\r\n|\n/g, '')
  const bytes = Buffer.from(base64, 'base64')
  // Buffer skips what is not base64, and forgives ends that are not its only spelling.
  if (bytes.length === 0 || bytes.toString('base64') !== base64) throw notFromHere('base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw notFromHere('encoding')
  }
}

/** Destination and issuer of the message around the assertion, and the request it answers. */
const assertAddressed = (response: StrictElement, { recipient, issuer, inResponseTo }: Expected): void => {
  if (attributeOf(response, 'Destination') !== recipient) throw notFromHere('Destination')
  if (attributeOf(response, 'InResponseTo') !== inResponseTo) throw notFromHere('InResponseTo')
  const said = childOf(response, ASSERTION, 'Issuer')
  if (said && textIn(said) !== issuer) throw notFromHere('Issuer')
}

/** The assertion of a response, decrypted where it is encrypted: then the same gate and shape once more. */
const assertionIn = async (response: StrictElement, decryptionKey: Secret | undefined): Promise<StrictElement> => {
  const plain = childOf(response, ASSERTION, 'Assertion')
  if (plain) return plain
  const encrypted = requiredChild(response, ASSERTION, 'EncryptedAssertion')
  if (!decryptionKey) throw notFromHere('no key to decrypt with')
  const assertion = readStrictly(await decrypted(encrypted, decryptionKey))
  assertAssertionShape(assertion)
  return assertion
}
