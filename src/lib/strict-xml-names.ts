import { XmlRefused } from './xml-refused.ts'

const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'
const LONGEST_NAME = 128
/** Prefixes that mean something in one place, at most. */
const WIDEST_SCOPE = 64

/** URIs by prefix; the default namespace is that of the empty prefix. */
export type Scope = ReadonlyMap<string, string>

/** An attribute as it was written, its value resolved. */
export interface WrittenAttribute {
  readonly name: string
  readonly value: string
}

export interface StrictAttribute {
  /** Empty for an attribute without a prefix. */
  readonly namespace: string
  readonly name: string
  readonly prefix: string
  readonly value: string
}

type Name = Omit<StrictAttribute, 'value'>

const OUTERMOST: Scope = new Map([['xml', XML]])

/**
 * What prefixes mean within an element (Namespaces in XML 1.0). Nothing is declared away, and a prefix that means something
 * keeps meaning it: only the default namespace may change. Throws `XmlRefused`.
 */
export const scopeOf = (written: readonly WrittenAttribute[], outer: Scope = OUTERMOST): Scope => {
  const declared = written.flatMap(declarationIn)
  if (declared.length === 0) return outer
  if (new Set(declared.map(({ prefix }) => prefix)).size < declared.length) throw new XmlRefused('attribute_repeated')
  for (const { prefix, uri } of declared) assertHarmless(prefix, uri, outer.get(prefix))
  const scope = new Map([...outer, ...declared.map(({ prefix, uri }) => [prefix, uri] as const)])
  if (scope.size > WIDEST_SCOPE) throw new XmlRefused('namespace')
  return scope
}

const declarationIn = ({ name, value }: WrittenAttribute): readonly { readonly prefix: string; readonly uri: string }[] => {
  if (name === 'xmlns') return [{ prefix: '', uri: value }]
  return name.startsWith('xmlns:') ? [{ prefix: name.slice('xmlns:'.length), uri: value }] : []
}

/** An absolute URI (RFC 3986, section 3), of characters that look like themselves. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-~]{1,512}$/

const assertHarmless = (prefix: string, uri: string, meant: string | undefined): void => {
  const isReserved = /^xml(?:ns.*)?$/i.test(prefix) || uri === XML || uri === XMLNS
  const isRebound = prefix !== '' && meant !== undefined && meant !== uri
  if (isReserved || isRebound || !ABSOLUTE.test(uri)) throw new XmlRefused('namespace')
}

/** The names of an element and its attributes, with their namespaces. Throws `XmlRefused`. */
export const expanded = (
  writtenName: string,
  written: readonly WrittenAttribute[],
  scope: Scope,
): { readonly name: Name; readonly attributes: readonly StrictAttribute[] } => {
  const attributes = written
    .filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(({ name, value }) => Object.freeze({ ...nameOf(name, scope, ''), value }))
  if (new Set(attributes.map(({ namespace, name }) => `${namespace} ${name}`)).size < attributes.length)
    throw new XmlRefused('attribute_repeated')
  const name = nameOf(writtenName, scope, scope.get('') ?? '')
  if (name.prefix === 'xml') throw new XmlRefused('name')
  return { name, attributes: Object.freeze(attributes) }
}

/** What XML keeps for itself, and libraries overlook where it only looks like a declaration: `xmlnsx`, `xml:base`. */
const RESERVED = /^xml(?:ns|:(?!(?:lang|space|id)$))/i

const nameOf = (written: string, scope: Scope, unprefixed: string): Name => {
  if (written.length > LONGEST_NAME || RESERVED.test(written)) throw new XmlRefused('name')
  const colon = written.indexOf(':')
  if (colon === -1) return { namespace: unprefixed, name: written, prefix: '' }
  const prefix = written.slice(0, colon)
  const namespace = scope.get(prefix)
  if (namespace === undefined) throw new XmlRefused('namespace')
  return { namespace, name: written.slice(colon + 1), prefix }
}
