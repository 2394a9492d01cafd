import { addressOf, networksOf } from '#lib/networks.ts'

const MOST_HOPS = 32

/**
 * Whose visit this is: the right-most hop that is not one of our proxies. What cannot be read as an address is not
 * believed, and then the socket's own address counts. Throws at start when a proxy's address cannot be read.
 */
export const clientAddress = (trustedProxies: readonly string[]) => {
  const proxies = networksOf(trustedProxies)
  return (socketAddress: string, forwardedFor: string | undefined): string => {
    const socket = addressOf(socketAddress)?.toString()
    if (!socket) return socketAddress
    if (!forwardedFor || !proxies.contain(socket)) return socket
    const hops = forwardedFor.split(',', MOST_HOPS + 1).map((hop) => addressOf(hop.trim())?.toString())
    if (hops.length > MOST_HOPS || hops.includes(undefined)) return socket
    return hops.findLast((hop) => hop && !proxies.contain(hop)) ?? hops[0] ?? socket
  }
}

export type ClientAddress = ReturnType<typeof clientAddress>
