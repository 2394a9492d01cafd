import { readStrictly, type StrictElement } from '#lib/strict-xml.ts'

/** An element whose parts are the markup itself: anything can be written into it, however wrong. It is made to be changed. */
export interface Loose {
  name: string
  attributes: [name: string, markup: string][]
  children: (Loose | string)[]
}

/** The same element, loose; what is signed stays signed until it is changed. */
export const looseOf = (xml: string): Loose => loosened(readStrictly(xml), new Map([['xml', '']]))

const loosened = (element: StrictElement, outer: ReadonlyMap<string, string>): Loose => ({
  name: qualified(element),
  attributes: [
    ...[...element.scope].filter(([prefix, uri]) => prefix !== 'xml' && outer.get(prefix) !== uri).map(declaration),
    ...element.attributes.map((one): [string, string] => [qualified(one), escaped(one.value)]),
  ],
  children: element.children.map((child) => (typeof child === 'string' ? escaped(child) : loosened(child, element.scope))),
})

const declaration = ([prefix, uri]: readonly [string, string]): [string, string] => [prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri]

const qualified = ({ prefix, name }: { readonly prefix: string; readonly name: string }): string =>
  prefix === '' ? name : `${prefix}:${name}`

export const escaped = (text: string): string => text.replace(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)

export const markupOf = (node: Loose | string): string => {
  if (typeof node === 'string') return node
  const attributes = node.attributes.map(([name, value]) => ` ${name}="${value}"`).join('')
  return `<${node.name}${attributes}>${node.children.map(markupOf).join('')}</${node.name}>`
}

/** A part of its own, changed without the other. */
export const copyOf = <Part extends Loose | string>(part: Part): Part => structuredClone(part)

export interface Placed {
  readonly node: Loose
  readonly parent: Loose | undefined
}

/** Every element, the root first. */
export const placesIn = (root: Loose, parent?: Loose): readonly Placed[] => [
  { node: root, parent },
  ...root.children.flatMap((child) => (typeof child === 'string' ? [] : placesIn(child, root))),
]

const localName = (name: string): string => name.replace(/^.*:/, '')

/** The elements of this local name, in the order they stand. */
export const named = (root: Loose, name: string): readonly Placed[] => placesIn(root).filter(({ node }) => localName(node.name) === name)

/** The first of this local name. Throws when there is none. */
export const theFirst = (root: Loose, name: string): Loose => {
  const [found] = named(root, name)
  if (!found) throw new RangeError(`no ${name}`)
  return found.node
}

export const setAttribute = (element: Loose, name: string, markup: string): void => {
  const there = element.attributes.find(([one]) => one === name)
  if (there) there[1] = markup
  else element.attributes.push([name, markup])
}

export const attributeIn = (element: Loose, name: string): string => element.attributes.find(([one]) => one === name)?.[1] ?? ''

export const remove = (parent: Loose, node: Loose): void => {
  parent.children = parent.children.filter((child) => child !== node)
}

export const replace = (parent: Loose, node: Loose, ...by: readonly (Loose | string)[]): void => {
  parent.children = parent.children.flatMap((child) => (child === node ? by : [child]))
}

export const insertAt = (parent: Loose, index: number, node: Loose | string): void => {
  parent.children = parent.children.toSpliced(index, 0, node)
}

/** An element out of nothing. */
export const made = (name: string, attributes: Readonly<Record<string, string>> = {}, ...children: readonly (Loose | string)[]): Loose => ({
  name,
  attributes: Object.entries(attributes),
  children: [...children],
})
