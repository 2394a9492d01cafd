import { UsherError } from '#kernel/errors.ts'
import { attributeOf, isNamed, type StrictElement } from '#lib/strict-xml.ts'
import { allIn } from './saml-elements.ts'
import { PROTOCOL } from './saml-names.ts'

const STATUS = /^urn:oasis:names:tc:SAML:2\.0:status:([A-Za-z]{1,40})$/

/** What an identity provider said instead of yes, in its own words where they are SAML's (saml-core §3.2.2.2). */
export const refusedBy = (response: StrictElement): UsherError => {
  const codes = allIn(response).filter((one) => isNamed(one, PROTOCOL, 'StatusCode'))
  const words = codes.map((one) => STATUS.exec(attributeOf(one, 'Value') ?? '')?.[1] ?? 'other')
  return new UsherError('connection_refused', { detail: { status: words.slice(0, 3).join(' ') } })
}
