import { isXmlText } from './xml.ts'
import { XmlRefused } from './xml-refused.ts'

const DECLARATION =
  /^<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/

/**
 * The text of a document, and where its content begins. Takes what is UTF-8 in fact and by its own word, has no byte order
 * mark, and holds nothing but elements and text: after this nobody can mean a comment or a document type by it.
 * Throws `XmlRefused`.
 */
export const admitted = (source: string | Uint8Array, bytes: number): { readonly text: string; readonly start: number } => {
  const text = typeof source === 'string' ? whole(source, bytes) : decoded(source, bytes)
  if (text.startsWith('\uFEFF')) throw new XmlRefused('encoding')
  if (!isXmlText(text)) throw new XmlRefused('character')
  const start = contentStart(text)
  if (text.includes('<?', start)) throw new XmlRefused('processing_instruction')
  const special = text.indexOf('<!', start)
  if (special !== -1) throw new XmlRefused(wordFor(text.slice(special, special + 9)))
  return { text, start }
}

const whole = (text: string, bytes: number): string => {
  if (text.length > bytes || Buffer.byteLength(text) > bytes) throw new XmlRefused('size')
  if (!text.isWellFormed()) throw new XmlRefused('encoding')
  return text
}

const decoded = (source: Uint8Array, bytes: number): string => {
  if (source.byteLength > bytes) throw new XmlRefused('size')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source)
  } catch (cause) {
    throw new XmlRefused('encoding', { cause })
  }
}

const contentStart = (text: string): number => {
  if (!/^<\?xml[ \t\r\n?]/.test(text)) return 0
  const [declaration] = DECLARATION.exec(text) ?? []
  // Another encoding is said in a declaration that is otherwise all right.
  if (declaration === undefined) throw new XmlRefused(/^[^>]{0,200}encoding/.test(text) ? 'encoding' : 'declaration')
  return declaration.length
}

const wordFor = (opening: string) => {
  if (opening.startsWith('<!--')) return 'comment'
  if (opening === '<![CDATA[') return 'cdata'
  return 'doctype'
}

const FIVE: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/g
const NO_REFERENCE = /&(?!(?:#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|lt|gt|amp|quot|apos);)/

/** What text between tags means (XML 1.0, sections 2.11 and 4.4). Throws `XmlRefused`. */
export const textMeant = (raw: string): string => {
  if (raw.includes(']]>')) throw new XmlRefused('markup')
  return referencesResolved(lineEndsNormal(raw))
}

/** What an attribute's value means: white space is spaces (XML 1.0, section 3.3.3). Throws `XmlRefused`. */
export const valueMeant = (raw: string): string => referencesResolved(lineEndsNormal(raw).replace(/[\t\n]/g, ' '))

const lineEndsNormal = (raw: string): string => (raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw)

const referencesResolved = (text: string): string => {
  if (!text.includes('&')) return text
  // Before any is replaced: the first that is none ends it.
  if (NO_REFERENCE.test(text)) throw new XmlRefused('entity')
  return text.replace(REFERENCE, (_all, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
    if (name !== undefined) return FIVE[name] ?? ''
    return character(hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16))
  })
}

const HIGHEST = 0x10_ffff

const character = (code: number): string => {
  if (code > HIGHEST) throw new XmlRefused('entity')
  const written = String.fromCodePoint(code)
  if (!isXmlText(written)) throw new XmlRefused('entity')
  return written
}
