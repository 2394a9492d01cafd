import { z } from 'zod'
import { type Networks, networksOf } from '#lib/networks.ts'

/** Where people need not type a password, and what says who they are. */
export interface WindowsSettings {
  /** Where people have tickets. */
  readonly networks: Networks
  readonly witness: WitnessSettings
}

export type WitnessSettings =
  /** Their browser, by a ticket for this service, `HTTP@usher.example`. */
  | { readonly via: 'kerberos'; readonly service: string }
  /** A proxy that checked the ticket itself, in this header; nobody else is believed. */
  | { readonly via: 'header'; readonly header: string; readonly proxies: Networks }

/** A proxy is a machine, or a few side by side: whoever is in these networks can be everybody. */
const NARROWEST_BITS = { ipv4: 24, ipv6: 64 } as const

/** Spelled as everybody reads it: there are readers for whom `010.0.0.5` is 8.0.0.5, and `10.1` an address. */
const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address, or a range as 10.0.0.0/8')
  // Visitors of IPv4 are compared as such, so that it would be nobody's.
  .refine((text) => !/^::ffff:.*\//i.test(text), 'a range of IPv4, as 10.0.0.0/8')

const networks = z
  .array(network)
  .min(1)
  .max(64)
  .transform((texts): Networks => networksOf(texts))

const isNarrow = ({ widest }: Networks): boolean =>
  (['ipv4', 'ipv6'] as const).every((kind) => (widest(kind) ?? NARROWEST_BITS[kind]) >= NARROWEST_BITS[kind])

// Not one that browsers, proxies or Usher itself give another meaning.
const HEADER = /^(x-(?!forwarded|real-ip)[a-z0-9-]{1,60}|remote-user)$/i

const written = z.discriminatedUnion('via', [
  z.strictObject({
    via: z.literal('kerberos'),
    networks,
    service: z.string().regex(/^HTTP@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'HTTP@host'),
  }),
  z.strictObject({
    via: z.literal('header'),
    networks,
    header: z.string().regex(HEADER, 'Remote-User, or a name with X- before it').default('x-remote-user'),
    proxies: networks.refine(isNarrow, 'no network wider than /24 or, of IPv6, /64'),
  }),
])

/** As an administrator writes it, in the settings of a directory. */
export const windowsSetting = written.transform(
  ({ networks: where, ...witness }): WindowsSettings => ({
    networks: where,
    witness: witness.via === 'header' ? { ...witness, header: witness.header.toLowerCase() } : witness,
  }),
)
