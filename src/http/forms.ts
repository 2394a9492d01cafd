import { isUtf8 } from 'node:buffer'
import { UsherError } from '#kernel/errors.ts'

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const HIGH_ESCAPE = /%[89a-f]/i
const NUL_ESCAPE = /%00/
/** Far more than anybody sends who means it; each of them takes longer to read than all the bytes of a long one. */
const MOST_PAIRS = 500

/**
 * Refuses what would not survive: `URLSearchParams` turns broken UTF-8 into U+FFFD without a word, and HTML can carry no
 * U+0000 (section 13.2.5), so an opaque value would come back changed. And so many pairs that everybody else would wait.
 * Throws `request_malformed`.
 */
export const assertDecodable = (encoded: string): void => {
  if (encoded.split('&', MOST_PAIRS + 1).length > MOST_PAIRS) throw new UsherError('request_malformed', { detail: { reason: 'pairs' } })
  if (!PRINTABLE_ASCII.test(encoded)) throw new UsherError('request_malformed', { detail: { reason: 'not form-urlencoded' } })
  if (NUL_ESCAPE.test(encoded)) throw new UsherError('request_malformed', { detail: { reason: 'U+0000' } })
  if (HIGH_ESCAPE.test(encoded) && !isUtf8(percentDecoded(encoded))) {
    throw new UsherError('request_malformed', { detail: { reason: 'not UTF-8' } })
  }
}

/** A form as it was sent and as it reads. Throws `request_malformed`. */
export const readForm = (body: string): { readonly form: URLSearchParams; readonly rawForm: string } => {
  assertDecodable(body)
  return { form: new URLSearchParams(body), rawForm: body }
}

/** The bytes behind the percent signs; separators are ASCII, so whole and parts are UTF-8 together or not at all. */
const percentDecoded = (encoded: string): Buffer => {
  const bytes = Buffer.alloc(encoded.length)
  let length = 0
  for (let index = 0; index < encoded.length; index += 1) {
    const escaped = encoded[index] === '%' ? encoded.slice(index + 1, index + 3) : ''
    const isEscape = /^[0-9a-f]{2}$/i.test(escaped)
    bytes[length] = isEscape ? Number.parseInt(escaped, 16) : encoded.charCodeAt(index)
    length += 1
    if (isEscape) index += 2
  }
  return bytes.subarray(0, length)
}
