import { GraphFailure, malformed } from './graph-failure.ts'

/** A JSON object as it would be answered in full. */
export type Entity = Readonly<Record<string, unknown>>

/** One entity of a list: asked for single properties, and built in full only when it is to be answered. */
export interface Row {
  readonly read: (property: string) => unknown
  readonly entity: () => Entity
}

/** A row over an entity that is there already. */
export const rowOf = (entity: Entity): Row => ({ read: (property) => entity[property], entity: () => entity })

/** A parsed `$filter`: what it lets through, and whether only the advanced query engine takes it. */
export interface Filter {
  readonly matches: (row: Row) => boolean
  readonly isAdvanced: boolean
}

interface Comparison extends Filter {
  readonly property: string
}

const TEXT = /^'((?:[^']|'')*)'$/
const PLAIN = /^(\w+)\s+(eq|ne)\s+('(?:[^']|'')*'|true|false|null)$/
const AMONG = /^(\w+)\s+in\s+\(((?:\s*'(?:[^']|'')*'\s*,?)+)\)$/
const ANY = /^(\w+)\/any\((\w+):\s*\2\s+eq\s+('(?:[^']|'')*')\)$/
const STARTS = /^(startswith|endswith)\((\w+),\s*('(?:[^']|'')*')\)$/i

const literal = (text: string): unknown => {
  const quoted = TEXT.exec(text)?.[1]
  if (quoted !== undefined) return quoted.replaceAll("''", "'")
  return text === 'null' ? null : text === 'true'
}

// The directory compares text without regard to case, except the immutable id.
const isSame = (property: string, left: unknown, right: unknown): boolean => {
  if (property === 'onPremisesImmutableId') return left === right
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase()
  return (left ?? null) === right
}

const plain = (clause: string): Comparison | undefined => {
  const [, property = '', operator, text = ''] = PLAIN.exec(clause) ?? []
  if (operator === undefined) return undefined
  const value = literal(text)
  const isEqual = operator === 'eq'
  return { property, isAdvanced: !isEqual, matches: ({ read }) => isSame(property, read(property), value) === isEqual }
}

const among = (clause: string): Comparison | undefined => {
  const [, property = '', list] = AMONG.exec(clause) ?? []
  if (list === undefined) return undefined
  const values = [...list.matchAll(/'(?:[^']|'')*'/g)].map(([text]) => literal(text))
  const matches = ({ read }: Row): boolean => values.some((value) => isSame(property, read(property), value))
  return { property, isAdvanced: false, matches }
}

const any = (clause: string): Comparison | undefined => {
  const [, property = '', , text] = ANY.exec(clause) ?? []
  if (text === undefined) return undefined
  const value = literal(text)
  const matches = ({ read }: Row): boolean => {
    const list = read(property)
    return Array.isArray(list) && list.some((item) => isSame(property, item, value))
  }
  return { property, isAdvanced: false, matches }
}

const affix = (clause: string): Comparison | undefined => {
  const [, name = '', property = '', text] = STARTS.exec(clause) ?? []
  if (text === undefined) return undefined
  const value = String(literal(text)).toLowerCase()
  const isPrefix = name.toLowerCase() === 'startswith'
  const matches = ({ read }: Row): boolean => {
    const held = String(read(property) ?? '').toLowerCase()
    return isPrefix ? held.startsWith(value) : held.endsWith(value)
  }
  return { property, isAdvanced: !isPrefix, matches }
}

const parseClause = (clause: string, known: ReadonlySet<string>): Comparison => {
  const parsed = plain(clause) ?? among(clause) ?? any(clause) ?? affix(clause)
  if (parsed === undefined) throw malformed(`Invalid filter clause: Syntax error in '${clause}'.`)
  if (!known.has(parsed.property)) {
    throw malformed(`Invalid filter clause: Could not find a property named '${parsed.property}'.`)
  }
  return { ...parsed, isAdvanced: parsed.isAdvanced || advancedAlone.has(parsed.property) }
}

/** Properties that only the advanced query engine looks for, with `eq` too (Microsoft's "Advanced query capabilities"). */
const advancedAlone: ReadonlySet<string> = new Set(
  `companyName employeeType mobilePhone officeLocation passwordPolicies postalCode preferredLanguage showInAddressList
  streetAddress`.split(/\s+/),
)

// Splits on ` and ` outside quotes.
const clauses = (text: string): readonly string[] => {
  const parts = text.match(/(?:'(?:[^']|'')*'|(?!\sand\s)[\s\S])+/g) ?? []
  return parts.map((part) => part.replace(/^\s*and\s+/, '').trim())
}

/**
 * Reads the subset of `$filter` that clients of users need: eq, ne, in, any(x:x eq …), startswith, endswith, joined by
 * `and`. Throws 400 on anything else, and Request_UnsupportedQuery when an advanced operator comes without
 * `ConsistencyLevel: eventual` and `$count=true` (contract section 5.3).
 */
export const parseFilter = (text: string, known: ReadonlySet<string>, isEventual: boolean): Filter => {
  const parsed = clauses(text).map((clause) => parseClause(clause, known))
  const advanced = parsed.find((clause) => clause.isAdvanced)
  if (advanced !== undefined && !isEventual) {
    throw new GraphFailure({
      status: 400,
      code: 'Request_UnsupportedQuery',
      message: `Unsupported or invalid query filter clause specified for property '${advanced.property}' of resource 'User'.`,
    })
  }
  return {
    isAdvanced: advanced !== undefined,
    matches: (row) => parsed.every((clause) => clause.matches(row)),
  }
}
