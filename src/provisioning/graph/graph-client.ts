import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Secret } from '#kernel/secret.ts'
import { type AllowedCall, allowedRoute } from './allowed-calls.ts'
import type { AppToken } from './app-token.ts'
import type { ClockSkew } from './clock-skew.ts'
import type { CloudAddresses } from './clouds.ts'
import { exchange, type Exchange, type Fetch } from './exchange.ts'
import type { Gate } from './gate.ts'
import { type GraphErrorBody, type GraphRefusal, retryAfterMs, type Setback, setbackOf } from './graph-errors.ts'

export interface GraphRequest {
  readonly method: AllowedCall['method']
  /** Below `/v1.0`, percent-encoded, without its query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** Asks the advanced query engine, which knows more and learns later. */
  readonly isAdvanced?: boolean
  readonly errand: Errand
}

/** On whose behalf a call is made. */
export interface Errand {
  /** The sign-in's; becomes `client-request-id`. */
  readonly reference: string
  /** Nothing is sent after this moment (milliseconds since the epoch): the account may be somebody else's work by the time the answer comes. */
  readonly notAfter: number
}

export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly setback: Setback }

export interface GraphClient {
  /**
   * One call and what came of it: the parsed body of a success, undefined when that had none. Nothing is repeated but a
   * refused access token, once. Nothing is sent while the gate is shut, nor after the errand's time.
   */
  readonly call: (request: GraphRequest) => Promise<Reply<unknown>>
}

export interface GraphClientParts {
  readonly cloud: CloudAddresses
  readonly token: AppToken
  readonly fetch: Fetch
  readonly clock: Clock
  readonly log: Log
  readonly skew: ClockSkew
  /** Shut by what Graph answers here. */
  readonly gate: Gate
  /** Whether others go first when Graph has to choose. */
  readonly isHumble?: boolean
}

const SAFE_REFERENCE = /^[\w.-]{1,100}$/

const urlOf = (cloud: CloudAddresses, { path, query: asked, isAdvanced = false }: GraphRequest): string => {
  const query = { ...asked, ...(isAdvanced && { $count: 'true' }) }
  // URLSearchParams would write a blank as `+`, which OData does not read as one.
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${cloud.graph}/v1.0${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

const initOf = (request: GraphRequest, token: string, isHumble: boolean): RequestInit => {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' }
  if (request.isAdvanced) headers['consistencylevel'] = 'eventual'
  if (isHumble) headers['x-ms-throttle-priority'] = 'Low'
  if (SAFE_REFERENCE.test(request.errand.reference)) headers['client-request-id'] = request.errand.reference
  if (request.body === undefined) return { method: request.method, headers }
  headers['content-type'] = 'application/json'
  return { method: request.method, headers, body: JSON.stringify(request.body) }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const detailsOf = (value: unknown): GraphErrorBody['details'] =>
  (Array.isArray(value) ? value : []).filter(isRecord).map((detail) => ({ code: textOf(detail['code']), target: textOf(detail['target']) }))

const errorOf = (json: unknown): GraphErrorBody | undefined => {
  const error = isRecord(json) ? json['error'] : undefined
  if (!isRecord(error) || typeof error['code'] !== 'string') return undefined
  return { code: error['code'], message: textOf(error['message']), details: detailsOf(error['details']) }
}

const refusalOf = ({ status, header, json }: Exchange, now: number): GraphRefusal => {
  const error = errorOf(json)
  const afterMs = retryAfterMs(header('retry-after'), now)
  const requestId = header('request-id')
  return {
    status,
    ...(error === undefined ? {} : { error }),
    ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
    ...(requestId === null ? {} : { requestId }),
  }
}

const unavailable: Reply<never> = { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } }

/** One answer; undefined when none came that could be read. Either way the log has a line, without ids, names or bodies. */
const send = async (request: GraphRequest, token: Secret, parts: GraphClientParts): Promise<Exchange | undefined> => {
  const { clock, log, isHumble = false } = parts
  const { method, path, errand } = request
  const line = { reference: errand.reference, method, route: allowedRoute(method, path) }
  const sentAt = clock.now()
  try {
    const answer = await exchange(parts, urlOf(parts.cloud, request), initOf(request, token.reveal(), isHumble))
    const requestId = answer.header('request-id')
    // Whoever answers without Graph's own id is somebody in between, whose clock is nobody's business.
    if (requestId !== null) parts.skew.note(answer.header('date'), sentAt)
    const { status } = answer
    log.info('graph_answered', {
      ...line,
      status,
      code: errorOf(answer.json)?.code,
      requestId: requestId ?? undefined,
      ms: clock.now() - sentAt,
    })
    return answer
  } catch (error) {
    log.warn('graph_silent', { ...line, ms: clock.now() - sentAt, error })
    return undefined
  }
}

/** Calls Microsoft Graph v1.0, and only what `allowed-calls.ts` lists. */
export const graphClient = (parts: GraphClientParts): GraphClient => {
  const { clock, gate } = parts

  const read = (answer: Exchange): Reply<unknown> => {
    const isSuccess = answer.status >= 200 && answer.status < 300
    // A body that broke off says nothing: what was asked may have happened or not.
    if (isSuccess) return answer.status === 204 || answer.json !== undefined ? { ok: true, value: answer.json } : unavailable
    const refusal = refusalOf(answer, clock.now())
    gate.shut(clock.now() + (refusal.retryAfterMs ?? 0))
    return { ok: false, setback: setbackOf(refusal, clock.now()) }
  }

  /** Why nothing may be sent now, if so. */
  const obstacle = ({ errand }: GraphRequest): Reply<never> | undefined => {
    const now = clock.now()
    if (now > errand.notAfter) return unavailable
    const notBefore = gate.shutUntil()
    return now < notBefore ? { ok: false, setback: { kind: 'again', failure: 'target_throttled', notBefore } } : undefined
  }

  const attempt = async (request: GraphRequest): Promise<Reply<unknown>> => {
    const access = await parts.token.get()
    if (!access.ok) return access
    const hindrance = obstacle(request)
    if (hindrance !== undefined) return hindrance
    const answer = await send(request, access.token, parts)
    if (answer?.status === 401) parts.token.drop(access.token)
    return answer === undefined ? unavailable : read(answer)
  }

  return {
    call: async (request) => {
      const { method } = request
      if (allowedRoute(method, request.path) === undefined) throw new UsherError('internal_error', { detail: { method } })
      const first = await attempt(request)
      const isTokenRefused = !first.ok && first.setback.kind === 'again' && first.setback.failure === 'target_credential_refused'
      return isTokenRefused ? attempt(request) : first
    },
  }
}
