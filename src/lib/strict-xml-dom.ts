import type { StrictElement } from './strict-xml.ts'
import type { Scope } from './strict-xml-names.ts'

/** What is needed of a document of DOM to make elements that belong to it. */
export interface DomDocument {
  readonly createElementNS: (namespace: string | null, name: string) => DomElement
  readonly createTextNode: (text: string) => unknown
}

interface DomElement {
  readonly setAttributeNS: (namespace: string | null, name: string, value: string) => void
  readonly appendChild: (child: unknown) => unknown
}

const XMLNS = 'http://www.w3.org/2000/xmlns/'

/**
 * An element as DOM has it, the same in meaning as where it was read: every prefix of its surroundings is declared on it.
 * Made from the tree, so whoever is given it has read no text of anybody's. `leftOut` names a child that is not part of it.
 */
export const inDom = (element: StrictElement, document: DomDocument, leftOut?: StrictElement): DomElement =>
  made(element, { document, leftOut, outer: new Map() })

interface Making {
  readonly document: DomDocument
  readonly leftOut: StrictElement | undefined
  /** What prefixes mean around it already. */
  readonly outer: Scope
}

const made = (element: StrictElement, { document, leftOut, outer }: Making): DomElement => {
  const node = document.createElementNS(element.namespace || null, qualified(element))
  for (const [prefix, uri] of declaredOn(element, outer)) node.setAttributeNS(XMLNS, prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri)
  for (const attribute of element.attributes) node.setAttributeNS(attribute.namespace || null, qualified(attribute), attribute.value)
  const inner = { document, leftOut, outer: element.scope }
  for (const child of element.children.filter((one) => one !== leftOut))
    node.appendChild(typeof child === 'string' ? document.createTextNode(child) : made(child, inner))
  return node
}

const declaredOn = ({ scope }: StrictElement, outer: Scope): readonly (readonly [string, string])[] =>
  scope === outer ? [] : [...scope].filter(([prefix, uri]) => prefix !== 'xml' && outer.get(prefix) !== uri)

const qualified = ({ prefix, name }: { readonly prefix: string; readonly name: string }): string =>
  prefix === '' ? name : `${prefix}:${name}`
