import type { LookupFunction } from 'node:net'
import { lookup } from 'node:dns'
import { Agent, fetch as undiciFetch } from 'undici'
import { isLoopbackHost } from './loopback.ts'

const CONNECT_MS = 3_000
const ANSWER_MS = 10_000
const ONE_MEBIBYTE = 1024 * 1024

/** Calls out: short timeouts, bounded answers, and loopback for `.localhost` names, which resolvers may not know. */
export const outbound = (): { readonly fetch: typeof fetch; readonly close: () => Promise<void> } => {
  const agent = new Agent({
    connect: { timeout: CONNECT_MS, lookup: lookupHere },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    maxResponseSize: ONE_MEBIBYTE,
    connections: 64,
  })
  const call = (input: string | URL, init?: Parameters<typeof undiciFetch>[1]) => undiciFetch(input, { ...init, dispatcher: agent })
  // undici's own types and the global ones describe the same objects.
  return { fetch: call as unknown as typeof fetch, close: () => agent.close() }
}

const lookupHere: LookupFunction = (hostname, options, callback) => {
  if (!isLoopbackHost(hostname)) return lookup(hostname, options, callback)
  if (options.all) return callback(null, [{ address: '127.0.0.1', family: 4 }])
  return callback(null, '127.0.0.1', 4)
}
