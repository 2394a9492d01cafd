import type { GraphAnswer, GraphCall } from './graph-call.ts'
import { malformed, missing } from './graph-failure.ts'
import { type Entity, parseFilter, type Row } from './odata-filter.ts'

const ROOT = 'https://graph.microsoft.com/v1.0'
const KNOWN_OPTIONS = new Set(['$select', '$filter', '$count', '$top', '$skiptoken'])
const USUAL_PAGE = 100
const LARGEST_PAGE = 999

/** How the entities of one set look and are called. */
export interface EntitySet {
  /** After `$metadata#`, such as `users` or `domains('contoso.example')/federationConfiguration`. */
  readonly context: string
  /** Graph's name of the type, such as `user`. */
  readonly type: string
  readonly properties: ReadonlySet<string>
  /** What is shown when nothing is selected; everything when undefined. */
  readonly usual?: readonly string[]
}

const checkOptions = (query: URLSearchParams): void => {
  const stranger = [...query.keys()].find((name) => name.startsWith('$') && !KNOWN_OPTIONS.has(name))
  if (stranger !== undefined) throw missing(`the query option ${stranger}`)
}

const selection = (set: EntitySet, query: URLSearchParams): readonly string[] | undefined => {
  const names = query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim())
  const stranger = names?.find((name) => !set.properties.has(name))
  if (stranger !== undefined) {
    throw malformed(
      `Parsing OData Select and Expand failed: Could not find a property named '${stranger}' on type 'microsoft.graph.${set.type}'.`,
    )
  }
  return names
}

const trim = (entity: Entity, names: readonly string[] | undefined): Entity =>
  names === undefined ? entity : Object.fromEntries(names.map((name) => [name, entity[name] ?? null]))

const contextOf = (set: EntitySet, names: readonly string[] | undefined, isSingle: boolean): string => {
  const list = names === undefined ? '' : `(${names.join(',')})`
  return `${ROOT}/$metadata#${set.context}${list}${isSingle ? '/$entity' : ''}`
}

/** The `@odata.context` of a bare value such as `Edm.Boolean`. */
export const valueContext = (type: string): string => `${ROOT}/$metadata#${type}`

/** One entity, with the selected or else the usual properties. `annotations` come before them. */
export const oneEntity = (set: EntitySet, entity: Entity, query: URLSearchParams, annotations: Entity = {}): Entity => {
  checkOptions(query)
  const names = selection(set, query)
  return {
    '@odata.context': contextOf(set, names, true),
    ...annotations,
    ...trim(entity, names ?? set.usual),
  }
}

const pageSize = (query: URLSearchParams): number => {
  const text = query.get('$top')
  if (text === null) return USUAL_PAGE
  const size = Number(text)
  if (Number.isInteger(size) && size >= 1 && size <= LARGEST_PAGE) return size
  throw malformed(`Invalid page size specified: '${text}'. Must be between 1 and 999 inclusive.`)
}

const pageStart = (query: URLSearchParams): number => {
  const start = Number(query.get('$skiptoken') ?? '0')
  if (Number.isInteger(start) && start >= 0) return start
  throw malformed('The specified skip token is not valid.')
}

const nextLink = (url: URL, query: URLSearchParams, start: number): string => {
  const next = new URLSearchParams(query)
  next.set('$skiptoken', String(start))
  return `${url.origin}${url.pathname}?${next}`
}

/** A page of the rows that `$filter` lets through. */
export const collection = (set: EntitySet, rows: readonly Row[], call: GraphCall): GraphAnswer => {
  const { query } = call
  checkOptions(query)
  const names = selection(set, query)
  const text = query.get('$filter')
  const isAdvanced = call.isEventual && query.get('$count') === 'true'
  const filter = text === null ? undefined : parseFilter(text, set.properties, isAdvanced)
  const found = filter === undefined ? rows : rows.filter((row) => filter.matches(row))
  const start = pageStart(query)
  const end = start + pageSize(query)
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(set, names, false),
      // Without the header the directory does not count, whatever the query says.
      ...(isAdvanced ? { '@odata.count': found.length } : {}),
      ...(end < found.length ? { '@odata.nextLink': nextLink(call.url, query, end) } : {}),
      value: found.slice(start, end).map((row) => trim(row.entity(), names ?? set.usual)),
    },
  }
}
