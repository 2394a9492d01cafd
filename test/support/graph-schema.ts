import type { ValidateFunction } from 'ajv/dist/2020.js'
import { compileError, compileObject, compileValue, findings } from './graph-schema/compile.ts'
import { defaultUserProperties, entities } from './graph-schema/entities.ts'
import { type AnswerShape, type GraphOperation, operations, type RequestShape } from './graph-schema/operations.ts'
import { queryProblems, selected } from './graph-schema/query.ts'

/** One call to Microsoft Graph as it was on the wire. */
export interface GraphExchange {
  readonly method: string
  /** Percent-encoded, with or without host and `/v1.0`, without the query. */
  readonly path: string
  /** With or without the question mark; empty when there was none. */
  readonly query?: string
  /** Parsed JSON; undefined when nothing was sent. */
  readonly requestBody?: unknown
  /** Undefined when no answer came (connection reset, hang): then the request alone is judged. */
  readonly status?: number
  /** Parsed JSON; text when it was not JSON; undefined when empty. */
  readonly responseBody?: unknown
  /** Of the answer, names in lower case. Undefined leaves headers unjudged. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

interface CompiledOperation {
  readonly operation: GraphOperation
  readonly pattern: RegExp
  readonly request: ValidateFunction | undefined
  readonly answer: ValidateFunction | undefined
}

const compileRequest = (shape: RequestShape | undefined): ValidateFunction | undefined => {
  if (shape === undefined) return undefined
  const rows = shape.kind === 'entity' ? entities[shape.name] : shape.rows
  return compileObject(rows ?? {}, shape.required)
}

const compileAnswer = (shape: AnswerShape): ValidateFunction | undefined => {
  if (shape.kind === 'nothing') return undefined
  if (shape.kind === 'value') return compileValue(shape.type)
  if (shape.kind === 'collection') return compileValue(`@${shape.name}[]`)
  return compileObject(entities[shape.name] ?? {}, [])
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)

const compiled: readonly CompiledOperation[] = operations.map((operation) => ({
  operation,
  pattern: patternOf(operation.path),
  request: compileRequest(operation.request),
  answer: compileAnswer(operation.answer),
}))
const errorCheck = compileError()

// OData writes a key as a segment of its own or in parentheses.
const belowRoot = (path: string): string =>
  path
    .replace(/^https?:\/\/[^/]+/, '')
    .replace(/^\/v1\.0(?=\/)/, '')
    .replaceAll(/\('([^/]*?)'\)/g, '/$1')

// A literal segment beats a placeholder, so that `/deletedItems/microsoft.graph.user` is not taken for an id.
const find = (exchange: GraphExchange): CompiledOperation | undefined =>
  compiled.find((candidate) => candidate.operation.method === exchange.method && candidate.pattern.test(belowRoot(exchange.path)))

const bodyProblems = (entry: CompiledOperation, exchange: GraphExchange): readonly string[] => {
  const { requestBody } = exchange
  if (entry.request === undefined) return requestBody === undefined ? [] : ['a body where none is described']
  const isOptional = entry.operation.request?.kind === 'parameters' && entry.operation.request.isOptional === true
  if (requestBody === undefined) return isOptional ? [] : ['no body where one is described']
  return findings(entry.request, requestBody)
}

const items = (body: unknown): readonly object[] => {
  if (typeof body !== 'object' || body === null) return []
  if ('value' in body && Array.isArray(body.value)) return body.value.filter((item) => typeof item === 'object')
  return [body]
}

const expectedNames = (entry: CompiledOperation, query: URLSearchParams): readonly string[] | undefined =>
  selected(query) ?? (entry.operation.isTrimmed === true ? defaultUserProperties : undefined)

const trimProblems = (entry: CompiledOperation, query: URLSearchParams, body: unknown): readonly string[] => {
  const names = expectedNames(entry, query)
  if (names === undefined) return []
  const allowed = new Set(names)
  const given = items(body).flatMap((item) => Object.keys(item).filter((name) => !name.includes('@')))
  const surplus = [...new Set(given)].filter((name) => !allowed.has(name))
  return surplus.map((name) => `"${name}" came although it was not selected`)
}

const contextProblems = (entry: CompiledOperation, query: URLSearchParams, body: unknown): readonly string[] => {
  const { answer } = entry.operation
  if (answer.kind === 'nothing' || typeof body !== 'object' || body === null) return []
  const [set = '', suffix] = answer.context.split('/$entity')
  const list = query.get('$select')
  const tail = `${list === null ? '' : `(${list.replaceAll(' ', '')})`}${suffix === undefined ? '' : '/$entity'}`
  const text = `https://graph.microsoft.com/v1.0/$metadata#${set}`.split('{id}').map(RegExp.escape).join('[^/]+')
  const context = '@odata.context' in body ? String(body['@odata.context']) : ''
  return new RegExp(`^${text}${RegExp.escape(tail)}$`).test(context) ? [] : [`@odata.context is "${context}"`]
}

// These say that a call went somewhere it must not, or where the emulator cannot follow.
const OBJECTIONS = ['x-emulator-refused', 'x-emulator-missing']

const headerProblems = (exchange: GraphExchange): readonly string[] => {
  const { headers } = exchange
  if (headers === undefined) return []
  const missing = ['request-id', 'client-request-id', 'date'].filter((name) => headers[name] === undefined)
  const objections = OBJECTIONS.filter((name) => headers[name] !== undefined)
  const problems = [
    ...missing.map((name) => `header ${name} is missing`),
    ...objections.map((name) => `the emulator objects: ${name} ${headers[name]}`),
  ]
  const isJson = headers['content-type']?.startsWith('application/json') === true
  if (typeof exchange.responseBody === 'object' && !isJson) problems.push('JSON without its content type')
  return problems
}

const failureProblems = (exchange: GraphExchange, status: number): readonly string[] => {
  const mayLackEnvelope = status >= 500 && typeof exchange.responseBody !== 'object'
  return mayLackEnvelope ? [] : findings(errorCheck, exchange.responseBody)
}

const answerProblems = (entry: CompiledOperation, exchange: GraphExchange): readonly string[] => {
  const { status, responseBody } = exchange
  if (status === undefined) return []
  if (status >= 400) return [...failureProblems(exchange, status), ...headerProblems(exchange)]
  if (status !== entry.operation.answer.status) return [`status ${status} is not described`]
  const query = new URLSearchParams(exchange.query)
  const isEmpty = responseBody === undefined || responseBody === ''
  if (entry.answer === undefined) return [...(isEmpty ? [] : ['a body with 204']), ...headerProblems(exchange)]
  return [
    ...findings(entry.answer, responseBody),
    ...trimProblems(entry, query, responseBody),
    ...contextProblems(entry, query, responseBody),
    ...headerProblems(exchange),
  ]
}

/**
 * Checks one exchange against Graph's types (contract sections 5.2–5.12): names and types of everything sent and
 * answered, selected properties, `@odata.context`, the error envelope. Each problem begins with `request:` or
 * `response:`. An unknown method or path is a problem too.
 */
export const validateGraphExchange = (exchange: GraphExchange): readonly string[] => {
  const entry = find(exchange)
  if (entry === undefined) return [`request: ${exchange.method} ${belowRoot(exchange.path)} is no described operation`]
  const asked = [...queryProblems(entry.operation, new URLSearchParams(exchange.query)), ...bodyProblems(entry, exchange)]
  return [...asked.map((problem) => `request: ${problem}`), ...answerProblems(entry, exchange).map((problem) => `response: ${problem}`)]
}

/** What the emulator's journal says about one call to its Graph site. */
export interface JournaledCall {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly requestBody?: unknown
  readonly status: number
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseBody?: unknown
}

// What the journal writes down when the caller hung up before there was an answer.
const HUNG_UP = 599

/** A journal entry as an exchange; calls whose connection broke are judged by their request alone. */
export const journaledExchange = (entry: JournaledCall): GraphExchange => {
  const { method, path, query, requestBody } = entry
  const isAnswered = entry.status !== HUNG_UP && entry.responseHeaders['x-emulator-drop'] === undefined
  if (!isAnswered) return { method, path, query, requestBody }
  const { status, responseBody, responseHeaders: headers } = entry
  // A gateway's page comes from in front of Graph and has none of its headers.
  const isPage = headers['content-type']?.startsWith('text/html') === true
  return { method, path, query, requestBody, status, responseBody, ...(isPage ? {} : { headers }) }
}

/** Keeps count over a whole run; the run passes when `skipped` is 0 and `problems` is empty. */
export interface GraphSchemaLog {
  /** Validates and counts; gives the problems of this exchange back. */
  readonly check: (exchange: GraphExchange) => readonly string[]
  /** For a recorder that could not read an exchange; a run with any of these fails. */
  readonly skip: (reason: string) => void
  readonly count: () => { readonly validated: number; readonly skipped: number }
  /** Every problem so far, each with the call it belongs to. */
  readonly problems: () => readonly string[]
  /** One line for the end of the run. */
  readonly summary: () => string
}

export const graphSchemaLog = (): GraphSchemaLog => {
  const problems: string[] = []
  let validated = 0
  let skipped = 0
  return {
    check: (exchange) => {
      const found = validateGraphExchange(exchange)
      validated += 1
      problems.push(...found.map((problem) => `${exchange.method} ${exchange.path} ${exchange.status ?? '–'} ${problem}`))
      return found
    },
    skip: (reason) => {
      skipped += 1
      problems.push(`skipped: ${reason}`)
    },
    count: () => ({ validated, skipped }),
    problems: () => problems,
    summary: () => `Graph exchanges: ${validated} validated, ${skipped} skipped, ${problems.length} problems`,
  }
}
