import { failures, type UsherError } from '#kernel/errors.ts'
import { elementsOf, isXmlText, serialize } from '#lib/xml.ts'

const ENVELOPE = 'http://www.w3.org/2003/05/soap-envelope'
const soap = elementsOf({ prefix: 'env', uri: ENVELOPE })
const federation = elementsOf({ prefix: 'wst', uri: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512' })

/** A SOAP 1.2 fault (section 5.4) that says in `wresult` that no token is issued, and why as far as that may be said. */
export const fault = (failure: UsherError): string =>
  serialize(
    soap('Envelope', {}, [
      soap('Body', {}, [
        soap('Fault', {}, [
          soap('Code', {}, [soap('Value', {}, ['env:Sender']), soap('Subcode', {}, [soap('Value', {}, ['wst:FailedAuthentication'])])]),
          soap('Reason', {}, [soap('Text', { 'xml:lang': 'en' }, [sentenceOf(failure)])]),
          soap('Detail', {}, [federation('FailureInfo', {}, [failure.code])]),
        ]),
      ]),
    ]),
  )

/** What a rule says may repeat what a person typed: where XML cannot carry it, our own words stand. */
const sentenceOf = ({ said, code }: UsherError): string => (said !== undefined && isXmlText(said) ? said : failures[code].heading)
