import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import type { CookieJar } from './cookies.ts'
import { type Departure, departureOf } from './departure.ts'
import type { Organization } from './organization.ts'
import { type Frame, layout, type View } from './pages/layout.ts'
import { onward } from './pages/onward.ts'
import { postFormPage } from './pages/post-form.ts'
import { render } from './pages/render.ts'
import { eventStream, pageStream } from './progress-stream.ts'
import type { Route } from './routes.ts'
import type { SecurityHeaders } from './security-headers.ts'
import type { SessionKeeper, SignIn } from './sign-in-port.ts'
import { type ReadVisit, randomValue, sessionOf } from './visits.ts'

export interface AnswerParts {
  readonly publicUrl: URL
  readonly organization: Organization
  readonly jar: CookieJar
  readonly headers: SecurityHeaders
  readonly sessions: Pick<SessionKeeper, 'start' | 'end'>
  readonly signIn: Pick<SignIn, 'watch'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** Fires when the server stops. */
  readonly stopping: AbortSignal
}

const HTML = 'text/html; charset=utf-8'
const RETRY_AFTER_SECONDS = '60'

/** One visit on its way out. */
export interface Exchange extends ReadVisit {
  readonly route: Pick<Route, 'method' | 'path' | 'kind' | 'followsPost'>
  readonly correlation: string
}

/** Sends what the inside answered. */
export const answerSender = (parts: AnswerParts) => {
  const { organization, headers } = parts
  const postForm = postFormPage(organization)

  const sendView = (reply: FastifyReply, view: View, frame: Frame): FastifyReply => {
    if (view.refresh) reply.header('refresh', `${view.refresh.seconds}; url=${new URL(view.refresh.to, parts.publicUrl).href}`)
    if (reply.statusCode === 429 || reply.statusCode === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
    // Browsers that do not send Sec-Fetch-Site name the origin of a form only where the page's policy lets them.
    if (view.policy === 'form') reply.header('referrer-policy', 'same-origin')
    reply.header('content-security-policy', headers.policies[view.policy])
    return reply.type(HTML).send(layout(view, frame).toString())
  }

  const sendProgress = (reply: FastifyReply, transaction: string, exchange: Exchange): FastifyReply => {
    const links = progressLinks(transaction)
    const watching = watchOf(parts, reply)(transaction, exchange.visit)
    reply.header('content-security-policy', headers.policies.live).header('x-accel-buffering', 'no').type(HTML)
    return reply.send(Readable.from(pageStream(watching, links, frameOf(exchange))))
  }

  const frameOf = ({ visit, correlation }: Pick<Exchange, 'visit' | 'correlation'>): Frame => ({ organization, at: visit.at, correlation })

  const sendDeparture = (reply: FastifyReply, departure: Departure, exchange: Exchange): FastifyReply => {
    switch (departure.kind) {
      case 'page':
        if (departure.challenge) reply.header('www-authenticate', departure.challenge)
        return sendView(reply.code(departure.status), render(departure.page, frameOf(exchange)), frameOf(exchange))
      case 'onward':
        return sendView(reply, onward(departure.location), frameOf(exchange))
      case 'redirect':
        return reply.code(departure.status).header('location', departure.location).send()
      case 'post-form':
        reply.header('content-security-policy', headers.policies['post-form']).type(HTML)
        return reply.send(postForm(departure))
      case 'document':
        if (departure.status === 200) reply.header('cache-control', 'public, max-age=300')
        return reply.code(departure.status).type(departure.type).send(departure.body)
      case 'progress':
        return sendProgress(reply, departure.transaction, exchange)
    }
  }

  return {
    sendView,
    sendAnswer: async (reply: FastifyReply, answer: Answer, exchange: Exchange): Promise<FastifyReply> => {
      const departure = departureOf(answer, exchange.route, parts.publicUrl)
      if (departure.kind !== 'document') await setCookies(reply, answer, exchange, parts)
      return sendDeparture(reply, departure, exchange)
    },
    sendEvents: (reply: FastifyReply, transaction: string, visit: Visit): FastifyReply => {
      reply.header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8')
      return reply.send(Readable.from(eventStream(watchOf(parts, reply)(transaction, visit))))
    },
  }
}

export type AnswerSender = ReturnType<typeof answerSender>

/** Follows a transaction until this reply's browser is gone. */
const watchOf =
  ({ signIn, clock, log, stopping }: AnswerParts, reply: FastifyReply) =>
  (transaction: string, visit: Visit) => {
    const left = new AbortController()
    reply.raw.once('close', () => left.abort())
    const signal = AbortSignal.any([left.signal, stopping])
    const failed = (error: unknown): void => log.error('watch_failed', { transaction, error })
    return { progress: signIn.watch(transaction, visit, signal), clock, signal, failed }
  }

const progressLinks = (transaction: string) => {
  const path = `/sign-in/${encodeURIComponent(transaction)}`
  return { events: `${path}/events`, next: `${path}/next` }
}

/**
 * Cookies are ours alone: a session starts under a new id, and the one before it ends. Whoever signs out leaves nothing at
 * this browser that goes on as them: what was under way there belongs to the cookie it had.
 */
const setCookies = async (reply: FastifyReply, { session }: Answer, exchange: Exchange, parts: AnswerParts): Promise<void> => {
  const { jar, sessions } = parts
  const { visit, newBrowser, correlation } = exchange
  const browser = session === 'end' && isNavigation(visit) ? randomValue(parts.randomness) : newBrowser
  const cookies: string[] = browser ? [jar.markBrowser(browser)] : []
  if (session && visit.session) await sessions.end(visit.session.id, visit.at)
  if (session === 'end') cookies.push(jar.endSession)
  else if (session) {
    const value = randomValue(parts.randomness)
    await sessions.start(sessionOf(value, session), correlation)
    const last = jar.rememberConnection(session.connection)
    cookies.push(jar.startSession(value), ...(last ? [last] : []))
  }
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

/** A page of its own, where a browser says what for it asks (Fetch Metadata): another site's picture ends no sign-in. */
const isNavigation = (visit: Visit): boolean => (visit.header('sec-fetch-dest') ?? 'document') === 'document'
