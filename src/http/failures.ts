import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import { failures, toUsherError, UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import { shortReference } from '#lib/reference.ts'
import type { AnswerSender } from './answers.ts'
import type { Organization } from './organization.ts'
import { plainProblem, problem } from './pages/problem.ts'

export interface FailureParts {
  readonly answers: Pick<AnswerSender, 'sendView'>
  readonly organization: Organization
  readonly correlation: (request: FastifyRequest) => string
  readonly clock: Clock
  readonly log: Log
}

/** Tells the person on a page and the log in a line. Nothing of the error itself reaches the page. */
export const failureHandler =
  (parts: FailureParts) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(error)
    const { status } = failures[failure.code]
    const reference = parts.correlation(request)
    parts.log[status >= 500 ? 'error' : 'info']('visit_failed', {
      reference,
      route: request.routeOptions?.url ?? 'none',
      method: request.method,
      status,
      error: failure,
    })
    reply.code(status).removeHeader('set-cookie')
    const frame = { organization: parts.organization, at: parts.clock.now(), correlation: reference }
    try {
      return parts.answers.sendView(reply, problem({ failure: failure.code, reference }, frame), frame)
    } catch (unwritable) {
      // Fastify's own last resort would quote the error.
      parts.log.error('page_failed', { reference, error: unwritable })
      return reply.type('text/html; charset=utf-8').send(plainProblem(failure.code, shortReference(reference)))
    }
  }

/** Anything thrown on the way to an answer, as a failure. */
export const failureOf = (error: unknown): UsherError => ofFramework(error) ?? toUsherError(error)

/** What Fastify itself refuses, in our words. */
const ofFramework = (error: unknown): UsherError | undefined => {
  if (!(error instanceof Error) || error instanceof UsherError || !('statusCode' in error)) return undefined
  switch (error.statusCode) {
    case 413:
      return new UsherError('request_too_large', { cause: error })
    case 414:
      return new UsherError('page_unknown', { cause: error })
    default:
      return isClientStatus(error.statusCode) ? new UsherError('request_malformed', { cause: error }) : undefined
  }
}

const isClientStatus = (status: unknown): boolean => typeof status === 'number' && status >= 400 && status < 500
