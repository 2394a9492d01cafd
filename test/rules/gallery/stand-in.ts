import { createServer } from 'node:http'
import { listening } from '../../support/listening.ts'
import type { Answer, Call } from './entry.ts'

const LONGEST_WAIT_MS = 5_000

/** A site of this machine that answers for all the others, and remembers what it was asked. */
export interface StandIn {
  readonly url: string
  readonly port: number
  readonly answer: (call: Call) => Answer
  /** Begins anew with these answers. */
  readonly expect: (answers: Readonly<Record<string, Answer>>) => void
  /** What it was asked, once it was asked as often as that. */
  readonly asked: (times: number) => Promise<readonly Call[]>
  readonly close: () => Promise<void>
}

export const openStandIn = async (): Promise<StandIn> => {
  const calls: Call[] = []
  let known: Readonly<Record<string, Answer>> = {}
  let heard = Promise.withResolvers<void>()
  const answer = (call: Call): Answer => {
    calls.push(call)
    heard.resolve()
    heard = Promise.withResolvers()
    return known[call.line.replace(/[?].*/, '')] ?? { status: 404, body: { message: 'nothing here' } }
  }
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const { status = 200, body } = answer({ line: `${request.method} ${request.url}`, headers, body: Buffer.concat(chunks).toString() })
    const isText = typeof body === 'string'
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', connection: 'close' })
    response.end(isText ? body : JSON.stringify(body ?? {}))
  })
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    answer,
    expect: (answers) => {
      calls.length = 0
      known = answers
    },
    asked: async (times) => {
      const late = AbortSignal.timeout(LONGEST_WAIT_MS)
      while (calls.length < times && !late.aborted) await Promise.race([heard.promise, aborted(late)])
      return [...calls]
    },
    close: () => new Promise((closed) => void server.close(() => closed())),
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }))
