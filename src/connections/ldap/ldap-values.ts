import type { LdapEntry } from './ldap-link.ts'

/** Whole: without what a text begins with it may be somebody else's. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether a directory gave a part of an attribute only: `memberOf;range=0-1499` ([MS-ADTS] §3.1.1.3.1.3.3). */
export const isInParts = ({ values }: LdapEntry, attribute: string): boolean =>
  [...values.keys()].some((name) => name.startsWith(`${attribute.toLowerCase()};range=`))

/** The octets of an attribute that has one value; undefined when it has none, or several. */
export const octetsOf = ({ values }: LdapEntry, attribute: string): Buffer | undefined => {
  const all = values.get(attribute.toLowerCase()) ?? []
  return all.length === 1 ? all[0] : undefined
}

/** All values of an attribute that are text. */
export const textsOf = ({ values }: LdapEntry, attribute: string): readonly string[] =>
  (values.get(attribute.toLowerCase()) ?? []).flatMap((octets) => textIn(octets) ?? [])

/** The text of an attribute that has one value, and that text. */
export const textOf = (entry: LdapEntry, attribute: string): string | undefined => {
  const octets = octetsOf(entry, attribute)
  return octets && textIn(octets)
}

const textIn = (octets: Buffer): string | undefined => {
  try {
    return utf8.decode(octets)
  } catch {
    return undefined
  }
}

/** A whole number of an attribute with one value. */
export const numberOf = (entry: LdapEntry, attribute: string): bigint | undefined => {
  const text = textOf(entry, attribute)
  return text !== undefined && /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined
}

const GUID_BYTES = 16

/** Active Directory's 16 octets as the GUID everybody writes: the first three groups are little-endian ([MS-DTYP] §2.3.4.2). */
export const guidText = (octets: Buffer): string | undefined => {
  if (octets.length !== GUID_BYTES) return undefined
  const hex = (from: number, to: number) => octets.toString('hex', from, to)
  const turned = (from: number, to: number) => Buffer.from(octets.subarray(from, to)).reverse().toString('hex')
  return [turned(0, 4), turned(4, 6), turned(6, 8), hex(8, 10), hex(10, 16)].join('-')
}
