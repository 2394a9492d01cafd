import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { guid } from '#lib/guid.ts'
import { type AnswerSender, answerSender } from './answers.ts'
import { assets } from './assets.ts'
import { clientAddress } from './client-address.ts'
import { cookieJar } from './cookies.ts'
import { correlationOf } from './correlation.ts'
import { failureHandler } from './failures.ts'
import type { Health } from './health.ts'
import { hostCheck } from './host-check.ts'
import { limits, serverOptions, type Tls } from './limits.ts'
import { refuseUnreadable } from './unreadable.ts'
import { addManagement } from './management.ts'
import type { Management } from './management-port.ts'
import type { Organization } from './organization.ts'
import { OWN_STYLE, SUBMIT_SCRIPT } from './pages/post-form.ts'
import { type Route, routes, TRANSACTION_PATH } from './routes.ts'
import { assertSameOrigin, assertWanted } from './same-origin.ts'
import { securityHeaders } from './security-headers.ts'
import type { SessionKeeper, SignIn } from './sign-in-port.ts'
import { oneHeader, type VisitReader, visitReader } from './visits.ts'

export interface HttpParts {
  /** The address people and relying parties reach us by. What comes from us is made from it alone. */
  readonly publicUrl: URL
  /** Named after the public host when nothing is said. */
  readonly organization?: Organization
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls?: Tls
  /** Names of the protocols; each is reachable at `/{name}` and below. */
  readonly protocols: readonly string[]
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly signIn: SignIn
  readonly sessions: SessionKeeper
  readonly health: Health
  /** Left out where no program is let in. */
  readonly management?: Management
}

export interface HttpServer {
  /** Resolves to the address it is bound to. */
  readonly listen: () => Promise<string>
  /** Takes no new visits, ends event streams, and resolves when the last answer is out. */
  readonly close: () => Promise<void>
  /** For tests: an exchange without a socket. */
  readonly app: FastifyInstance
}

/** The web server. Throws a plain `Error` when a trusted proxy's address cannot be read. */
export const httpServer = (parts: HttpParts): HttpServer => {
  const stopping = new AbortController()
  const inside = insideOf(parts, stopping.signal)
  const app = createApp(parts, inside)
  app.addHook('preClose', async () => stopping.abort())
  // A browser keeps its line open after an answer it had begun to get before; nobody waits for it to hang up.
  app.addHook('onResponse', async () => {
    if (stopping.signal.aborted) setImmediate(() => app.server.closeIdleConnections())
  })
  for (const route of inside.routes) addRoute(app, route, inside)
  addEvents(app, inside)
  addFiles(app)
  addHealth(app, parts.health)
  if (parts.management) addManagement(app, { ...parts, ...inside, management: parts.management })
  refuseOtherMethods(app, inside.routes)
  return {
    listen: () => app.listen(parts.listen),
    close: () => app.close(),
    app,
  }
}

interface Inside {
  readonly parts: HttpParts
  readonly routes: readonly Route[]
  readonly read: VisitReader
  readonly answers: AnswerSender
  readonly organization: Organization
  readonly everywhere: Readonly<Record<string, string>>
  readonly freshCorrelation: () => string
  readonly correlation: (request: FastifyRequest) => string
  readonly callerAddress: (request: FastifyRequest) => string
}

const insideOf = (parts: HttpParts, stopping: AbortSignal): Inside => {
  const { publicUrl, clock, randomness, sessions, signIn, log } = parts
  const organization = parts.organization ?? { name: publicUrl.hostname }
  const jar = cookieJar(publicUrl)
  const scripts = [assets.progress.path, assets.password.path]
  const headers = securityHeaders({ publicUrl, scripts, postForm: { script: SUBMIT_SCRIPT, style: OWN_STYLE } })
  const freshCorrelation = () => guid(randomness.bytes(16))
  const address = clientAddress(parts.trustedProxies)
  return {
    parts,
    routes: routes(signIn, parts.protocols),
    read: visitReader({ publicUrl, jar, address, sessions, clock, randomness }),
    answers: answerSender({ publicUrl, organization, jar, headers, sessions, signIn, clock, randomness, log, stopping }),
    organization,
    everywhere: headers.everywhere,
    freshCorrelation,
    correlation: (request) => correlationOf(request.raw.url ?? '', freshCorrelation),
    callerAddress: ({ raw }) => address(raw.socket.remoteAddress ?? '', oneHeader(raw.headers['x-forwarded-for'])),
  }
}

const createApp = (parts: HttpParts, inside: Inside): FastifyInstance => {
  const fail = failureHandler({ ...inside, ...parts, organization: inside.organization })
  const checkHost = hostCheck(parts.publicUrl)
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    ...limits,
    forceCloseConnections: 'idle',
    // A visit that reached us while we stop is answered like any other; its connection closes after it.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void fail(error, request, reply.headers(inside.everywhere)),
    clientErrorHandler: refuseUnreadable(inside.everywhere, inside.freshCorrelation, parts.log),
    ...serverOptions(parts.tls),
  })
  // Expectations we do not know are nothing to us (RFC 9110, section 10.1.1); Node would refuse them without our headers.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(inside.everywhere)
    if (!request.routeOptions.config.anyHost) checkHost(request.raw)
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler(fail)
  app.setNotFoundHandler(() => {
    throw new UsherError('page_unknown')
  })
  return app
}

const addRoute = (app: FastifyInstance, route: Route, inside: Inside): void => {
  const { read, answers, parts, correlation } = inside
  app.route<{ Params: Record<string, string> }>({
    method: route.method,
    url: route.path,
    ...(route.bodyLimit !== undefined && { bodyLimit: route.bodyLimit }),
    onRequest: (request, _reply, done) => {
      assertWanted(textOf(request.headers['sec-purpose'] ?? request.headers.purpose))
      if (route.kind === 'own-form') assertSameOrigin(provenanceOf(request), parts.publicUrl.origin)
      done()
    },
    handler: async (request, reply) => {
      const { visit, newBrowser } = await read(request)
      const answer = await route.answer(visit, request.params)
      const reference = answer.correlation ?? correlation(request)
      await answers.sendAnswer(reply, answer, { route, visit, correlation: reference, ...(newBrowser && { newBrowser }) })
      parts.log.info('visit_answered', {
        reference,
        route: route.path,
        method: route.method,
        status: reply.statusCode,
        kind: answer.kind,
        // What the page says, for whoever is read its reference to.
        ...(answer.kind === 'page' && 'failure' in answer.page && { code: answer.page.failure }),
        ms: parts.clock.now() - visit.at,
      })
      return reply
    },
  })
}

const provenanceOf = ({ headers }: FastifyRequest) => {
  return { fetchSite: textOf(headers['sec-fetch-site']), origin: headers.origin }
}

const textOf = (header: string | readonly string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined)

const addEvents = (app: FastifyInstance, { read, answers }: Inside): void => {
  app.get<{ Params: { transaction: string } }>(`${TRANSACTION_PATH}/events`, async (request, reply) => {
    const { visit } = await read(request)
    return answers.sendEvents(reply, request.params.transaction, visit)
  })
}

const addFiles = (app: FastifyInstance): void => {
  for (const asset of Object.values(assets)) {
    app.get(asset.path, { exposeHeadRoute: true }, (request, reply) => {
      const takesBrotli = /\bbr\b/.test(String(request.headers['accept-encoding']))
      if (takesBrotli) reply.header('content-encoding', 'br')
      reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding').type(asset.type)
      return reply.send(takesBrotli ? asset.brotli : asset.body)
    })
  }
}

/** For whoever sends visits here: they ask by address, so any Host will do, and the answer says nothing more. */
const addHealth = (app: FastifyInstance, health: Health): void => {
  const options = { config: { anyHost: true }, exposeHeadRoute: true }
  app.get('/healthz', options, (_request, reply) => {
    reply.type('text/plain').send('ok')
  })
  app.get('/readyz', options, async (_request, reply) => {
    const isReady = await health.isReady().catch(() => false)
    const jail = health.ruleJail?.()
    return reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send(`${isReady ? 'ok' : 'not ready'}${jail === undefined ? '' : `\nrule jail: ${jail}`}`)
  })
}

/** A known address asked for in another way is told so, with the ways there are. */
const refuseOtherMethods = (app: FastifyInstance, known: readonly Route[]): void => {
  for (const [path, entries] of Map.groupBy(known, (route) => route.path)) {
    const allowed = entries.map((route) => route.method)
    const others = app.supportedMethods.filter((method) => !allowed.some((one) => one === method))
    app.route({
      method: others,
      url: path,
      // Before the body is read: it does not matter what was sent.
      onRequest: (_request, reply) => {
        reply.header('allow', allowed.join(', '))
        throw new UsherError('method_refused')
      },
      handler: (_request, reply) => reply.send(),
    })
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly anyHost?: boolean
  }
}
