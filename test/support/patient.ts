import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'

/** Only a machine that stands still takes this long: no test is about it. */
const FOREVER_MS = 10 * 60_000

/** More than race for one thing anywhere; thousands of sockets at once would meet limits that no story is about. */
const MOST_CONNECTIONS = 256

/** Everything a test calls is on this machine. */
const here: LookupFunction = (_hostname, { all }, callback) =>
  all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)

/** Calls to this machine without limits on the wall clock, which a busy machine would reach. */
export const patient = (): { readonly fetch: typeof fetch; readonly close: () => Promise<void> } => {
  const agent = new Agent({
    connections: MOST_CONNECTIONS,
    connect: { timeout: FOREVER_MS, lookup: here },
    headersTimeout: FOREVER_MS,
    bodyTimeout: FOREVER_MS,
  })
  const call = (input: string | URL, init?: Parameters<typeof undiciFetch>[1]) => undiciFetch(input, { ...init, dispatcher: agent })
  // undici's own types and the global ones describe the same objects.
  return { fetch: call as unknown as typeof fetch, close: () => agent.close() }
}
