import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Dice } from './dice.ts'

/** A change of the finished text, or bytes of it that are no UTF-8. */
type Respelling = (xml: string, dice: Dice) => string | Uint8Array

const ENTITIES = '<!ENTITY a "ceo-0000"><!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY % c SYSTEM "http://127.0.0.1:9/">'
const DECLARATIONS = [
  ...[
    '<?xml version="1.0"?>',
    '<?xml version="1.1"?>',
    "<?xml version='1.0' encoding='UTF-16'?>",
    '<?xml version="1.0" encoding="UTF-7"?>',
  ],
  ...[
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    '<?xml encoding="UTF-8"?>',
    '<?xml version="1.0" encoding="utf8"?>',
    '<?XML version="1.0"?>',
  ],
  ...[
    ' <?xml version="1.0"?>',
    '<?xml version="1.0"?><?xml version="1.0"?>',
    '<?xml-stylesheet href="x"?>',
    '<?xml version="1.0" standalone="no"?>',
  ],
]
const TYPES = [
  ...[
    '<!DOCTYPE x>',
    '<!doctype x>',
    `<!DOCTYPE x [${ENTITIES}]>`,
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE x PUBLIC "-//x" "x">',
  ],
  ...[
    '<!DOCTYPE x [<!ATTLIST saml:Assertion evil ID #IMPLIED>]>',
    '<!DOCTYPE x [<!ELEMENT x ANY>]>',
    '<!ENTITY a "b">',
    '<!---->',
    '<!DOCTYPE',
  ],
]
const TRAILERS = ['x', '<x/>', '<!-- -->', '<?x?>', ' ', '\n', '\0', '\uFEFF', '<', '&', ']]>', '</samlp:Response>', '<![CDATA[]]>']

const at = (xml: string, dice: Dice, change: (before: string, after: string) => string): string => {
  const place = dice.below(xml.length + 1)
  return change(xml.slice(0, place), xml.slice(place))
}

/** A random tag, as it stands there. */
const inTag = (xml: string, dice: Dice, change: (tag: string) => string): string => {
  const tags = [...xml.matchAll(/<[^>]+>/g)]
  const { index = 0, 0: tag } = dice.oneOf(tags)
  return xml.slice(0, index) + change(tag) + xml.slice(index + tag.length)
}

/** Tricks with the text as such. */
export const respellings: Readonly<Record<string, Respelling>> = {
  'another declaration': (xml, dice) => dice.oneOf(DECLARATIONS) + xml,
  'a document type': (xml, dice) => dice.oneOf(TYPES) + xml,
  'a document type whose entity is used': (xml, dice) =>
    `<!DOCTYPE x [${ENTITIES}]>${xml.replace(/(<saml:NameID[^>]*>)[^<]*/, `$1${dice.oneOf(['&a;', '&b;', 'a-0001&a;'])}`)}`,
  'more behind it': (xml, dice) => xml + dice.oneOf(TRAILERS),
  'more before it': (xml, dice) => dice.oneOf(TRAILERS) + xml,
  'a mark of byte order': (xml) => `\uFEFF${xml}`,
  'UTF-16': (xml, dice) => Buffer.from(dice.isLucky(2) ? `\uFEFF${xml}` : xml, 'utf16le'),
  'UTF-7': (xml) => `+/v8-${xml.replaceAll('<', '+ADw-')}`,
  'bytes that are no UTF-8': (xml, dice) => {
    const bytes = Buffer.from(xml)
    const place = dice.below(bytes.length)
    return Buffer.concat([
      bytes.subarray(0, place),
      Buffer.from(dice.oneOf([[0xff], [0xc0, 0xbc], [0xed, 0xa0, 0x80], [0xe9]])),
      bytes.subarray(place),
    ])
  },
  'a character less': (xml, dice) => at(xml, dice, (before, after) => before + after.slice(1)),
  'a character more': (xml, dice) => at(xml, dice, (before, after) => before + dice.oneOf([...'<>/"\'=&; :x\n\0\u0085\u2028é']) + after),
  'another character': (xml, dice) => at(xml, dice, (before, after) => before + dice.oneOf([...'<>/"\'=&; :xA0\n']) + after.slice(1)),
  'an early end': (xml, dice) => at(xml, dice, (before) => before),
  'a part twice': (xml, dice) => at(xml, dice, (before, after) => before + after.slice(0, dice.below(400)) + after),
  twice: (xml) => xml + xml,
  nothing: () => '',
  compressed: (xml, dice) => (dice.isLucky(2) ? deflateRawSync(xml) : gzipSync(xml)),
  'in base64 once more': (xml) => Buffer.from(xml).toString('base64'),
  escaped: (xml) => xml.replaceAll('<', '&lt;'),
  'white space in a tag': (xml, dice) =>
    inTag(xml, dice, (tag) => tag.replace(/ ([\w:]+)=/, dice.oneOf(['\n$1 = ', '\u00a0$1=', '\u3000$1=', '\u0085$1=', '\0$1=', '/$1=']))),
  'a tag in another case': (xml, dice) => inTag(xml, dice, (tag) => tag.toUpperCase()),
  'other quotes': (xml, dice) => inTag(xml, dice, (tag) => tag.replaceAll('"', dice.oneOf(["'", '', '`', '&quot;', '\u201c']))),
  'a tag without its end': (xml, dice) => inTag(xml, dice, (tag) => tag.slice(0, -1)),
  'a tag that ends itself': (xml, dice) => inTag(xml, dice, (tag) => tag.replace(/\/?>$/, '/>')),
  'a slash or less': (xml, dice) =>
    inTag(xml, dice, (tag) => dice.oneOf([tag.replace('/', ''), tag.replace('<', '</'), tag.replace('<', '< ')])),
}

/** Tricks with the base64 around it: what is posted, one value or two. */
export const envelopes: Readonly<Record<string, (base64: string, dice: Dice) => readonly string[]>> = {
  'line ends': (base64, dice) => [base64.replace(/.{76}/g, `$&${dice.oneOf(['\r\n', '\n', '\r', ' ', '\t'])}`)],
  'the alphabet of addresses': (base64) => [base64.replaceAll('+', '-').replaceAll('/', '_')],
  'no padding, or more': (base64, dice) => [base64.replace(/=*$/, dice.oneOf(['', '=', '==', '====']))],
  'something behind': (base64, dice) => [base64 + dice.oneOf(['A', '!', '=', '\0', ' ', '.', 'AAAA', '%0A'])],
  'something inside': (base64, dice) => [
    at(base64, dice, (before, after) => before + dice.oneOf(['=', '!', ' ', '\u00e9', '-', '*', '\n']) + after),
  ],
  'two messages': (base64, dice) =>
    dice.oneOf([
      [base64, base64],
      [base64, ''],
      ['', base64],
    ]),
  'no message': (_, dice) => [dice.oneOf(['', ' ', '=', 'null', 'undefined', '[object Object]'])],
  'spaces for pluses': (base64) => [base64.replaceAll('+', ' ')],
}
