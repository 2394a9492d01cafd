import { entities } from './entities.ts'
import type { GraphOperation } from './operations.ts'

const KNOWN_OPTIONS = new Set(['$select', '$filter', '$count', '$top', '$orderby', '$skiptoken'])
const COMPARED = /([A-Za-z]\w*)(?:\/any\(|\s+(?:eq|ne|ge|le|in)\b)/g

/** The properties a query asks for, or undefined when it asks for none. */
export const selected = (query: URLSearchParams): readonly string[] | undefined =>
  query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim())

const withoutTexts = (filter: string): string => filter.replaceAll(/'(?:[^']|'')*'/g, "''")

const filtered = (filter: string): readonly string[] => {
  const bare = withoutTexts(filter)
  const lambda = new Set([...bare.matchAll(/any\((\w+):/g)].map((match) => match[1]))
  return [...bare.matchAll(COMPARED)].map((match) => match[1] ?? '').filter((name) => !lambda.has(name))
}

/** Says which query options, selected or filtered properties the operation does not have. */
export const queryProblems = (operation: GraphOperation, query: URLSearchParams): readonly string[] => {
  const unknown = [...query.keys()].filter((name) => !KNOWN_OPTIONS.has(name))
  const problems = unknown.map((name) => `query option ${name} is not described`)
  if (operation.subject === undefined) {
    return query.size === 0 ? problems : [...problems, 'this operation takes no query options']
  }
  const rows = entities[operation.subject] ?? {}
  const names = [...(selected(query) ?? []), ...filtered(query.get('$filter') ?? '')]
  const strangers = names.filter((name) => rows[name] === undefined)
  if (operation.path === '/subscribedSkus' && query.has('$filter')) problems.push('$filter is not supported here')
  return [...problems, ...strangers.map((name) => `"${name}" is no property of ${operation.subject}`)]
}
