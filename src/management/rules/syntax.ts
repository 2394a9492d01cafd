import type { Node } from 'acorn'

/** A node whose parts are looked at one by one. */
export type Loose = Node & Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is Loose => typeof value === 'object' && value !== null && 'type' in value && 'start' in value

export const isA = (value: unknown, type: string): value is Loose => isNode(value) && value.type === type

export const isName = (value: unknown, name: string): boolean => isA(value, 'Identifier') && value['name'] === name

export const nameOf = (value: unknown): string | undefined => (isA(value, 'Identifier') ? String(value['name']) : undefined)

export const textOf = (value: unknown): string | undefined =>
  isA(value, 'Literal') && typeof value['value'] === 'string' ? value['value'] : undefined

/** The key a member or property is read by; undefined when only running tells. */
export const keyOf = (node: Loose): string | undefined => {
  const key = node.type === 'MemberExpression' ? node['property'] : node['key']
  if (node['computed'] !== true && isA(key, 'Identifier')) return String(key['name'])
  return textOf(key)
}

/** The nodes right below one, in the order they are written. */
export const childrenOf = (node: Loose): readonly Loose[] => {
  const below = Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
  // A shorthand property has its key twice.
  const seen = new Set<number>()
  return below.toSorted((one, other) => one.start - other.start).filter(({ start }) => !seen.has(start) && seen.add(start) !== undefined)
}

/** `context.request.query` as its names; undefined when it does not begin with a name, or only running tells. */
export const pathOf = (value: unknown): readonly string[] | undefined => {
  if (isA(value, 'Identifier')) return [String(value['name'])]
  if (!isA(value, 'MemberExpression')) return undefined
  const [before, key] = [pathOf(value['object']), keyOf(value)]
  return before && key !== undefined ? [...before, key] : undefined
}

export const argumentsOf = (call: Loose): readonly Loose[] => (Array.isArray(call['arguments']) ? call['arguments'].filter(isNode) : [])

/** Every node from here down, the outer one first. */
export const eachNode = (node: Loose, look: (node: Loose) => void): void => {
  look(node)
  for (const child of childrenOf(node)) eachNode(child, look)
}
