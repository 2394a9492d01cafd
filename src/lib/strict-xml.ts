import { expanded, type Scope, type StrictAttribute, scopeOf, type WrittenAttribute } from './strict-xml-names.ts'
import { admitted, textMeant, valueMeant } from './strict-xml-text.ts'
import { XmlRefused } from './xml-refused.ts'

/** An element that others wrote. Nothing in it can be changed. */
export interface StrictElement {
  /** Empty when it has none. */
  readonly namespace: string
  readonly name: string
  readonly prefix: string
  /** Without the declarations of namespaces. */
  readonly attributes: readonly StrictAttribute[]
  /** Elements, and text that is never empty. */
  readonly children: readonly (StrictElement | string)[]
  /** The prefixes that mean something here. */
  readonly scope: Scope
}

/** How much of it is read at most. */
export interface XmlLimits {
  readonly bytes: number
  readonly depth: number
  /** Elements, texts, attributes and declarations of namespaces: what an XPath has to pass by. */
  readonly nodes: number
  /** On one element, declarations of namespaces among them. */
  readonly attributes: number
}

/** What a sign-in message may be. */
export const MESSAGE_LIMITS: XmlLimits = { bytes: 256 * 1024, depth: 32, nodes: 2_000, attributes: 64 }

/**
 * Reads XML that others wrote, in time linear to its length. Takes elements, attributes and text and nothing else: no
 * document type, comment, processing instruction, CDATA section or entity but the five; names in ASCII; every prefix
 * declared, with an absolute URI, and meaning one thing only; no identifier twice, whatever the attribute is called.
 * A byte order mark is refused too: whoever reads files of an administrator takes it off first.
 * Throws `XmlRefused`.
 */
export const readStrictly = (source: string | Uint8Array, limits: XmlLimits = MESSAGE_LIMITS): StrictElement => {
  const { text, start } = admitted(source, limits.bytes)
  const tree = growing(limits)
  let at = start
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const end = next === -1 ? text.length : next
    if (end > at) tree.text(text.slice(at, end))
    at = next === -1 ? end : readTag(text, next, tree)
  }
  return tree.finished()
}

const NAME = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?'
const SPACE = '[ \\t\\r\\n]'
const CLOSING = new RegExp(`</(${NAME})${SPACE}*>`, 'y')
const OPENING = new RegExp(`<(${NAME})`, 'y')
const ATTRIBUTE = new RegExp(`${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^<"]*)"|'([^<']*)')`, 'y')
const ENDING = new RegExp(`${SPACE}*(/?)>`, 'y')

/** Reads the tag that begins here; returns where what follows begins. */
const readTag = (text: string, at: number, tree: Tree): number => {
  if (text[at + 1] !== '/') return readOpeningTag(text, at, tree)
  const closing = matched(CLOSING, text, at)
  tree.close(closing[1] ?? '')
  return at + closing[0].length
}

const readOpeningTag = (text: string, start: number, tree: Tree): number => {
  const opening = matched(OPENING, text, start)
  const attributes: WrittenAttribute[] = []
  let at = start + opening[0].length
  for (let found = tried(ATTRIBUTE, text, at); found; found = tried(ATTRIBUTE, text, at)) {
    if (attributes.length >= tree.limits.attributes) throw new XmlRefused('attributes')
    attributes.push({ name: found[1] ?? '', value: valueMeant(found[2] ?? found[3] ?? '') })
    at += found[0].length
  }
  const ending = matched(ENDING, text, at)
  tree.open(opening[1] ?? '', attributes)
  if (ending[1] === '/') tree.close(opening[1] ?? '')
  return at + ending[0].length
}

/** The patterns are sticky: each is tried at one place only. */
const tried = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const matched = (pattern: RegExp, text: string, at: number): RegExpExecArray => {
  const found = tried(pattern, text, at)
  if (!found) throw new XmlRefused('markup')
  return found
}

interface Tree {
  readonly limits: XmlLimits
  readonly open: (name: string, attributes: readonly WrittenAttribute[]) => void
  readonly close: (name: string) => void
  readonly text: (raw: string) => void
  readonly finished: () => StrictElement
}

/** An element whose end was not read yet. */
interface Unfinished {
  readonly writtenName: string
  readonly element: Omit<StrictElement, 'children'>
  readonly children: (StrictElement | string)[]
}

const growing = (limits: XmlLimits): Tree => {
  const path: Unfinished[] = []
  const budget = budgetOf(limits)
  let root: StrictElement | undefined
  return {
    limits,
    open: (writtenName, written) => {
      budget.spend(1 + written.length)
      if (path.length >= limits.depth) throw new XmlRefused('depth')
      if (root) throw new XmlRefused('markup')
      const scope = scopeOf(written, path.at(-1)?.element.scope)
      const { name, attributes } = expanded(writtenName, written, scope)
      budget.claim(idsOf(attributes))
      path.push({ writtenName, element: { ...name, attributes, scope }, children: [] })
    },
    close: (writtenName) => {
      const closed = path.pop()
      if (closed?.writtenName !== writtenName) throw new XmlRefused('markup')
      const element = Object.freeze({ ...closed.element, children: Object.freeze(closed.children) })
      const parent = path.at(-1)
      if (parent) parent.children.push(element)
      else root = element
    },
    text: (raw) => {
      const parent = path.at(-1)
      if (!parent) return assertSpace(raw)
      budget.spend(1)
      parent.children.push(textMeant(raw))
    },
    finished: () => {
      if (!root || path.length > 0) throw new XmlRefused('markup')
      return root
    },
  }
}

const assertSpace = (text: string): void => {
  if (/[^ \t\r\n]/.test(text)) throw new XmlRefused('markup')
}

/** What a document has used up: nodes, and names of elements. */
const budgetOf = (limits: XmlLimits) => {
  const claimed = new Set<string>()
  let nodes = 0
  return {
    spend: (more: number): void => {
      nodes += more
      if (nodes > limits.nodes) throw new XmlRefused('nodes')
    },
    claim: (ids: readonly string[]): void => {
      for (const id of ids) {
        if (claimed.has(id)) throw new XmlRefused('id_repeated')
        claimed.add(id)
      }
    },
  }
}

/** What some reader somewhere takes for an identifier: of SAML 2.0 and 1.1, of signatures, of `xml:id` and of `wsu:Id`. */
const IDENTIFIER = /^(?:|assertion|response|request)id$/i

const idsOf = (attributes: readonly StrictAttribute[]): readonly string[] => {
  const ids = attributes.filter(({ name }) => IDENTIFIER.test(name)).map(({ value }) => value)
  if (ids.length > 1) throw new XmlRefused('id_repeated')
  return ids
}

/** The elements in it. Throws `XmlRefused` where text other than white space stands between them. */
export const elementsIn = (element: StrictElement): readonly StrictElement[] =>
  element.children.flatMap((child) => {
    if (typeof child !== 'string') return [child]
    assertSpace(child)
    return []
  })

/** Its text, which may be empty. Throws `XmlRefused` where there are elements in it. */
export const textIn = (element: StrictElement): string => {
  const parts = element.children.map((child) => {
    if (typeof child !== 'string') throw new XmlRefused('markup')
    return child
  })
  return parts.join('')
}

/** The value of an attribute that has no namespace, unless another is named. */
export const attributeOf = (element: StrictElement, name: string, namespace = ''): string | undefined =>
  element.attributes.find((one) => one.name === name && one.namespace === namespace)?.value

export const isNamed = (element: StrictElement, namespace: string, name: string): boolean =>
  element.name === name && element.namespace === namespace

/**
 * What an element says, as one text: equal for two elements that differ in nothing but prefixes, declarations, the order of
 * attributes and spelling. Everything counts, white space among it, but the one child that is left out.
 */
export const meaningOf = (element: StrictElement, leftOut?: StrictElement): string => JSON.stringify(meant(element, leftOut))

const meant = ({ namespace, name, attributes, children }: StrictElement, leftOut?: StrictElement): unknown => {
  const values = attributes.map((one) => [one.namespace, one.name, one.value].join(' ')).sort()
  const content: unknown[] = []
  for (const child of children) {
    const before = content.at(-1)
    // Two texts are one where what stood between them is left out.
    if (typeof child === 'string' && typeof before === 'string') content.splice(-1, 1, before + child)
    else if (typeof child === 'string') content.push(child)
    else if (child !== leftOut) content.push(meant(child))
  }
  return [namespace, name, values, content]
}
