import type { FastifyReply, FastifyRequest } from 'fastify'
import { failures, toUsherError, UsherError } from '#kernel/errors.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { AnswerSender } from './answers.ts'
import { problem } from './pages/problem.ts'

export interface FailureParts {
  readonly answers: Pick<AnswerSender, 'sendView'>
  readonly organization: string
  readonly correlation: (request: FastifyRequest) => string
  readonly clock: Clock
  readonly log: Log
}

/** Tells the person on a page and the log in a line. Nothing of the error itself reaches the page. */
export const failureHandler = (parts: FailureParts) => (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const failure = ofFramework(error) ?? toUsherError(error)
  const { status } = failures[failure.code]
  const correlation = parts.correlation(request)
  const severity = status >= 500 ? 'error' : 'info'
  parts.log[severity]('visit_failed', {
    reference: correlation,
    route: request.routeOptions?.url ?? 'none',
    method: request.method,
    status,
    error: failure,
  })
  const frame = { organization: parts.organization, at: parts.clock.now(), correlation }
  reply.removeHeader('set-cookie')
  if (status === 429 || status === 503) reply.header('retry-after', '60')
  return parts.answers.sendView(reply.code(status), problem({ failure: failure.code, reference: correlation }, frame), frame)
}

/** What Fastify itself refuses, in our words. */
const ofFramework = (error: unknown): UsherError | undefined => {
  if (!(error instanceof Error) || error instanceof UsherError || !('statusCode' in error)) return undefined
  const { statusCode } = error
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined
  if (statusCode === 413) return new UsherError('request_too_large', { cause: error })
  return new UsherError('request_malformed', { cause: error })
}
