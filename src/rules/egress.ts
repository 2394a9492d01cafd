import type { Duplex } from 'node:stream'
import { hostOf, isAnyOf, isListed, isPublicAddress } from './addresses.ts'
import type { Reach, Target } from './tunnels.ts'

export interface EgressParts {
  /** All addresses of a name; rejects or says none when there are none. */
  readonly lookup: (host: string) => Promise<readonly string[]>
  /** Connects to exactly this address; rejects when it does not answer. */
  readonly connect: (to: { readonly address: string; readonly port: number; readonly signal: AbortSignal }) => Promise<Duplex>
  /** The addresses of this machine: what comes from it passes no firewall. */
  readonly ownAddresses: () => readonly string[]
  /** Hosts of the organization's own network that rules may reach, by name (`crm.corp.example`, `*.corp.example`) or address. */
  readonly privateHosts?: readonly string[]
}

const LOOKUP_MS = 5_000
const CONNECT_MS = 5_000
const MOST_ADDRESSES = 4
const FIRST_FREE_PORT = 1_024
/** Below 1024 only the web and submission of mail: nothing that trusts whoever is near. */
const LOW_PORTS: ReadonlySet<number> = new Set([80, 443, 465, 587])
const NEARBY = ['localhost', '*.localhost', '*.local', '*.internal', '*.localdomain', '*.home.arpa']

/**
 * The way out for rules: to public hosts, and to those of the organization's network that are listed. Every address of a
 * name is judged, and what is connected to is an address that was judged: a name gains nothing by changing its mind.
 */
export const egress = (parts: EgressParts): Reach => {
  const listed = parts.privateHosts ?? []
  return async (target, caller) => {
    const { host, isAddress, port } = checked(target, caller.note)
    const isPrivate = isListed(host, listed)
    if (!isPrivate && isListed(host, NEARBY)) throw refusal(target, 'it is a name for what is near', caller.note)
    const addresses = isAddress ? [host] : await addressesOf(host, parts)
    const problem = isPrivate ? undefined : problemWith(addresses, port, parts)
    if (problem) throw refusal(target, problem, caller.note)
    return connectToFirst(addresses.slice(0, MOST_ADDRESSES), port, parts)
  }
}

const problemWith = (addresses: readonly string[], port: number, { ownAddresses }: EgressParts): string | undefined => {
  if (!addresses.every(isPublicAddress)) return 'its address is not a public one'
  // Others may serve the web from here; what listens besides is shielded from all but this machine.
  const isOwn = port >= FIRST_FREE_PORT && isAnyOf(addresses, ownAddresses())
  return isOwn ? 'it is this machine, and this port is not for rules' : undefined
}

type Note = (line: string) => void

const checked = (target: Target, note: Note) => {
  const named = hostOf(target.host)
  if (!named) throw refusal(target, 'it is neither a name nor an address', note)
  if (target.hosts && !isListed(named.host, target.hosts)) throw refusal(target, 'it is not among the hosts this script may reach', note)
  const { port } = target
  if (port < FIRST_FREE_PORT && !LOW_PORTS.has(port)) throw refusal(target, 'this port is not for rules', note)
  return { ...named, port }
}

const refusal = ({ host, port }: Target, reason: string, note: Note): Error => {
  const place = `${host.replace(/[^\x21-\x7e]/g, '?').slice(0, 100)}:${port}`
  note(`Not connected to ${place}: ${reason}.`)
  return Object.assign(new Error(`connect EACCES ${place} (${reason})`), { code: 'EACCES' })
}

const addressesOf = async (host: string, { lookup }: EgressParts): Promise<readonly string[]> => {
  const addresses = await within(LOOKUP_MS, lookup(host)).catch(() => [])
  if (addresses.length === 0) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
  return addresses
}

const within = async <Value>(ms: number, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, no) => {
    timer = setTimeout(() => no(new Error('too late')), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const connectToFirst = async (addresses: readonly string[], port: number, { connect }: EgressParts): Promise<Duplex> => {
  let last: unknown
  for (const address of addresses) {
    try {
      return await connect({ address, port, signal: AbortSignal.timeout(CONNECT_MS) })
    } catch (error) {
      last = error
    }
  }
  throw last instanceof Error && 'code' in last ? last : Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })
}
