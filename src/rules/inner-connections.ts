import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import { hostOf, isListed } from './addresses.ts'
import type { InnerHost, InnerRequest, InnerResponse, RuleCaller } from './runner.ts'
import type { Reach } from './tunnels.ts'

const MOST_BODY_BYTES = 256 * 1024
const MOST_HEADER_BYTES = 16 * 1024
const REQUEST_MS = 10_000

interface Call {
  readonly inner: InnerHost
  readonly host: string
  readonly caller: RuleCaller
  /** Ends a request that does not come to its end; how long its answer takes is not the script's to decide. */
  readonly timer: NodeJS.Timeout
}

/**
 * Connections that never leave Usher: what a script sends to one of these hosts is parsed here and answered on behalf of
 * the very run that opened the connection. Undefined where the host is nobody's.
 */
export const innerConnections = (hosts: readonly InnerHost[]) => {
  const byName = new Map(hosts.flatMap((inner) => inner.names.map((name) => [name, inner] as const)))
  const calls = new WeakMap<Duplex, Call>()
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES, requireHostHeader: false }, (request, response) => {
    const call = calls.get(request.socket)
    if (call) void answer(request, response, call)
    else response.destroy()
  })
  server.maxRequestsPerSocket = 1
  // Whatever is no request ends its connection, and says nothing about us.
  server.on('clientError', (_error, socket) => void socket.destroy())
  server.on('connect', (_request, socket) => void socket.destroy())
  server.on('upgrade', (_request, socket) => void socket.destroy())

  return (host: string, caller: RuleCaller): Duplex | undefined => {
    const inner = byName.get(host)
    if (!inner) return undefined
    const [near, far] = duplexPair()
    const timer = setTimeout(() => near.destroy(), REQUEST_MS)
    calls.set(near, { inner, host, caller, timer })
    server.emit('connection', near)
    near.once('close', () => {
      clearTimeout(timer)
      far.destroy()
    })
    far.once('close', () => near.destroy())
    return far
  }
}

/** Inner hosts first, and everything else by another way. */
export const reachWith = (hosts: readonly InnerHost[], elsewhere: Reach): Reach => {
  const open = innerConnections(hosts)
  return async (target, caller) => {
    const host = hostOf(target.host)?.host
    const isAllowed = host !== undefined && (!target.hosts || isListed(host, target.hosts))
    return (isAllowed && open(host, caller)) || elsewhere(target, caller)
  }
}

const answer = async (message: IncomingMessage, response: ServerResponse, { inner, host, caller, timer }: Call): Promise<void> => {
  // One request for each connection: the next one may be another person's.
  response.shouldKeepAlive = false
  try {
    const body = await bodyOf(message)
    clearTimeout(timer)
    if (body === undefined) return write(response, { status: 413 })
    write(response, await inner.answer(requestOf(message, host, body), caller))
  } catch {
    write(response, { status: 500, body: { error: 'internal_error' } })
  }
}

const requestOf = (message: IncomingMessage, host: string, body: string): InnerRequest => {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === 'string') headers[name] = value
  return { method: message.method ?? 'GET', host, path: pathOf(message.url ?? '/'), headers, body }
}

/** Also where a client spells the whole address, as it would for a proxy. */
const pathOf = (url: string): string => (url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/')

/** Undefined when there is more than anybody sends. */
const bodyOf = async (message: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const write = (response: ServerResponse, { status, headers, body }: InnerResponse): void => {
  if (response.headersSent || response.destroyed) return
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, {
    ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
    ...headers,
    connection: 'close',
  })
  response.end(text)
}
