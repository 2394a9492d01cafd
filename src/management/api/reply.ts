import { STATUS_CODES } from 'node:http'
import type { JsonObject } from '#kernel/json.ts'

/** What a route says. */
export interface Reply {
  readonly status: number
  /** Nothing when left out. */
  readonly body?: JsonObject | readonly JsonObject[]
}

export const ok = (body: NonNullable<Reply['body']>): Reply => ({ status: 200, body })

export const created = (body: NonNullable<Reply['body']>): Reply => ({ status: 201, body })

/** Done already, where Auth0 says it will be. */
export const accepted: Reply = { status: 202 }

export const done: Reply = { status: 204 }

/** A no in Auth0's form. The message is for whoever wrote the request: no secret, nothing of anybody else. */
export const refusal = (statusCode: number, errorCode: string, message: string): Reply => ({
  status: statusCode,
  body: { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message, errorCode },
})

export const unknownUser = refusal(404, 'inexistent_user', 'The user does not exist.')
