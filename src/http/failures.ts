import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import { failures, toUsherError, UsherError } from '#kernel/errors.ts'
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

const RETRY_AFTER_SECONDS = '60'

/** Tells the person on a page and the log in a line. Nothing of the error itself reaches the page. */
export const failureHandler = (parts: FailureParts) => (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const failure = ofFramework(error) ?? toUsherError(error)
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
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  const frame = { organization: parts.organization, at: parts.clock.now(), correlation: reference }
  return parts.answers.sendView(reply, problem({ failure: failure.code, reference }, frame), frame)
}

/** What Fastify itself refuses, in our words. */
const ofFramework = (error: unknown): UsherError | undefined => {
  if (!(error instanceof Error) || error instanceof UsherError || !('statusCode' in error)) return undefined
  const { statusCode } = error
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined
  return new UsherError(statusCode === 413 ? 'request_too_large' : 'request_malformed', { cause: error })
}
