import type { Names } from '#kernel/person.ts'
import type { TargetSettings, UsageLocation } from '#kernel/settings.ts'

/** What is lasting about an account's names. All but the first user principal name comes from the identity's digest. */
export interface DerivedNames {
  /** 26 characters `[a-z2-7]`: no part of it comes from the person. */
  readonly immutableId: string
  /** Says in the directory that Usher made the object, and for which identity. */
  readonly marker: string
  /** Says nothing about the person; some directories read a name somebody chose as a claim. */
  readonly mailNickname: string
  /** In order of preference; each with its domain. */
  readonly userPrincipalNames: readonly [string, ...string[]]
}

type NamePolicy = Pick<TargetSettings, 'domain' | 'userPrincipalName' | 'protectedNames'>

const LONGEST_NAME = 40
const SHORTEST_NAME = 3
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const BITS_PER_CHARACTER = 5

/** Names people take for somebody in charge, or that mail standards give a meaning (RFC 2142). */
const reservedNames: ReadonlySet<string> = new Set(
  `abuse accounting accounts admin administrator administration alerts all billing board boss bot ceo cfo chairman chief
  ciso cio compliance contact coo cto daemon director dns dpo everyone exec executive facilities finance ftp guest
  helpdesk hostmaster hr info invoice invoices it itsupport jobs legal list listserv login mail mailerdaemon majordomo
  manager management marketing me microsoft news newsletter nobody noc noreply notifications office office365 operator
  owner password payments payroll postmaster president press privacy procurement purchasing root sales security server
  service servicedesk staff superuser support sysadmin sysop system team tech test unknown usenet user usher uucp webmaster
  www you`.split(/\s+/),
)

/** Letters that do not come apart into a base letter and its accent. */
const lettersWithoutBase: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
}

/** Base32 (RFC 4648) in lower case and without padding. */
export const base32 = (bytes: Buffer): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(BITS_PER_CHARACTER, '0'), 2)] ?? '').join('')
}

/** A name in `[a-z0-9.]`; empty when nothing in it can be written so. */
export const foldName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[ßæœøđðþłħıŋ]/g, (letter) => lettersWithoutBase[letter] ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '')

const cut = (name: string): string => name.slice(0, LONGEST_NAME).replace(/\.+$/, '')

const wantedName = ({ given, family, display }: Names): string => {
  const parts = [given, family].map((part) => foldName(part ?? '')).filter((part) => part !== '')
  return cut(parts.length > 0 ? parts.join('.') : foldName(display ?? ''))
}

const undotted = (name: string): string => name.replaceAll('.', '')

/** Whether people would take the name, however it is written, for somebody in charge, or the tenant keeps it for itself. */
export const isNameProtected = (name: string, protectedNames: readonly string[]): boolean => {
  const folded = undotted(foldName(name))
  return reservedNames.has(folded) || protectedNames.some((other) => undotted(foldName(other)) === folded)
}

const localParts = (names: Names, tail: string, policy: NamePolicy): readonly [string, ...string[]] => {
  if (policy.userPrincipalName === 'opaque') return [`ext-${tail.slice(0, 12)}`, `ext-${tail.slice(0, 20)}`]
  const wanted = wantedName(names)
  const stem = wanted === '' ? 'guest' : wanted
  const [short, long] = [`${stem}.${tail.slice(0, 4)}`, `${stem}.${tail.slice(0, 8)}`]
  const isFree = wanted.length >= SHORTEST_NAME && !isNameProtected(wanted, policy.protectedNames)
  return isFree ? [wanted, short, long] : [short, long]
}

/** Everything an account is called, from the 32-byte digest of its identity. */
export const deriveNames = (digest: Buffer, names: Names, policy: NamePolicy): DerivedNames => {
  const tail = base32(digest.subarray(16, 32))
  const [first, ...others] = localParts(names, tail, policy)
  const inDomain = (localPart: string): string => `${localPart}@${policy.domain}`
  return {
    immutableId: base32(digest.subarray(0, 16)),
    marker: `usher:${base32(digest.subarray(24, 32))}`,
    mailNickname: `ext-${tail.slice(0, 12)}`,
    userPrincipalNames: [inDomain(first), ...others.map(inDomain)],
  }
}

/** The proposal after `current`; when that is none of them, the first that is not simply the name. */
export const nextPrincipalName = ({ userPrincipalNames }: DerivedNames, current: string): string | undefined => {
  const at = userPrincipalNames.findIndex((name) => name.toLowerCase() === current.toLowerCase())
  return userPrincipalNames[at === -1 ? Math.max(0, userPrincipalNames.length - 2) : at + 1]
}

let countries: Intl.DisplayNames | undefined

// Made when a country is first looked up: reading the list takes longer than all the rest of this folder at a start.
const isCountry = (code: string): boolean => {
  countries ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  return countries.of(code) !== undefined
}

const countryIn = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined
  const code = /^(?:[a-z]{2,3}[-_])?([a-z]{2})$/i.exec(value)?.[1]?.toUpperCase()
  return code !== undefined && isCountry(code) ? code : undefined
}

/** Where a license will be used: what the provider's claim says when it names a country, else the default. */
export const usageLocationOf = (policy: UsageLocation, attributes: Readonly<Record<string, unknown>>): string =>
  (policy.fromAttribute === undefined ? undefined : countryIn(attributes[policy.fromAttribute])) ?? policy.default

const LONGEST_DISPLAY_NAME = 200

const printable = (text: string): string =>
  text
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()

/** How the address book shows them. The suffix keeps a self-chosen name from passing for a colleague's. */
export const displayNameOf = ({ given, family, display }: Names): string => {
  const whole = display ?? [given, family].filter((name) => name !== undefined).join(' ')
  const name = [...printable(whole)].slice(0, LONGEST_DISPLAY_NAME).join('').trim()
  return `${name === '' ? 'Guest' : name} (external)`
}
