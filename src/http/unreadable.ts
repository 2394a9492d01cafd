import type { Socket } from 'node:net'
import type { Log } from '#kernel/log.ts'
import { shortReference } from '#lib/reference.ts'
import { plainProblem } from './pages/problem.ts'
import type { HeaderMap } from './security-headers.ts'

// Written out: importing the names Node has for them would load all else `node:http` exports, a WebSocket among it.
const MALFORMED = { status: 400, reason: 'Bad Request' }
const others: Readonly<Record<string, typeof MALFORMED>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'Request Header Fields Too Large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'Request Timeout' },
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
    const { status, reason } = others[error.code ?? ''] ?? MALFORMED
    const reference = freshCorrelation()
    log.info('request_unreadable', { reference, status, ...(error.code && { reason: error.code }) })
    const body = plainProblem(status === 431 ? 'request_too_large' : 'request_malformed', shortReference(reference))
    const about = `content-type: text/html; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`
    socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines}${about}\r\n${body}`)
  }
}
