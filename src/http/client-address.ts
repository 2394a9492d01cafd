import { addressOf, networksOf } from '#lib/networks.ts'

/** More of our own proxies in a row than anybody has. */
const MOST_PROXIES = 32
/** Some proxies write the port along. */
const WITH_PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([^\]]*)\])(?::\d{1,5})?$/

/**
 * Whose visit this is: the right-most hop that is not one of our proxies. What stands to the left of it anybody may have
 * written, so nothing there counts, not even that it cannot be read; a hop that counts and cannot be read is not believed,
 * and then the socket's own address does. Throws at start when a proxy's address cannot be read.
 */
export const clientAddress = (trustedProxies: readonly string[]) => {
  const proxies = networksOf(trustedProxies)
  const isOurs = (hop: string): boolean => {
    const address = addressIn(hop)
    return address !== undefined && proxies.contain(address)
  }
  return (socketAddress: string, forwardedFor: string | undefined): string => {
    const socket = addressOf(socketAddress)?.toString()
    if (!socket) return socketAddress
    if (!forwardedFor || !proxies.contain(socket)) return socket
    const nearest = forwardedFor.split(',').reverse()
    const found = nearest.findIndex((hop, index) => index >= MOST_PROXIES || !isOurs(hop))
    // Where all are ours, the last of them is the farthest.
    return (found < MOST_PROXIES && addressIn(nearest.at(found) ?? '')) || socket
  }
}

const addressIn = (hop: string): string | undefined => {
  const written = hop.trim()
  const [, version4, version6] = WITH_PORT.exec(written) ?? []
  return addressOf(version4 ?? version6 ?? written)?.toString()
}

export type ClientAddress = ReturnType<typeof clientAddress>
