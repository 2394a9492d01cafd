import { randomBytes } from 'node:crypto'
import { connectionDesk } from '../../src/administration/connections.ts'
import { sessionAdministration } from '../../src/administration/sessions.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { UserId } from '../../src/kernel/person.ts'
import type { ApiResponse } from '../../src/management/api/answer.ts'
import { type ManagementApi, managementApi } from '../../src/management/api/management-api.ts'
import { administratorTokens } from '../../src/management/api/principal.ts'
import { ruleTokens } from '../../src/management/api/rule-tokens.ts'
import { scopes } from '../../src/management/api/scopes.ts'
import type { Stores } from '../../src/storage/open.ts'
import { AT } from './stores.ts'

/** A Management API over real stores, with a clock of the test's. */
export interface ManagementUnderTest {
  readonly api: ManagementApi
  readonly clock: { at: number; readonly now: () => number }
  readonly tokens: ReturnType<typeof ruleTokens>
  /** A token of an administrator's with these scopes; it expires after a minute. */
  readonly token: (scopes: readonly string[]) => Promise<string>
  /** Asks with every scope unless told otherwise. */
  readonly ask: (
    method: string,
    path: string,
    more?: { readonly body?: unknown; readonly bearer?: string; readonly address?: string },
  ) => Promise<ApiResponse>
  readonly errors: readonly unknown[]
}

interface More {
  readonly beforeMetadata?: (userId: UserId, patch: JsonObject) => JsonObject
}

export const managementOver = async (stores: Stores, more: More = {}): Promise<ManagementUnderTest> => {
  const clock = { at: AT, now: () => clock.at }
  const tokens = ruleTokens({ randomness: { bytes: randomBytes }, clock })
  const errors: unknown[] = []
  const outside = administratorTokens(stores.apiTokens, clock)
  const token = async (some: readonly string[]): Promise<string> => {
    const bearer = `usher_test_${randomBytes(16).toString('hex')}`
    await stores.apiTokens.add({ name: `t${bearer}`, bearer, scopes: some, createdAt: AT, expiresAt: clock.at + 60_000, by: 'a test' })
    return bearer
  }
  const api = managementApi({
    users: stores.records,
    settings: stores.settings,
    rules: stores.rules,
    connections: connectionDesk({
      stores,
      openConnection: () => unasked(),
      publicUrl: new URL('https://usher.example'),
      clock: { ...clock, sleep: async () => undefined },
      randomness: { bytes: randomBytes },
      log: { info: unasked, warn: unasked, error: unasked },
    }),
    sessions: sessionAdministration({ stores, clock }),
    newRuleId: (kind) => `${kind === 'rule' ? 'rul' : 'act'}_${randomBytes(8).toString('hex')}`,
    principal: async (bearer) => (await tokens.principal(bearer)) ?? outside(bearer),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: (event, fields) => void errors.push([event, fields?.error]) },
    ...more,
  })
  const all = await token(scopes)
  const ask: ManagementUnderTest['ask'] = (method, path, { body, bearer = all, address } = {}) =>
    api.answer({
      method,
      path: `/api/v2${path}`,
      body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
      reference: 'request',
      address,
      ...(bearer !== '' && { authorization: `Bearer ${bearer}` }),
    })
  return { api, clock, tokens, token, ask, errors }
}

const unasked = (): never => {
  throw new Error('nobody was meant to be asked')
}

/** Everything the API does, with nothing behind it. */
export const declaredRoutes = (): ManagementApi['routes'] =>
  managementApi({
    users: { byPublicId: unasked, byEmail: unasked, search: unasked, patch: unasked, link: unasked, unlink: unasked },
    settings: { current: unasked },
    rules: { change: unasked },
    connections: {
      connections: unasked,
      findConnection: unasked,
      testedBy: unasked,
      orderTest: unasked,
      testPassword: unasked,
      findTest: unasked,
    },
    sessions: { sessions: unasked, endSessions: unasked },
    newRuleId: unasked,
    principal: unasked,
    clock: { now: unasked },
    log: { info: unasked, warn: unasked, error: unasked },
  }).routes
