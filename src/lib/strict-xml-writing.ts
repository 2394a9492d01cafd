import type { StrictElement } from './strict-xml.ts'
import type { Scope } from './strict-xml-names.ts'
import { escapedAttribute, escapedText } from './xml.ts'

/** What a canonical form takes besides the element itself. */
interface Canonical {
  /** One within it that is not written, as a signature is not part of what it signs. */
  readonly leftOut?: StrictElement | undefined
  /** Prefixes that are declared wherever they mean something (`InclusiveNamespaces`): values use them. */
  readonly prefixes?: readonly string[]
}

/**
 * An element as Exclusive XML Canonicalization 1.0 (section 3) writes it, a document of its own. It is written one way only,
 * whatever it looked like before, so another reader finds nothing in it to take differently.
 */
export const canonical = (element: StrictElement, { leftOut, prefixes = [] }: Canonical = {}): string =>
  written(element, new Map(), { leftOut, prefixes })

type How = Canonical & Required<Pick<Canonical, 'prefixes'>>

const written = (element: StrictElement, outer: Scope, how: How): string => {
  const name = qualified(element)
  const declared = declaredOn(element, outer, how.prefixes)
  let markup = `<${name}`
  for (const [prefix, uri] of declared) markup += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapedAttribute(uri)}"`
  for (const attribute of inOrder(element.attributes)) markup += ` ${qualified(attribute)}="${escapedAttribute(attribute.value)}"`
  markup += '>'
  const inner = declared.length === 0 ? outer : new Map([...outer, ...declared])
  for (const child of element.children) {
    if (typeof child === 'string') markup += escapedText(child)
    else if (child !== how.leftOut) markup += written(child, inner, how)
  }
  return `${markup}</${name}>`
}

/** Namespaces that the element or its attributes use, or that are asked for, and that mean something else around it or nothing. */
const declaredOn = (
  { prefix, namespace, attributes, scope }: StrictElement,
  outer: Scope,
  asked: readonly string[],
): readonly (readonly [string, string])[] => {
  const wanted = new Map<string, string>()
  const want = (name: string, uri: string): void => {
    if (name !== 'xml' && (outer.get(name) ?? '') !== uri) wanted.set(name, uri)
  }
  want(prefix, namespace)
  for (const one of attributes) if (one.prefix !== '') want(one.prefix, one.namespace)
  for (const name of asked) want(name, scope.get(name) ?? '')
  return wanted.size > 1 ? [...wanted].sort(([one], [other]) => order(one, other)) : [...wanted]
}

const inOrder = (attributes: StrictElement['attributes']): StrictElement['attributes'] =>
  attributes.length > 1
    ? attributes.toSorted((one, other) => order(one.namespace, other.namespace) || order(one.name, other.name))
    : attributes

/** By code units, which for the names and addresses of the gate are characters of ASCII. */
const order = (one: string, other: string): number => {
  if (one === other) return 0
  return one < other ? -1 : 1
}

const qualified = ({ prefix, name }: { readonly prefix: string; readonly name: string }): string =>
  prefix === '' ? name : `${prefix}:${name}`
