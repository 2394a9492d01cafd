/** A namespace and the one prefix it is always written with. */
export interface Namespace {
  readonly prefix: string
  readonly uri: string
}

/** Attribute values by name. Names are our own constants; only values are escaped. */
export type Attributes = Readonly<Record<string, string>>

export interface XmlElement {
  readonly namespace: Namespace
  readonly name: string
  readonly attributes: Attributes
  readonly children: readonly XmlContent[]
  /** Written as `xsi:type`. */
  readonly type?: { readonly namespace: Namespace; readonly name: string }
}

export type XmlContent = string | XmlElement | Xml

/** Markup that was written here and can stand inside other markup as it is. */
export class Xml {
  readonly #markup: string

  /** Only for what `serialize` wrote before, such as a signed token whose bytes must not change. */
  static written(markup: string): Xml {
    return new Xml(markup)
  }

  private constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** Makes the elements of one namespace: `saml('Audience', {}, [realm])`. */
export const elementsOf =
  (namespace: Namespace) =>
  (name: string, attributes: Attributes = {}, children: readonly XmlContent[] = []): XmlElement => ({
    namespace,
    name,
    attributes,
    children,
  })

/**
 * An element as Exclusive XML Canonicalization 1.0 would write it, so that a digest can be taken of the very bytes that
 * are sent: declarations where a prefix is first used, attributes in order, no empty-element tags. A prefix that only a
 * `type` uses is declared all the same, so an element with one is not canonical. `outer` names the namespaces that an
 * enclosing element has declared already. Throws `RangeError` when a value has a character that XML 1.0 cannot carry.
 */
export const serialize = (element: XmlElement, outer: readonly Namespace[] = []): string =>
  writtenElement(
    element,
    outer.reduce<Scope | undefined>((scope, namespace) => ({ namespace, outer: scope }), undefined),
  )

/** What XML 1.0 (section 2.2) cannot carry, in any spelling; lone surrogates among it. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/** True when XML can carry every character of the text. */
export const isXmlText = (text: string): boolean => !FORBIDDEN.test(text)

const XSI: Namespace = { prefix: 'xsi', uri: 'http://www.w3.org/2001/XMLSchema-instance' }

interface Scope {
  readonly namespace: Namespace
  readonly outer: Scope | undefined
}

const written = (content: XmlContent, scope: Scope | undefined): string => {
  if (typeof content === 'string') return escapedText(content)
  return content instanceof Xml ? content.toString() : writtenElement(content, scope)
}

const writtenElement = ({ namespace, name, attributes, children, type }: XmlElement, outer: Scope | undefined): string => {
  const tag = `${namespace.prefix}:${name}`
  const used = type ? [namespace, XSI, type.namespace].sort(byPrefix) : [namespace]
  let markup = `<${tag}`
  let scope = outer
  for (const one of used) {
    if (isDeclared(one, scope)) continue
    scope = { namespace: one, outer: scope }
    markup += ` xmlns:${one.prefix}="${escapedAttribute(one.uri)}"`
  }
  for (const key of inOrder(Object.keys(attributes))) markup += ` ${key}="${escapedAttribute(attributes[key] ?? '')}"`
  if (type) markup += ` xsi:type="${type.namespace.prefix}:${type.name}"`
  markup += '>'
  for (const child of children) markup += written(child, scope)
  return `${markup}</${tag}>`
}

const isDeclared = (namespace: Namespace, scope: Scope | undefined): boolean => {
  for (let at = scope; at; at = at.outer) {
    if (at.namespace.prefix === namespace.prefix) return at.namespace.uri === namespace.uri
  }
  return false
}

const byPrefix = (one: Namespace, other: Namespace) => (one.prefix < other.prefix ? -1 : 1)

const inOrder = (names: string[]): string[] => (names.length > 1 ? names.sort() : names)

const PLAIN = /^[\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x7e]*$/
const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' }
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

// Canonical XML 1.0, section 2.3: text escapes & < > and CR; attributes & < " and all line ends and tabs.
const escapedText = (text: string): string =>
  PLAIN.test(text) ? text : carried(text).replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? character)

const escapedAttribute = (text: string): string =>
  PLAIN.test(text) ? text : carried(text).replace(/[&<"\t\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character] ?? character)

const carried = (text: string): string => {
  if (!isXmlText(text)) throw new RangeError('a character that XML 1.0 cannot carry')
  return text
}
