import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Answers virtual machines of Azure with the machine's own secrets, at an address that looks like anybody's. */
const WIRE_SERVER = '168.63.129.16'
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

/** True for addresses that lead to somebody else on the internet, and to nobody nearby. */
export const isPublicAddress = (text: string): boolean => {
  // What is asked for is one spelling; the library takes shorter ones as well.
  if (isIP(text) === 0) return false
  // An IPv4 address in IPv6's clothes is judged as what it is.
  const address = ipaddr.process(text)
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL_UNICAST) : address.toString() !== WIRE_SERVER
}

/** Whether some of these addresses, in whatever spelling, are among those. */
export const isAnyOf = (addresses: readonly string[], those: readonly string[]): boolean => {
  const known = new Set(those.map(spelledOneWay))
  return addresses.some((address) => known.has(spelledOneWay(address)))
}

const spelledOneWay = (address: string): string => ipaddr.process(address).toNormalizedString()

const NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?[.])*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * A host as a script said it, in the one spelling that is looked at: a name in lower case or an address without brackets.
 * Undefined for everything else, numbers that some resolvers take for addresses included.
 */
export const hostOf = (said: string): { readonly host: string; readonly isAddress: boolean } | undefined => {
  const host = said
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/[.]$/, '')
  if (ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)) return { host, isAddress: true }
  return NAME.test(host) ? { host, isAddress: false } : undefined
}

/** Whether a list of names and `*.names` has a host. */
export const isListed = (host: string, list: readonly string[]): boolean =>
  list.some((entry) => {
    const name = entry.toLowerCase()
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name
  })
