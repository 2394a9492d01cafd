import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { InnerHost, InnerRequest, InnerResponse, RuleCaller } from './runner.ts'
import { hostOfStub, type Stub, stubbed } from './trial-stubs.ts'
import type { Reach } from './tunnels.ts'

/** A call a script would have made. */
export interface TrialCall {
  readonly method: string
  readonly url: string
  readonly body?: string
  /** Who answered: a stub, a stand-in for Microsoft Graph, or nobody. Never the host itself. */
  readonly answeredBy: 'stub' | 'stand-in' | 'nobody'
  readonly status?: number
}

/** Everything outside of a trial's scripts; nothing leaves this machine. */
export interface TrialOutside {
  readonly innerHosts: readonly InnerHost[]
  readonly reach: Reach
  /** Calls of the scripts that ran on behalf of this caller. */
  readonly callsOf: (caller: RuleCaller) => readonly TrialCall[]
}

const DIRECTORY_HOSTS = ['login.windows.net', 'graph.windows.net', 'login.microsoftonline.com', 'graph.microsoft.com']
const MOST_CALLS = 500
const LONGEST_BODY = 4_000

interface Parts {
  readonly stubs: readonly Stub[]
  /** Hosts whose calls shall be listed with method and path, as far as they are known before. */
  readonly hosts: readonly string[]
}

/** Answers from stubs, stands in for Microsoft Graph, refuses the rest, and remembers every call. */
export const trialOutside = ({ stubs, hosts }: Parts): TrialOutside => {
  const calls = new WeakMap<RuleCaller, TrialCall[]>()
  const callsOf = (caller: RuleCaller): TrialCall[] => {
    const known = calls.get(caller) ?? []
    calls.set(caller, known)
    return known
  }
  const noting =
    (caller: RuleCaller) =>
    (call: TrialCall): void =>
      void (callsOf(caller).length < MOST_CALLS && callsOf(caller).push(call))
  const names = [...new Set([...DIRECTORY_HOSTS, ...stubs.map(hostOfStub), ...hosts].map((name) => name.toLowerCase()))]
  return {
    callsOf,
    innerHosts: [{ names, answer: async (request, caller) => answered(request, stubs, noting(caller)) }],
    reach: async ({ host, port }, caller) => {
      noting(caller)({ method: 'CONNECT', url: `${host}:${port}`, answeredBy: 'nobody' })
      throw Object.assign(new Error(`connect EACCES ${host}:${port} (a trial calls nobody)`), { code: 'EACCES' })
    },
  }
}

const answered = (request: InnerRequest, stubs: readonly Stub[], note: (call: TrialCall) => void): InnerResponse => {
  const { method, host, path, body } = request
  const stub = stubbed(stubs, request)
  const standIn = stub === undefined && DIRECTORY_HOSTS.includes(host) ? directoryAnswer(request) : undefined
  const response = stub ?? standIn ?? NOBODY
  const isSecret = isTokenRequest(request)
  note({
    method,
    url: `https://${host}${path}`,
    answeredBy: stub ? 'stub' : standIn ? 'stand-in' : 'nobody',
    status: response.status,
    ...(body !== '' && !isSecret && { body: body.slice(0, LONGEST_BODY) }),
  })
  return response
}

const NOBODY: InnerResponse = { status: 502, body: { error: 'not_answered', error_description: 'A trial calls nobody; give a stub.' } }

const isTokenRequest = ({ path }: InnerRequest): boolean => /\/oauth2\/(v2\.0\/)?token\b/.test(path)

const STAND_IN_ID = '00000000-0000-4000-8000-00000000cafe'

/** As if everything were allowed and nothing were there yet: what is written is listed, and goes nowhere. */
const directoryAnswer = (request: InnerRequest): InnerResponse => {
  if (isTokenRequest(request)) return { status: 200, body: { token_type: 'Bearer', expires_in: '3600', access_token: 'trial' } }
  const written = objectIn(request.body)
  // The old recipe created with a GET that has a body; it is taken for what it meant.
  const isWrite = request.method !== 'GET' || written !== undefined
  if (!isWrite) return { status: 200, body: { value: [] } }
  if (request.method === 'DELETE') return { status: 204 }
  return { status: 201, body: { ...written, id: STAND_IN_ID, objectId: STAND_IN_ID } }
}

const objectIn = (text: string): JsonObject | undefined => {
  try {
    const value: Json = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
