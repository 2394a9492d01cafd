import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { breakOff, DROP_HEADER } from './broken-answer.ts'
import { siteOf } from './sites.ts'

/** Answers one request of the web's own kind. */
export type Fetch = (request: Request) => Promise<Response>

export interface HttpServer {
  readonly port: number
  readonly close: () => Promise<void>
}

const A_MEGABYTE = 1024 * 1024
const MISDIRECTED = 421
const TOO_LARGE = 413
/** Longer than a crowd on a slow machine pauses between two clicks: who hangs up first breaks what is on its way. */
const KEEP_ALIVE_MS = 65_000
const BROKEN = 500

const readBody = async (incoming: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > A_MEGABYTE) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const headersOf = (incoming: IncomingMessage): Headers => {
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  return headers
}

const requestOf = (incoming: IncomingMessage, body: Buffer, signal: AbortSignal): Request => {
  const method = incoming.method ?? 'GET'
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD'
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method,
    headers: headersOf(incoming),
    signal,
    ...(hasBody ? { body: Uint8Array.from(body) } : {}),
  })
}

const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  if (response.headers.has(DROP_HEADER)) return breakOff(response, outgoing)
  const plain = [...response.headers].filter(([name]) => name !== 'set-cookie')
  const cookies = response.headers.getSetCookie()
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(plain),
    ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
  })
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

const refuse = (outgoing: ServerResponse, status: number): void => {
  if (!outgoing.headersSent) outgoing.writeHead(status)
  outgoing.end()
}

const answer = async (fetch: Fetch, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  // Before anything is made of the address: a host that is not ours may not even be one.
  if (siteOf(incoming.headers.host) === undefined) return refuse(outgoing, MISDIRECTED)
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new Error('the caller has hung up')))
  try {
    const body = await readBody(incoming)
    if (body === undefined) return refuse(outgoing, TOO_LARGE)
    await send(await fetch(requestOf(incoming, body, gone.signal)), outgoing)
  } catch (error) {
    if (gone.signal.aborted) return
    process.stderr.write(`emulator: ${error instanceof Error ? error.stack : String(error)}\n`)
    refuse(outgoing, BROKEN)
  }
}

/** Listens on one port for all sites. Port 0 takes any free one. */
export const listen = async (fetch: Fetch, host: string, port: number): Promise<HttpServer> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    void answer(fetch, incoming, outgoing)
  })
  server.listen(port, host)
  await once(server, 'listening')
  // A TCP server's address is never the name of a pipe.
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
