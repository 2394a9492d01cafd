import { elementsIn, isNamed, type StrictElement } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'

/** How often an element may stand in another: by name, at least and at most. */
export type Content = Readonly<Record<string, readonly [number, number]>>

/** The elements of this name directly in another. */
export const childrenOf = (parent: StrictElement, namespace: string, name: string): readonly StrictElement[] =>
  parent.children.filter((child) => typeof child !== 'string').filter((child) => isNamed(child, namespace, name))

/** The one element of this name directly in another; undefined when there is none. Throws `connection_answer_invalid` when there are two. */
export const childOf = (parent: StrictElement, namespace: string, name: string): StrictElement | undefined => {
  const [only, another] = childrenOf(parent, namespace, name)
  if (another) throw notFromHere(`two of ${name}`)
  return only
}

/** The one element of this name directly in another. Throws `connection_answer_invalid` when there is none, or another. */
export const requiredChild = (parent: StrictElement, namespace: string, name: string): StrictElement => {
  const found = childOf(parent, namespace, name)
  if (!found) throw notFromHere(`no ${name}`)
  return found
}

/** Every element of a tree, itself among them. */
export const allIn = (element: StrictElement): readonly StrictElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : allIn(child))),
]

/**
 * Holds what stands directly in an element against what may. Names are `namespace name`; what is not listed may not stand
 * there. Throws `connection_answer_invalid`.
 */
export const assertContent = (element: StrictElement, content: Content): void => {
  const counts = new Map<string, number>()
  for (const { namespace, name } of elementsIn(element)) {
    const key = `${namespace} ${name}`
    if (!Object.hasOwn(content, key)) throw notFromHere(`something else in ${element.name}`)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const [key, [least, most]] of Object.entries(content)) {
    const count = counts.get(key) ?? 0
    if (count < least || count > most) throw notFromHere(`${count} of ${key.split(' ')[1]} in ${element.name}`)
  }
}
