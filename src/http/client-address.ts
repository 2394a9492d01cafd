import ipaddr from 'ipaddr.js'

const MOST_HOPS = 32

type Address = ReturnType<typeof ipaddr.process>
type Network = readonly [Address, number]

/** An address or CIDR block as a network. Throws a plain `Error` for anything else. */
const networkOf = (text: string): Network => {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

const addressOf = (text: string): Address | undefined => (ipaddr.isValid(text) ? ipaddr.process(text) : undefined)

const contains = ([base, bits]: Network, address: Address): boolean => base.kind() === address.kind() && address.match(base, bits)

/**
 * Whose visit this is: the right-most hop that is not one of our proxies. What cannot be read as an address is not
 * believed, and then the socket's own address counts. Throws at start when a proxy's address cannot be read.
 */
export const clientAddress = (trustedProxies: readonly string[]) => {
  const networks = trustedProxies.map(networkOf)
  const isTrusted = (address: Address) => networks.some((network) => contains(network, address))
  return (socketAddress: string, forwardedFor: string | undefined): string => {
    const socket = addressOf(socketAddress)
    if (!socket) return socketAddress
    if (!forwardedFor || networks.length === 0 || !isTrusted(socket)) return socket.toString()
    const hops = forwardedFor.split(',', MOST_HOPS + 1).map((hop) => addressOf(hop.trim()))
    if (hops.length > MOST_HOPS || hops.includes(undefined)) return socket.toString()
    return (hops.findLast((hop) => hop && !isTrusted(hop)) ?? hops[0] ?? socket).toString()
  }
}

export type ClientAddress = ReturnType<typeof clientAddress>
