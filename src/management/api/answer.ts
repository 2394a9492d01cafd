import type { Clock } from '#kernel/clock.ts'
import { failures, type FailureCode, toUsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type { Principal } from './principal.ts'
import { type Reply, refusal } from './reply.ts'
import type { ApiRoute } from './route.ts'

/** A request, from whichever side it comes. */
export interface ApiRequest {
  readonly method: string
  /** From `/api/v2` on, percent-encoded, with its query. */
  readonly path: string
  /** The header `Authorization`. */
  readonly authorization?: string | undefined
  /** Where it comes from; left out for what rules ask. */
  readonly address?: string | undefined
  /** JSON, or nothing. */
  readonly body: string
  /** What its log lines and audit entries are found by; that of the caller's sign-in goes before. */
  readonly reference: string
}

export interface ApiResponse extends Reply {
  readonly headers: Readonly<Record<string, string>>
}

export interface ApiParts {
  readonly routes: readonly ApiRoute[]
  readonly enter: Doorkeeper
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

const BASE = '/api/v2'

/** Answers one request: who asks, for what, may they, and only then what it says. Never throws. */
export const answerApi = async (request: ApiRequest, parts: ApiParts): Promise<ApiResponse> => {
  try {
    return await answered(request, parts)
  } catch (error) {
    const failure = toUsherError(error)
    const reply = toldOf(failure.code, failure.detail['problem'])
    if (reply.status >= 500) parts.log.error('api_failed', { reference: request.reference, error: failure })
    return { ...reply, headers: {} }
  }
}

const answered = async (request: ApiRequest, { routes, enter, clock }: ApiParts): Promise<ApiResponse> => {
  const entry = await enter(request)
  const { headers } = entry
  if ('refused' in entry) return { ...entry.refused, headers }
  return { ...(await replyTo(request, { routes, principal: entry.principal, at: clock.now() })), headers }
}

interface Admitted {
  readonly routes: readonly ApiRoute[]
  readonly principal: Principal
  readonly at: number
}

const replyTo = async (request: ApiRequest, { routes, principal, at }: Admitted): Promise<Reply> => {
  const target = targetOf(request.path)
  if (!target) return refusal(400, 'invalid_uri', 'The path cannot be read.')
  const found = find(routes, request.method, target.parts)
  if (!found) return refusal(404, 'not_found', 'Not Found')
  const { route, parts } = found
  if (!principal.scopes.includes(route.scope)) return refusal(403, 'insufficient_scope', `Insufficient scope, expected: ${route.scope}`)
  const occasion = { principal, reference: principal.reference ?? request.reference, at }
  return route.answer({ occasion, parts, query: target.query, body: request.body })
}

const targetOf = (path: string): { readonly parts: readonly string[]; readonly query: URLSearchParams } | undefined => {
  const [before = '', ...query] = path.split('?')
  if (!before.startsWith(`${BASE}/`)) return undefined
  try {
    return {
      parts: before
        .slice(BASE.length + 1)
        .split('/')
        .map(decodeURIComponent),
      query: new URLSearchParams(query.join('?')),
    }
  } catch {
    return undefined
  }
}

const find = (routes: readonly ApiRoute[], method: string, asked: readonly string[]) => {
  for (const route of routes) {
    const parts = route.method === method ? matched(route.path.slice(1).split('/'), asked) : undefined
    if (parts) return { route, parts }
  }
  return undefined
}

const matched = (pattern: readonly string[], asked: readonly string[]): Readonly<Record<string, string>> | undefined => {
  if (pattern.length !== asked.length) return undefined
  const parts: [string, string][] = []
  for (const [index, piece] of pattern.entries()) {
    const value = asked[index] ?? ''
    if (piece.startsWith(':') && value !== '') parts.push([piece.slice(1), value])
    else if (piece !== value) return undefined
  }
  return Object.fromEntries(parts)
}

/** Failures a caller can do something about, as the API tells them. */
const told: Readonly<Partial<Record<FailureCode, readonly [number, string]>>> = {
  metadata_too_large: [413, 'Each kind of metadata, and the profile, may have 32 kB as JSON.'],
  account_conflict: [409, 'These two users cannot be linked: the secondary one has an account in a directory, or is blocked.'],
  settings_invalid: [409, 'The change does not fit what is there.'],
  storage_unavailable: [503, 'Try again in a moment.'],
}

const toldOf = (code: FailureCode, problem: unknown): Reply => {
  const [status, message] = told[code] ?? [Math.max(500, failures[code].status), 'Something went wrong here.']
  return refusal(status, code, code === 'settings_invalid' && typeof problem === 'string' ? problem : message)
}
