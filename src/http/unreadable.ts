import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '#kernel/log.ts'
import { shortReference } from '#lib/reference.ts'
import { plainProblem } from './pages/problem.ts'
import type { HeaderMap } from './security-headers.ts'

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers what is not HTTP, or came too slowly: there is no request yet, so the answer is written by hand. */
export const refuseUnreadable = (everywhere: HeaderMap, freshCorrelation: () => string, log: Log) => {
  const lines = Object.entries(everywhere)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = statuses[error.code ?? ''] ?? 400
    const reference = freshCorrelation()
    log.info('request_unreadable', { reference, status, ...(error.code && { reason: error.code }) })
    const body = plainProblem(status === 431 ? 'request_too_large' : 'request_malformed', shortReference(reference))
    const about = `content-type: text/html; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${about}\r\n${body}`)
  }
}
