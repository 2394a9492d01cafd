import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { Admitted } from '../../src/kernel/transaction.ts'
import type { GraphTarget } from '../../src/provisioning/graph/graph-target.ts'
import { azureAdGraph } from '../../src/rules/azure-ad-graph/azure-ad-graph.ts'
import type { BridgedTenant } from '../../src/rules/azure-ad-graph/bridged-directory.ts'
import type { InnerHost, InnerResponse, RuleCaller } from '../../src/rules/runner.ts'
import { GUEST_DOMAIN, TENANT_ID, USHER_CLIENT_ID } from '../../emulator/tenant.ts'
import { TARGET } from './provisioning.ts'
import { openStage, person, type StageOptions } from './target-stage.ts'

const GRAPH = 'graph.windows.net'

/** One sign-in of the `n`-th person, and what its rule's log says. */
const callerOf = (n: number, at: number, directory?: Admitted['directory']) => {
  const notes: string[] = []
  const user = person(n)
  const request = {
    protocol: 'wsfed',
    relyingParty: 'microsoft365',
    replyUrl: 'https://login.example/login.srf',
    freshness: {},
    correlation: `visit-${n}`,
    arrivedAt: at,
  }
  const transaction: Admitted = {
    stage: 'admitted',
    id: `t-${n}`,
    browser: 'browser',
    request,
    expiresAt: at + 3_600_000,
    connection: 'google',
    user,
    authentication: { at, method: 'federated' },
    silent: false,
    attributes: {},
    ...(directory && { directory }),
  }
  const note = (line: string): void => void notes.push(line)
  const caller: RuleCaller = {
    userId: user.id,
    target: TARGET,
    relyingParty: 'microsoft365',
    reference: request.correlation,
    transaction,
    note,
  }
  return { caller, notes }
}

const bodyOf = ({ body }: InnerResponse): JsonObject => (body === undefined || !('length' in body) ? { ...body } : {})

/** What one rule can send. */
const runOf = (host: InnerHost, { caller, notes }: ReturnType<typeof callerOf>) => {
  const send = async (
    method: string,
    [name, path]: readonly [string, string],
    body = '',
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const response = await host.answer({ method, host: name, path, headers, body }, caller)
    return { status: response.status, headers: response.headers ?? {}, body: bodyOf(response) }
  }
  const login = (form: Readonly<Record<string, string>> = {}, tenant: string = GUEST_DOMAIN) => {
    const fields = {
      client_id: 'app',
      client_secret: 'key',
      grant_type: 'client_credentials',
      resource: 'https://graph.windows.net',
      ...form,
    }
    return send('POST', ['login.windows.net', `/${tenant}/oauth2/token?api-version=1.5`], new URLSearchParams(fields).toString())
  }
  const graph = async (method: string, path: string, body?: JsonObject) => {
    const { body: token } = await login()
    const headers = { authorization: `Bearer ${String(token['access_token'])}`, 'content-type': 'application/json' }
    const version = path.includes('?') ? '' : '?api-version=1.6'
    return send(method, [GRAPH, `/${GUEST_DOMAIN}${path}${version}`], body === undefined ? '' : JSON.stringify(body), headers)
  }
  return { caller, notes, send, login, graph }
}

export type BridgeRun = ReturnType<typeof runOf>

/** What the old recipe posts for somebody. */
export const orderOf = (name: string, more: JsonObject = {}): JsonObject => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: `nick-${name}`,
  userPrincipalName: `auth0-${name}@${GUEST_DOMAIN}`,
  passwordProfile: { password: `id-of-${name}`, forceChangePasswordNextLogin: false },
  immutableId: Buffer.from(`id-of-${name}`).toString('base64'),
  usageLocation: 'US',
  ...more,
})

/** A tenant, and rules that speak to it by the retired API. */
export const openBridge = async (options: StageOptions = {}) => {
  const stage = await openStage(options)
  const tenant = (target: GraphTarget): BridgedTenant => {
    const { credential } = stage.settings
    const secret = credential.kind === 'secret' ? { secret: credential.secret } : {}
    return { tenant: TENANT_ID, clientId: USHER_CLIENT_ID, domains: [GUEST_DOMAIN], directory: target.bridge, ...secret }
  }
  const open = (target: GraphTarget = stage.open(), elsewhere: typeof fetch = () => Promise.reject(new Error('nobody else is called'))) => {
    const host = azureAdGraph({
      tenants: async (caller) => (caller.target === TARGET ? tenant(target) : undefined),
      mayAct: async () => true,
      clock: stage.clock,
      fetch: elsewhere,
      randomness: { bytes: randomBytes },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    /** A sign-in of the `n`-th person. */
    const run = (n: number, directory?: Admitted['directory']): BridgeRun => runOf(host, callerOf(n, stage.clock.now(), directory))
    return { target, host, run }
  }
  return { stage, open }
}
