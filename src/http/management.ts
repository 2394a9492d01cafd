import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import { failures } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import { failureOf } from './failures.ts'
import type { Management } from './management-port.ts'

export interface ManagementParts {
  readonly management: Management
  readonly correlation: (request: FastifyRequest) => string
  readonly callerAddress: (request: FastifyRequest) => string
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** Every address of the Management API; what is behind it, it knows itself. */
export const MANAGEMENT_PATH = '/api/v2/*'
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const
/** A script of 100,000 characters fits. */
const LARGEST_BODY_BYTES = 512 * 1024
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Lets programs in: JSON alone, in and out, and no cookie is looked at, so that no page of anybody's can make a browser
 * ask in somebody's name.
 */
export const addManagement = (app: FastifyInstance, parts: ManagementParts): void => {
  void app.register(async (inside) => {
    inside.removeAllContentTypeParsers()
    inside.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    inside.setErrorHandler((error, request, reply) => refused(error, { request, reply, parts }))
    inside.route({
      method: [...METHODS],
      url: MANAGEMENT_PATH,
      bodyLimit: LARGEST_BODY_BYTES,
      handler: async (request, reply) => {
        const begun = parts.clock.now()
        const reference = parts.correlation(request)
        const { authorization } = request.headers
        const { status, headers, body } = await parts.management.answer({
          method: request.method,
          path: request.raw.url ?? '',
          body: typeof request.body === 'string' ? request.body : '',
          reference,
          address: parts.callerAddress(request),
          ...(authorization !== undefined && { authorization }),
        })
        parts.log.info('api_answered', { reference, method: request.method, status, ms: parts.clock.now() - begun })
        reply.code(status).headers(headers)
        return body === undefined ? reply.send() : reply.type(JSON_TYPE).send(JSON.stringify(body))
      },
    })
    refuseOtherMethods(inside)
  })
}

const refuseOtherMethods = (inside: FastifyInstance): void => {
  inside.route({
    method: inside.supportedMethods.filter((method) => !METHODS.some((one) => one === method)),
    url: MANAGEMENT_PATH,
    onRequest: (_request, reply) => {
      reply
        .header('allow', METHODS.join(', '))
        .code(405)
        .type(JSON_TYPE)
        .send(JSON.stringify(wordsFor(405, 'method_refused')))
    },
    handler: (_request, reply) => reply.send(),
  })
}

interface Refused {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly parts: ManagementParts
}

/** What Fastify or we refuse before the API is asked, in its form. */
const refused = (error: unknown, { request, reply, parts }: Refused): FastifyReply => {
  const failure = failureOf(error)
  const { status } = failures[failure.code]
  const reference = parts.correlation(request)
  parts.log[status >= 500 ? 'error' : 'info']('api_failed', { reference, method: request.method, status, error: failure })
  return reply
    .code(status)
    .removeHeader('set-cookie')
    .type(JSON_TYPE)
    .send(JSON.stringify(wordsFor(status, failure.code)))
}

const wordsFor = (statusCode: number, errorCode: string) => {
  const error = STATUS_CODES[statusCode] ?? 'Error'
  return { statusCode, error, message: error, errorCode }
}
