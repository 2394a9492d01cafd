import type { z } from 'zod'
import type { Principal } from './principal.ts'
import { type Reply, refusal } from './reply.ts'
import type { Scope } from './scopes.ts'

export type ApiMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** One thing the Management API does. There is no way to make one without saying who may. */
export interface ApiRoute {
  readonly method: ApiMethod
  /** Below `/api/v2`; `:name` stands for one part, whatever is in it. */
  readonly path: string
  readonly scope: Scope
  /** Called for those who may. Refuses a query or a body with anything in it that was not declared. */
  readonly answer: (call: RawCall) => Promise<Reply>
}

/** Who asks, and when. */
export interface Occasion {
  readonly principal: Principal
  /** One for the whole way. */
  readonly reference: string
  readonly at: number
}

export interface RawCall {
  readonly occasion: Occasion
  /** The named parts of the path, decoded. */
  readonly parts: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** JSON, or nothing. */
  readonly body: string
}

interface Call<Query, Body> {
  readonly occasion: Occasion
  readonly part: (name: string) => string
  readonly query: Query
  readonly body: Body
}

interface Declared<Query, Body> {
  readonly method: ApiMethod
  readonly path: string
  readonly scope: Scope
  readonly query: z.ZodType<Query>
  readonly body: z.ZodType<Body>
  readonly handle: (call: Call<Query, Body>) => Promise<Reply>
}

const DEEPEST = 20

/** Declares a route: what is not in its query or body schema does not get in. */
export const route = <Query, Body>({ method, path, scope, query, body, handle }: Declared<Query, Body>): ApiRoute => ({
  method,
  path,
  scope,
  answer: async (call) => {
    const asked = query.safeParse(onlyOnce(call.query))
    if (!asked.success) return refusal(400, 'invalid_query_string', `Query validation error: ${problemsIn(asked.error)}`)
    const json = jsonOf(call.body)
    if (json === 'unreadable') return refusal(400, 'invalid_body', 'The body is not JSON, or is nested too deeply.')
    const given = body.safeParse(json.value)
    if (!given.success) return refusal(400, 'invalid_body', `Payload validation error: ${problemsIn(given.error)}`)
    const part = (name: string): string => call.parts[name] ?? ''
    return handle({ occasion: call.occasion, part, query: asked.data, body: given.data })
  },
})

/** A parameter that comes twice is a list, which no schema takes. */
const onlyOnce = (query: URLSearchParams): Readonly<Record<string, string | readonly string[]>> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const [first, ...more] = query.getAll(name)
      return [name, more.length === 0 ? (first ?? '') : query.getAll(name)]
    }),
  )

const jsonOf = (text: string): { readonly value: unknown } | 'unreadable' => {
  if (text === '') return { value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    return isDeeper(value, DEEPEST) ? 'unreadable' : { value }
  } catch {
    return 'unreadable'
  }
}

const isDeeper = (value: unknown, most: number): boolean =>
  typeof value === 'object' && value !== null && (most === 0 || Object.values(value).some((one) => isDeeper(one, most - 1)))

/** Names and rules, never a value. */
const problemsIn = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')
