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

/** Puts it among the attributes of an answer. */
const within =
  (markup: string) =>
  (answer: string): string =>
    answer.replace('</saml:AttributeStatement>', (end) => `<saml:y>${markup}</saml:y>${end}`)

const replaced =
  (part: string | RegExp, by: (part: string) => string) =>
  (answer: string): string =>
    answer.replace(part, by)

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

/** As much as the gate lets through to the signature, in the assertion of a good answer: refused because it was not signed. */
export const swollen: Readonly<Record<string, (answer: string) => string>> = {
  'as many elements as there may be': within('<saml:x/>'.repeat(1_850)),
  'as many names as there may be': within(
    Array.from({ length: 900 }, (_, n) => `<saml:x${n}></saml:x${n}>`).join('') + 'z'.repeat(140_000),
  ),
  'as many attributes as there may be': within(`<saml:x ${Array.from({ length: 60 }, (_, n) => `a${n}=""`).join(' ')}/>`.repeat(30)),
  'as many namespaces as there may be': within(
    `<saml:x ${Array.from({ length: 60 }, (_, n) => `xmlns:a${n}="u:${n}"`).join(' ')}>${'<saml:y/>'.repeat(1_700)}</saml:x>`,
  ),
  'as many namespaces in use as there may be': within(
    `<saml:x ${Array.from({ length: 30 }, (_, n) => `xmlns:a${n}="u:${n}" a${n}:b=""`).join(' ')}>${'<a0:y a29:b=""/>'.repeat(850)}</saml:x>`,
  ),
  'as much text as there may be': within('z'.repeat(180_000)),
  'as many references as there may be': within('&#38;'.repeat(36_000)),
}

const EXCLUSIVE = '<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
const PREFIXES = `<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${'p '.repeat(90_000)}"/>`

/** The signature of a good answer, as large as it gets in one place: refused before anybody looks at a key. */
export const swollenSignatures: Readonly<Record<string, { readonly make: (answer: string) => string; readonly reason: string }>> = {
  'a value of many bytes': { make: replaced('<SignatureValue>', (tag) => tag + 'QUJD'.repeat(45_000)), reason: 'xml size' },
  'a value among white space': { make: replaced('<SignatureValue>', (tag) => tag + ' '.repeat(180_000)), reason: 'xml size' },
  'a digest among white space': { make: replaced('<DigestValue>', (tag) => tag + ' '.repeat(180_000)), reason: 'xml size' },
  'a name of its own': { make: replaced('<SignedInfo', (tag) => `${tag} Id="${'z'.repeat(180_000)}"`), reason: 'xml size' },
  'references without end': { make: replaced(/<Reference.*<\/Reference>/s, (one) => one.repeat(150)), reason: 'xml signature_shape' },
  'transforms without end': { make: replaced(EXCLUSIVE, (one) => one.repeat(900)), reason: 'xml signature_shape' },
  'prefixes without end': { make: replaced(EXCLUSIVE, (one) => one.replace('/>', `>${PREFIXES}</Transform>`)), reason: 'xml prefix_list' },
}

/** Base64 that is none, or is too long. */
export const swollenBase64: Readonly<Record<string, { readonly value: string; readonly reason: string }>> = {
  'lines without end': { value: 'QUJD\n'.repeat(1_000_000), reason: 'size' },
  'lines and nothing in them': { value: '\n'.repeat(200_000), reason: 'base64' },
  'what is none': { value: '!'.repeat(200_000), reason: 'base64' },
}
