import { attributeIn, copyOf, insertAt, type Loose, made, markupOf, named, placesIn, remove, replace, setAttribute } from './loose.ts'
import type { Draft, Edit } from './wrappings.ts'

const anElement = ({ root, dice }: Draft) => dice.oneOf(placesIn(root))
const anInner = ({ root, dice }: Draft) => dice.oneOf(placesIn(root).slice(1))

/** An element with text in it, most often one that says who somebody is. */
const aText = (draft: Draft): Loose => {
  const wanted = ['NameID', 'NameID', 'AttributeValue', 'Audience', 'Issuer', 'AuthnContextClassRef']
  const those = named(draft.root, draft.dice.oneOf(wanted)).map(({ node }) => node)
  return those.length === 0 ? anElement(draft).node : draft.dice.oneOf(those)
}

/** Cuts an element's text in two and puts this between. */
const between = (draft: Draft, markup: string): void => {
  const element = aText(draft)
  const text = element.children.map(markupOf).join('')
  const at = draft.dice.below(text.length + 1)
  element.children = [text.slice(0, at), markup, text.slice(at)]
}

const COMMENTS = ['<!---->', '<!-- x -->', '<!--\n-->', '<!-->-->', '<!-- x --->']
const INSTRUCTIONS = ['<?x?>', '<?x y?>', '<?xml version="1.0"?>', '<??>', '<?']
const SECTIONS = ['<![CDATA[]]>', '<![CDATA[x]]>', '<![CDATA[', ']]>', '<![cdata[x]]>', '<![INCLUDE[x]]>']
const REFERENCES = [
  '&x;',
  '&nbsp;',
  '&#0;',
  '&#x0;',
  '&#xFFFE;',
  '&#xD800;',
  '&#x110000;',
  '&#1114112;',
  '&',
  '&#;',
  '&amp',
  '&#xD;',
  '&#x41;',
  '&lt;',
]
const CHARACTERS = [
  '\0',
  '\u0001',
  '\u0085',
  '\u00a0',
  '\u200b',
  '\u2028',
  '\u202e',
  '\uFFFE',
  '\uFEFF',
  '\r',
  '\n',
  '\t',
  ' ',
  '\u0301',
  'é',
]

const inside =
  (these: readonly string[]): Edit =>
  (draft) =>
    between(draft, draft.dice.oneOf(these))

/** Values that say something else of who, to whom, for what and when. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  NotBefore: ['2000-01-01T00:00:00Z', '', 'now', '2026-03-02T09:00:00+14:00', '9999-12-31T00:00:00Z'],
  NotOnOrAfter: ['2099-01-01T00:00:00Z', '', 'never', '2026-03-02 09:05:00', '275760-09-13T00:00:00Z'],
  IssueInstant: ['2099-01-01T00:00:00Z', '2000-01-01T00:00:00Z', ''],
  AuthnInstant: ['2000-01-01T00:00:00Z', '2099-01-01T00:00:00Z', '', '2026-03-02T08:59:00Z'],
  Recipient: ['https://evil.example/', 'https://usher.example/login/callback/', ''],
  Destination: ['https://evil.example/', '', 'https://usher.example/login/callback/acme/'],
  InResponseTo: ['_of-another', '', '_'],
  Format: ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
  Method: ['urn:oasis:names:tc:SAML:2.0:cm:holder-of-key', 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches', ''],
  Value: ['urn:oasis:names:tc:SAML:2.0:status:Responder', '', 'urn:oasis:names:tc:SAML:2.0:status:success'],
  Version: ['1.1', '2.1', '', '2.00'],
  Name: ['sub', 'email', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn', '__proto__', 'groups'],
  ID: ['_evil', '', '#', "x'y", '_\u00e9'],
}

/** Tricks with what a message says and how its elements stand. */
export const contentEdits: Readonly<Record<string, Edit>> = {
  'a comment in a text': inside(COMMENTS),
  'an instruction in a text': inside(INSTRUCTIONS),
  'a CDATA section in a text': inside(SECTIONS),
  'an entity in a text': inside(REFERENCES),
  'a character in a text': inside(CHARACTERS),
  'an element in a text': inside(['<x/>', '<saml:NameID>ceo-0000</saml:NameID>', '<b>x</b>']),
  'another text': (draft) => {
    aText(draft).children = [draft.dice.oneOf(['ceo-0000', '', ' ', 'a-0001 ', 'A-0001', 'b-0002', 'ceo@acme.example', '__proto__'])]
  },
  'another value': (draft) => {
    const [name, values] = draft.dice.oneOf(Object.entries(VALUES))
    const those = placesIn(draft.root).filter(({ node }) => node.attributes.some(([one]) => one === name))
    if (those.length > 0) setAttribute(draft.dice.oneOf(those).node, name, draft.dice.oneOf(values))
  },
  'an attribute more': (draft) => {
    const [name, values] = draft.dice.oneOf(Object.entries(VALUES))
    anElement(draft).node.attributes.push([
      draft.dice.oneOf([name, `saml:${name}`, `xmlns${name}`, `evil:${name}`]),
      draft.dice.oneOf(values),
    ])
  },
  'an attribute twice': (draft) => {
    const { attributes } = anElement(draft).node
    const [name, value] = attributes.length === 0 ? (['ID', '_evil'] as const) : draft.dice.oneOf(attributes)
    attributes.splice(draft.dice.below(attributes.length + 1), 0, [name, draft.dice.isLucky(2) ? value : '_evil'])
  },
  'an attribute less': (draft) => {
    const element = anElement(draft).node
    element.attributes = element.attributes.toSpliced(draft.dice.below(element.attributes.length + 1), 1)
  },
  'an identifier more': (draft) => {
    const id = draft.dice.oneOf(
      named(draft.root, 'Assertion')
        .map(({ node }) => attributeIn(node, 'ID'))
        .concat('_evil', attributeIn(draft.root, 'ID')),
    )
    const name = draft.dice.oneOf(['ID', 'Id', 'id', 'xml:id', 'AssertionID', 'ResponseID', 'saml:ID', 'iD'])
    anElement(draft).node.attributes.push([name, id])
  },
  'an element less': (draft) => {
    const { node, parent } = anInner(draft)
    if (parent) remove(parent, node)
  },
  'an element twice': (draft) => {
    const { node, parent } = anInner(draft)
    const copy = copyOf(node)
    if (draft.dice.isLucky(2)) copy.children = ['ceo-0000']
    if (parent) insertAt(parent, draft.dice.below(parent.children.length + 1), copy)
  },
  'an element elsewhere': (draft) => {
    const { node, parent } = anInner(draft)
    const inside = new Set(placesIn(node).map((one) => one.node))
    const target = draft.dice.oneOf(placesIn(draft.root).filter((one) => !inside.has(one.node))).node
    if (parent) remove(parent, node)
    insertAt(target, draft.dice.below(target.children.length + 1), node)
  },
  'elements in another order': (draft) => {
    const { node } = anElement(draft)
    node.children = node.children.toReversed()
  },
  'an element around one': (draft) => {
    const { node, parent } = anInner(draft)
    if (parent) replace(parent, node, made(draft.dice.oneOf(['x', 'saml:Advice', 'samlp:Extensions', node.name]), {}, node))
  },
  'an element by another name': (draft) => {
    const { node } = anElement(draft)
    node.name = draft.dice.oneOf([
      node.name.toLowerCase(),
      node.name.replace(/^.*:/, ''),
      `${node.name}x`,
      node.name.replace('saml:', 'samlp:'),
      'constructor',
    ])
  },
  "another answer's part": (draft) => {
    const { node, parent } = anInner(draft)
    const other = draft.dice.oneOf(draft.others)
    const same = [...placesIn(other)].filter((one) => one.node.name === node.name)
    if (parent && same.length > 0) replace(parent, node, copyOf(draft.dice.oneOf(same).node))
  },
  "another answer's assertion besides": (draft) => {
    const assertions = named(draft.dice.oneOf(draft.others), 'Assertion')
    if (assertions.length === 0) return
    const { node } = draft.dice.oneOf(assertions)
    insertAt(draft.root, draft.dice.below(draft.root.children.length + 1), copyOf(node))
  },
  "another answer's assertion instead": (draft) => {
    // Of another sign-in: somebody who has one of their own to the same request is who they are.
    const elsewhere = draft.dice.oneOf(draft.others.slice(1))
    const [mine, theirs] = [named(draft.root, 'Assertion'), named(elsewhere, 'Assertion')]
    const [place, by] = [mine[0], theirs[0]]
    if (place?.parent && by) replace(place.parent, place.node, copyOf(by.node))
  },
  'white space': (draft) => {
    const { node } = anElement(draft)
    insertAt(node, draft.dice.below(node.children.length + 1), draft.dice.oneOf([' ', '\n', '\r\n', '\t', '\u00a0', '\u3000', '\u0085']))
  },
}

const URIS = [
  ...[
    'urn:evil',
    '',
    ' ',
    'relative',
    '../relative',
    './',
    '#',
    '?',
    '//evil.example',
    'urn:oasis:names:tc:SAML:2.0:assertion',
    'urn:oasis:names:tc:SAML:2.0:protocol',
  ],
  ...[
    'urn:oasis:names:tc:SAML:2.0:Assertion',
    'urn:oasis:names:tc:SAML:2.0:assertion ',
    'http://www.w3.org/2000/09/xmldsig#',
    'http://www.w3.org/2000/09/xmldsig',
  ],
  ...[
    'http://www.w3.org/2000/xmlns/',
    'http://www.w3.org/XML/1998/namespace',
    'urn:oasis:names:tc:SAML:1.0:assertion',
    'urn:%6fasis',
    '&#117;rn:evil',
  ],
]
const PREFIXES = ['saml', 'samlp', 'ds', 'evil', 'xml', 'xmlns', 'xs', '', 'xmlnsx']

/** Tricks with namespaces. */
export const namespaceEdits: Readonly<Record<string, Edit>> = {
  'a namespace declared': (draft) => {
    const prefix = draft.dice.oneOf(PREFIXES)
    anElement(draft).node.attributes.unshift([prefix === '' ? 'xmlns' : `xmlns:${prefix}`, draft.dice.oneOf(URIS)])
  },
  'a declaration less': (draft) => {
    const declared = placesIn(draft.root).filter(({ node }) => node.attributes.some(([name]) => name.startsWith('xmlns')))
    const { node } = draft.dice.oneOf(declared)
    node.attributes = node.attributes.filter(([name]) => !name.startsWith('xmlns'))
  },
  'a declaration changed': (draft) => {
    const declarations = placesIn(draft.root).flatMap(({ node }) => node.attributes.filter(([name]) => name.startsWith('xmlns')))
    draft.dice.oneOf(declarations)[1] = draft.dice.oneOf(URIS)
  },
  'another prefix': (draft) => {
    const { node } = anElement(draft)
    node.name = `${draft.dice.oneOf(['saml', 'samlp', 'ds', 'evil', 'xml', 'xmlns'])}:${node.name.replace(/^.*:/, '')}`
  },
  'another prefix, declared': (draft) => {
    const { node } = anElement(draft)
    node.attributes.unshift(['xmlns:q', draft.dice.oneOf(URIS)])
    node.name = `q:${node.name.replace(/^.*:/, '')}`
  },
  'a default namespace': (draft) => {
    const { node } = anElement(draft)
    node.attributes.unshift(['xmlns', draft.dice.oneOf(URIS)])
    node.name = node.name.replace(/^.*:/, '')
  },
}
