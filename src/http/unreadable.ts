import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { HeaderMap } from './security-headers.ts'

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers what is not HTTP, or came too slowly: there is no request yet, so the answer is written by hand. */
export const refuseUnreadable = (everywhere: HeaderMap) => {
  const lines = Object.entries(everywhere).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = statuses[error.code ?? ''] ?? 400
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}content-length: 0\r\nconnection: close\r\n\r\n`)
  }
}
