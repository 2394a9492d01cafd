import { deflateRawSync } from 'node:zlib'

/** A document that is made to keep whoever reads it busy; larger where more is asked for. */
export interface Hostile {
  readonly name: string
  /** About this many bytes or fewer. */
  readonly make: (bytes: number) => string | Uint8Array
  /** Why it is refused at the size that a message may have. */
  readonly reason: string
}

/** As often as it fits. */
const filled = (bytes: number, part: string): string => part.repeat(Math.max(1, Math.floor(bytes / part.length)))

const counted = (bytes: number, part: (n: number) => string): string => {
  const length = part(1_000_000).length
  return Array.from({ length: Math.floor(bytes / length) }, (_, n) => part(1_000_000 + n)).join('')
}

const LAUGHS = 'abcdefghij'.split('').map((name, n, names) => `<!ENTITY ${name} "${n === 0 ? 'ha' : `&${names[n - 1]};`.repeat(10)}">`)

const root = (content: string): string => `<r xmlns="urn:r">${content}</r>`

export const hostiles: readonly Hostile[] = [
  { name: 'instructions without an end', make: (bytes) => root(filled(bytes, '<?')), reason: 'xml processing_instruction' },
  { name: 'elements in one another', make: (bytes) => filled(bytes / 2, '<a>') + filled(bytes / 2, '</a>'), reason: 'xml depth' },
  { name: 'elements in one another without an end', make: (bytes) => filled(bytes, '<a>'), reason: 'xml depth' },
  { name: 'elements side by side', make: (bytes) => root(filled(bytes, '<a/>')), reason: 'xml nodes' },
  { name: 'attributes on one element', make: (bytes) => `<r ${counted(bytes, (n) => `a${n}="" `)}/>`, reason: 'xml attributes' },
  { name: 'namespaces on one element', make: (bytes) => `<r ${counted(bytes, (n) => `xmlns:a${n}="u:a" `)}/>`, reason: 'xml attributes' },
  { name: 'namespaces on every element', make: (bytes) => root(counted(bytes, (n) => `<a xmlns:a${n}="u:a"/>`)), reason: 'xml nodes' },
  { name: 'a billion laughs', make: (bytes) => `<!DOCTYPE r [${LAUGHS.join('')}]>${root(filled(bytes, '&j;'))}`, reason: 'xml doctype' },
  { name: 'a value without an end', make: (bytes) => `<r a="${filled(bytes, 'x ')}`, reason: 'xml markup' },
  { name: 'white space where a name should be', make: (bytes) => `<r${filled(bytes, ' ')}!`, reason: 'xml markup' },
  { name: 'a name without an end', make: (bytes) => `<r ${filled(bytes, 'a.')}`, reason: 'xml markup' },
  { name: 'a tag that is begun again and again', make: (bytes) => filled(bytes, '<r '), reason: 'xml markup' },
  { name: 'a tag that is ended again and again', make: (bytes) => `<r>${filled(bytes, '</ r')}`, reason: 'xml markup' },
  { name: 'references', make: (bytes) => root(filled(bytes, '&#65;')), reason: 'Response' },
  { name: 'ampersands', make: (bytes) => root(filled(bytes, '&')), reason: 'xml entity' },
  { name: 'brackets', make: (bytes) => root(filled(bytes, ']]')), reason: 'Response' },
  { name: 'line ends', make: (bytes) => root(filled(bytes, '\r')), reason: 'Response' },
  { name: 'identifiers that look alike', make: (bytes) => root(counted(bytes, (n) => `<a ID="${n}"/>`)), reason: 'xml nodes' },
  { name: 'spaces in a declaration', make: (bytes) => `<?xml${filled(bytes, ' ')}version="1.0"?><r/>`, reason: 'Response' },
  { name: 'zeros that compress well', make: (bytes) => deflateRawSync(Buffer.alloc(bytes * 100)), reason: 'encoding' },
  { name: 'UTF-16', make: (bytes) => Buffer.from(root(filled(bytes / 2, '<a/>')), 'utf16le'), reason: 'xml character' },
  { name: 'UTF-7', make: (bytes) => filled(bytes, '+ADw-'), reason: 'xml markup' },
  { name: 'bytes that are no text', make: (bytes) => Buffer.alloc(bytes, 0x80), reason: 'encoding' },
  { name: 'one value of a mebibyte', make: () => `<r a="${filled(1_048_576, 'x')}"/>`, reason: 'size' },
]
