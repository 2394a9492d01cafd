import assert from 'node:assert/strict'
import { type GraphExchange, validateGraphExchange } from '../../test/support/graph-schema.ts'
import { mintAccessToken } from '../access-tokens.ts'
import { createHandClock, type HandClock } from '../clock.ts'
import { openWorld } from '../open-world.ts'
import type { VisibilityDelaysMs } from '../replication.ts'
import { GUEST_DOMAIN, USHER_CLIENT_ID } from '../tenant.ts'
import type { World } from '../world.ts'
import { type GraphOptions, graphApp } from './graph.ts'

export const STANDARD = 'f245ecc8-75af-4f8e-b61f-27d8114de5f3'
export const BASIC = '3b555118-da6a-4418-894f-7df1e2096870'
export const FRONTLINE = '4b585984-651b-448a-9e53-3b10f069cf7f'

/** What a call was answered. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  // Tests look into answers of many shapes.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any
}

export interface TestGraph {
  readonly world: World
  readonly clock: HandClock
  /** `path` begins below the version and includes the query. Each exchange is checked against Graph's types, too. */
  readonly call: (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Reply>
  readonly token: (roles?: readonly string[]) => string
}

const AT_ONCE: VisibilityDelaysMs = { graph: [0, 0], signIn: [0, 0] }
const FEDERATED = {
  id: '6601d14b-d113-4f64-8da2-9b5ddda18ecc',
  displayName: 'Contoso via Usher',
  issuerUri: 'http://usher.localhost/wsfed',
  passiveSignInUri: 'http://usher.localhost/wsfed',
  signingCertificate: 'MIIC',
  preferredAuthenticationProtocol: 'wsFed',
  promptLoginBehavior: 'nativeSupport',
  federatedIdpMfaBehavior: 'rejectMfaByFederatedIdp',
} as const

const parse = (text: string): unknown => {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

const isOurs = (headers: GraphExchange['headers']): boolean =>
  headers?.['x-emulator-refused'] !== undefined || headers?.['x-emulator-missing'] !== undefined

// Every answer must be one that Graph could give. A request may be wrong when it is answered so.
const checkSchema = (exchange: GraphExchange): void => {
  if (isOurs(exchange.headers)) return
  const isBadRequest = exchange.status === 400
  const problems = validateGraphExchange(exchange).filter((text) => !(isBadRequest && text.startsWith('request:')))
  assert.deepEqual(problems, [], `${exchange.method} ${exchange.path}${exchange.query} → ${exchange.status}`)
}

/** A tenant whose guest domain is federated, and Graph in front of it. Writes are seen at once unless told otherwise. */
export const openGraph = async (
  options: Omit<Partial<GraphOptions>, 'world'> & {
    readonly delaysMs?: VisibilityDelaysMs
    readonly seed?: number
  } = {},
): Promise<TestGraph> => {
  const clock = createHandClock()
  const world = await openWorld({ clock, seed: options.seed ?? 1, visibilityDelaysMs: options.delaysMs ?? AT_ONCE })
  const guests = world.state.domains[GUEST_DOMAIN]
  assert.ok(guests !== undefined)
  world.state.domains[GUEST_DOMAIN] = { ...guests, authenticationType: 'Federated', federation: FEDERATED }
  const app = graphApp({ ...options, world })
  const usual = world.state.apps[USHER_CLIENT_ID]?.roles ?? []
  const token = (roles = usual): string => mintAccessToken(world.state, { clientId: USHER_CLIENT_ID, roles }, clock.now())
  const call: TestGraph['call'] = async (method, path, body, headers = {}) => {
    const sent = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await app.request(`http://graph.localhost/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token()}`, ...sent, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const answer = parse(await response.text())
    checkSchema(exchangeOf({ method, path, body }, response, answer))
    return { status: response.status, headers: response.headers, body: answer }
  }
  return { world, clock, call, token }
}

interface SentCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

const exchangeOf = ({ method, path, body }: SentCall, response: Response, answer: unknown): GraphExchange => {
  const [bare = '', query] = path.split('?')
  return {
    method,
    path: `/v1.0${bare}`,
    query: query === undefined ? '' : `?${query}`,
    requestBody: typeof body === 'string' ? parse(body) : body,
    ...(response.headers.has('x-emulator-drop') ? {} : { status: response.status, responseBody: answer }),
    headers: Object.fromEntries(response.headers),
  }
}

/** A guest as Usher makes them. */
export const guest = (name: string, changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@${GUEST_DOMAIN}`,
  onPremisesImmutableId: `anchor-of-${name}`,
  usageLocation: 'DE',
  passwordProfile: { password: 'a-Very-long-passw0rd', forceChangePasswordNextSignIn: false },
  ...changes,
})
