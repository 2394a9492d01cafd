import type { StrictElement } from './strict-xml.ts'
import type { Scope } from './strict-xml-names.ts'

/**
 * An element as a document of its own, the same in meaning as where it was read: every prefix of its surroundings is
 * declared on it. It is written one way only, whatever it looked like before, so another reader finds nothing in it to
 * take differently. `leftOut` names descendants that are not written.
 */
export const writtenAlone = (element: StrictElement, leftOut: ReadonlySet<StrictElement> = new Set()): string =>
  written(element, new Map(), leftOut)

const written = (element: StrictElement, outer: Scope, leftOut: ReadonlySet<StrictElement>): string => {
  const name = qualified(element)
  const declarations = [...element.scope].filter(([prefix, uri]) => prefix !== 'xml' && outer.get(prefix) !== uri)
  let markup = `<${name}`
  for (const [prefix, uri] of declarations) markup += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapedValue(uri)}"`
  for (const attribute of element.attributes) markup += ` ${qualified(attribute)}="${escapedValue(attribute.value)}"`
  markup += '>'
  for (const child of element.children) {
    if (typeof child === 'string') markup += escapedText(child)
    else if (!leftOut.has(child)) markup += written(child, element.scope, leftOut)
  }
  return `${markup}</${name}>`
}

const qualified = ({ prefix, name }: { readonly prefix: string; readonly name: string }): string =>
  prefix === '' ? name : `${prefix}:${name}`

// All that is markup, the white space that a value would lose, and the two line ends of XML 1.1 (section 2.11), which some
// readers of XML 1.0 make line feeds of.
const escapedText = (text: string): string => text.replace(/[&<>\r\u0085\u2028]/g, asReference)

const escapedValue = (text: string): string => text.replace(/[&<>"\t\n\r\u0085\u2028]/g, asReference)

const asReference = (character: string): string => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
