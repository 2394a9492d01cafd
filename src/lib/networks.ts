import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.process>
type Network = readonly [Address, number]

/** An address or CIDR block as a network. Throws a plain `Error` for anything else. */
const networkOf = (text: string): Network => {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** An address as it is compared: one of IPv4 inside IPv6 is one of IPv4. Undefined for what is none. */
export const addressOf = (text: string): Address | undefined => (ipaddr.isValid(text) ? ipaddr.process(text) : undefined)

/** Whom an address stands for: itself, or all of its /64 where it is one of IPv6, which one subscriber has. What is no address is itself. */
export const placeOf = (text: string): string => {
  const address = addressOf(text)
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text
  const network = address.parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}

const contains = ([base, bits]: Network, address: Address): boolean => base.kind() === address.kind() && address.match(base, bits)

export interface Networks {
  /** What cannot be read as an address lies nowhere. */
  readonly contain: (address: string) => boolean
  /** The fewest bits any network of this kind fixes; undefined when there is none of it. */
  readonly widest: (kind: 'ipv4' | 'ipv6') => number | undefined
}

/** Addresses and CIDR blocks to be looked into. Throws a plain `Error` for what is neither. */
export const networksOf = (texts: readonly string[]): Networks => {
  const networks = texts.map(networkOf)
  return {
    contain: (text) => {
      const address = addressOf(text)
      return address !== undefined && networks.some((network) => contains(network, address))
    },
    widest: (kind) =>
      networks
        .filter(([base]) => base.kind() === kind)
        .reduce<number | undefined>((least, [, bits]) => Math.min(least ?? bits, bits), undefined),
  }
}
