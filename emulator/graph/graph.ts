import { type Context, Hono } from 'hono'
import type { EmulatorClock } from '../clock.ts'
import type { SeededRandom } from '../random.ts'
import type { World } from '../world.ts'
import { authenticate, authorize } from './access.ts'
import { type Budget, createBudget, unitsFor } from './budget.ts'
import { type AllowedCall, createCallFilter } from './call-filter.ts'
import { deletedUserRoutes } from './deleted-users.ts'
import { createFaults } from './faults.ts'
import type { GraphAnswer, GraphCall, GraphRoute } from './graph-call.ts'
import { GraphFailure, malformed, missing, refused } from './graph-failure.ts'
import { licenseRoutes } from './license-routes.ts'
import { tenantRoutes } from './tenant-routes.ts'
import { userRoutes } from './users.ts'

export interface GraphOptions {
  readonly world: World
  /** Instead of the world's own. */
  readonly clock?: EmulatorClock
  readonly random?: SeededRandom
  /** All that may be called; anything else is answered 403 with `x-emulator-refused`. Undefined: no limit. */
  readonly allowedCalls?: readonly AllowedCall[]
}

interface GraphEnv {
  readonly Variables: { requestId: string; clientRequestId: string; usage?: Readonly<Record<string, string>> }
}
type GraphContext = Context<GraphEnv>

const JSON_TYPE = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'
const routes: readonly GraphRoute[] = [...userRoutes, ...licenseRoutes, ...deletedUserRoutes, ...tenantRoutes]

// OData also writes keys in parentheses: `/users('a@b')`.
const KEY_IN_PARENTHESES = /\('((?:[^']|'')*)'\)/g
const plainPath = (request: Request): string => new URL(request.url).pathname.replaceAll(KEY_IN_PARENTHESES, '/$1')

const readBody = async (context: GraphContext): Promise<unknown> => {
  const text = await context.req.text()
  if (text === '') return undefined
  if (context.req.header('content-type')?.startsWith('application/json') !== true) {
    throw malformed(
      'A missing or invalid Content-Type header was found when trying to read a message. The content type header is required.',
    )
  }
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.')
  }
}

const envelope = (failure: GraphFailure, context: GraphContext, now: number): Response => {
  const { code, message, details, status, headers } = failure
  const innerError = {
    date: new Date(now).toISOString().slice(0, 19),
    'request-id': context.get('requestId'),
    'client-request-id': context.get('clientRequestId'),
  }
  const error = { code, message, ...(details.length > 0 ? { details } : {}), innerError }
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
  })
}

const locationOf = (world: World, answer: GraphAnswer): Readonly<Record<string, string>> => {
  if (answer.status !== 201) return {}
  const object = `directoryObjects/${String(answer.body?.id)}/Microsoft.DirectoryServices.User`
  return { location: `https://graph.microsoft.com/v2/${world.state.tenantId}/${object}` }
}

const respond = (world: World, answer: GraphAnswer): Response => {
  if (answer.body === undefined) return new Response(null, { status: answer.status })
  const headers = { 'content-type': JSON_TYPE, 'odata-version': '4.0', ...locationOf(world, answer) }
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers })
}

/** Microsoft Graph v1.0 as far as provisioning needs it; everything else is answered 501. */
export const graphApp = (options: GraphOptions): Hono<GraphEnv> => {
  const { world, allowedCalls, clock = world.clock, random = world.random } = options
  const isAllowed = createCallFilter(allowedCalls)
  const faultsFor = createFaults(world.scenarios)
  const budget = createBudget()
  const app = new Hono<GraphEnv>({ getPath: plainPath })

  app.use(async (context, next) => {
    const requestId = random.guid()
    context.set('requestId', requestId)
    context.set('clientRequestId', context.req.header('client-request-id') ?? requestId)
    await next()
    stamp(context, clock.now())
  })
  app.use(async (context, next) => {
    const path = plainPath(context.req.raw)
    if (!isAllowed(context.req.method, path)) throw refused(`${context.req.method} ${path}`)
    await next()
  })
  for (const route of routes) {
    const path = `/v1.0${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`
    app.on(route.method, path, (context) => serve({ context, route, world, clock, budget, faultsFor }))
  }
  app.notFound((context) => envelope(missing(`${context.req.method} ${context.req.path}`), context, clock.now()))
  app.onError((error, context) => {
    // Anything else is a defect of the emulator, which its server reports.
    if (!(error instanceof GraphFailure)) throw error
    return envelope(error, context, clock.now())
  })
  return app
}

const stamp = (context: GraphContext, now: number): void => {
  const { headers } = context.res
  headers.set('request-id', context.get('requestId'))
  headers.set('client-request-id', context.get('clientRequestId'))
  headers.set('date', new Date(now).toUTCString())
  headers.set('cache-control', 'no-cache')
  headers.set('strict-transport-security', 'max-age=31536000')
  for (const [name, value] of Object.entries(context.get('usage') ?? {})) headers.set(name, value)
}

interface Service {
  readonly context: GraphContext
  readonly route: GraphRoute
  readonly world: World
  readonly clock: EmulatorClock
  readonly budget: Budget
  readonly faultsFor: ReturnType<typeof createFaults>
}

const admit = async ({ context, route, world, clock, budget }: Service): Promise<GraphCall> => {
  const now = clock.now()
  const url = new URL(context.req.url)
  const access = authenticate(world, context.req.header('authorization'), now)
  const units = unitsFor(route.units, url.searchParams)
  const people = Object.keys(world.state.users).length
  const usage = budget.charge({ clientId: access.clientId, units, isWrite: route.method !== 'GET', now, people })
  context.set('usage', usage)
  authorize(route, access)
  return {
    world,
    now,
    access,
    view: world.graphView(),
    url,
    key: context.req.param('key') ?? '',
    query: url.searchParams,
    isEventual: context.req.header('consistencylevel')?.toLowerCase() === 'eventual',
    body: await readBody(context),
  }
}

const serve = async (service: Service): Promise<Response> => {
  const { context, route, world, faultsFor } = service
  const faults = faultsFor(context.req.raw.signal)
  const unreached = await faults.atGateway()
  if (unreached !== undefined) return unreached
  const call = await admit(service)
  const untouched = await faults.before(route)
  if (untouched !== undefined) return untouched
  const answer = await route.answer(call)
  return (await faults.after(route)) ?? respond(world, answer)
}
