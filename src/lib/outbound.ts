import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Agent, fetch as undiciFetch } from 'undici'
import { isLoopbackHost } from './loopback.ts'

const CONNECT_MS = 3_000
const ANSWER_MS = 10_000
const ONE_MEBIBYTE = 1024 * 1024

/** Asks for all addresses of a name. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

/**
 * Calls out: short timeouts, bounded answers, and loopback for `.localhost` names, which resolvers may not know. Every
 * other name must lead to somebody else: one that resolves to this machine or its link is not called.
 */
export const outbound = (
  resolve: Resolve = lookup,
  answerMs = ANSWER_MS,
): { readonly fetch: typeof fetch; readonly close: () => Promise<void> } => {
  let opening: ReturnType<typeof openAgent> | undefined
  const call = async (input: string | URL, init?: Parameters<typeof undiciFetch>[1]) => {
    opening ??= openAgent(resolve, answerMs)
    const { agent, fetch } = await opening
    return fetch(input, { ...init, dispatcher: agent })
  }
  // undici's own types and the global ones describe the same objects.
  return { fetch: call as unknown as typeof fetch, close: async () => (await opening)?.agent.close() }
}

/** Loaded with the first call: a start waits for nothing it does not need, and a server nobody visits holds nothing of it. */
const openAgent = async (resolve: Resolve, answerMs: number): Promise<{ readonly agent: Agent; readonly fetch: typeof undiciFetch }> => {
  const undici = await import('undici')
  const agent = new undici.Agent({
    // Said, since Node's own default can be turned off from the environment.
    connect: { timeout: CONNECT_MS, lookup: lookupWith(onceAtATime(resolve)), rejectUnauthorized: true },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    maxResponseSize: ONE_MEBIBYTE,
    connections: 64,
  })
  return { agent, fetch: undici.fetch }
}

/**
 * Asks for a name once, however many wait for it. Node has two threads for the lookups of a whole process, and a name whose
 * servers do not answer holds its thread for longer than anybody here waits: many tries would keep every other name waiting.
 */
export const onceAtATime = (resolve: Resolve): Resolve => {
  const asked = new Map<string, Parameters<Resolve>[2][]>()
  return (hostname, options, callback) => {
    const waiting = asked.get(hostname)
    if (waiting) return void waiting.push(callback)
    const all = [callback]
    asked.set(hostname, all)
    return resolve(hostname, options, (error, addresses) => {
      asked.delete(hostname)
      for (const answer of all) answer(error, addresses)
    })
  }
}

/** A lookup that leaves out what is not elsewhere. Its answer is what is connected to: a name gains nothing by changing its mind. */
export const lookupWith =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    const answer = (addresses: readonly LookupAddress[]) => {
      const [first] = addresses
      if (!first) return callback(new Error('the name leads to this machine'), '', 0)
      return options.all ? callback(null, [...addresses]) : callback(null, first.address, first.family)
    }
    if (isLoopbackHost(hostname)) return answer([{ address: '127.0.0.1', family: 4 }])
    return resolve(hostname, { ...options, all: true }, (error, addresses) =>
      error ? callback(error, '', 0) : answer(addresses.filter(({ address }) => isElsewhere(address))),
    )
  }

// Private networks stay reachable: an organization's own identity provider may well be on one.
const HERE = new Set(['loopback', 'unspecified', 'linkLocal', 'multicast', 'broadcast'])

const isElsewhere = (address: string): boolean => !HERE.has(ipaddr.process(address).range())
