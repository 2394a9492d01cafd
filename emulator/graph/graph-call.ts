import type { AppAccess } from '../access-tokens.ts'
import type { DirectoryView, World } from '../world.ts'

/** One authenticated call, as a route gets it. */
export interface GraphCall {
  readonly world: World
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly access: AppAccess
  /** The directory as the replica that took this call knows it. */
  readonly view: DirectoryView
  /** Of this request, without the query; what a next link begins with. */
  readonly url: URL
  /** The decoded path segment that `{key}` stands for; empty where there is none. */
  readonly key: string
  readonly query: URLSearchParams
  /** True when `ConsistencyLevel: eventual` was sent. */
  readonly isEventual: boolean
  /** Parsed JSON; undefined when nothing was sent. */
  readonly body: unknown
}

export interface GraphAnswer {
  readonly status: 200 | 201 | 204
  readonly body?: Readonly<Record<string, unknown>>
}

/** A call this emulator answers. `{key}` stands for one path segment. */
export interface GraphRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Application permissions any one of which suffices (contract sections 4.5 and 5.13). */
  readonly roles: readonly string[]
  /** Resource units it costs before options change that (contract section 5.12). */
  readonly units: number
  readonly answer: (call: GraphCall) => GraphAnswer | Promise<GraphAnswer>
}

export const noContent: GraphAnswer = { status: 204 }
