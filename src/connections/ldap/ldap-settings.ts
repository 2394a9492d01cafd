import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { problemIn, settingsInvalid } from '../provider-row.ts'
import { secretSetting } from '../oidc/oidc-settings.ts'
import { type WindowsSettings, windowsSetting } from './windows-settings.ts'

/** One server of a directory. `plain` exists on this machine alone. */
export interface LdapServer {
  readonly host: string
  readonly port: number
  readonly security: 'ldaps' | 'starttls' | 'plain'
}

/** A directory, as its administrator described it. */
export interface LdapSettings {
  readonly kind: 'active-directory' | 'ldap'
  /** In order of preference. */
  readonly servers: readonly LdapServer[]
  /** PEM: the only authority that is trusted to name the servers; those of this machine when there is none. */
  readonly ca?: string
  readonly allowPrivateAddresses: boolean
  readonly bindDn: string
  readonly bindPassword: Secret
  readonly base: string
  /** Where groups are, when groups in groups are followed. */
  readonly groupBase: string
  readonly objectClass: string
  readonly usernameAttributes: readonly string[]
  /** What of a Kerberos principal stands before the `@`, and of `DOMAIN\user` after the backslash. */
  readonly principalAttribute: string
  /** Upper case, as in a Kerberos principal. */
  readonly realm?: string
  /** Upper case, as in `DOMAIN\user`. */
  readonly domain?: string
  readonly subjectAttribute: string
  readonly groups: 'none' | 'memberOf' | 'nested'
  readonly attributes: readonly string[]
  readonly mailIsVerified: boolean
  /** Wrong passwords for one person, before Usher refuses to ask the directory. */
  readonly guesses: { readonly tries: number; readonly windowMs: number }
  /** Set where people need not type a password; their principals are of `realm`. */
  readonly windows?: WindowsSettings & { readonly realm: string }
}

const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'the name of an attribute')
const dn = z.string().trim().min(1, 'must not be empty').max(1_000)
const pem = z.string().regex(/^\s*-----BEGIN CERTIFICATE-----/, 'a certificate as PEM')

const shape = z.strictObject({
  kind: z.enum(['active-directory', 'ldap']),
  urls: z.array(z.string().max(300)).min(1).max(8),
  startTls: z.boolean().default(false),
  ca: z.union([pem, z.instanceof(Secret)]).optional(),
  allowPrivateAddresses: z.boolean().default(false),
  bindDn: dn,
  bindPassword: secretSetting.refine((secret) => secret.reveal().trim() !== '', 'must not be empty'),
  base: dn,
  groupBase: dn.optional(),
  objectClass: attribute,
  usernameAttributes: z.array(attribute).min(1).max(8),
  principalAttribute: attribute,
  realm: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,255}$/, 'a Kerberos realm')
    .optional(),
  domain: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,15}$/, 'a NetBIOS name')
    .optional(),
  subjectAttribute: attribute,
  groups: z.enum(['none', 'memberOf', 'nested']).default('memberOf'),
  attributes: z.array(attribute).max(64).default([]),
  mailIsVerified: z.boolean().default(false),
  guesses: z.strictObject({ tries: z.int().min(1).max(10), minutes: z.int().min(5).max(1_440) }).default({ tries: 5, minutes: 30 }),
  windows: windowsSetting.optional(),
})

type Written = z.infer<typeof shape>

/** What need not be written, by the kind of directory. */
const usual: Readonly<Record<string, Partial<Written>>> = {
  'active-directory': {
    objectClass: 'user',
    usernameAttributes: ['userPrincipalName', 'sAMAccountName', 'mail'],
    principalAttribute: 'sAMAccountName',
    subjectAttribute: 'objectGUID',
  },
  ldap: { objectClass: 'inetOrgPerson', usernameAttributes: ['uid', 'mail'], principalAttribute: 'uid', subjectAttribute: 'entryUUID' },
}

const usualOf = (kind: unknown): Partial<Written> => (typeof kind === 'string' && Object.hasOwn(usual, kind) ? (usual[kind] ?? {}) : {})

/** Reads the settings of a directory. Throws `settings_invalid`; calls nobody. */
export const readLdapSettings = ({ name, settings }: ConnectionSettings, publicUrl: URL): LdapSettings => {
  const parsed = shape.safeParse({ ...usualOf(settings['kind']), ...settings })
  if (!parsed.success) throw settingsInvalid(name, problemIn(parsed.error))
  const { urls, startTls: _, ca, realm, domain, guesses, windows, groupBase, ...written } = parsed.data
  const authority = ca && authorityOf(name, ca)
  const ofBase = (realm ?? realmOf(written.base))?.toUpperCase()
  if (windows && !ofBase) throw settingsInvalid(name, 'windows: needs a realm')
  return {
    ...written,
    groupBase: groupBase ?? written.base,
    servers: urls.map((url) => serverAt(name, url, parsed.data, publicUrl)),
    ...(authority && { ca: authority }),
    ...(ofBase && { realm: ofBase, ...(windows && { windows: { ...windows, realm: ofBase } }) }),
    ...(domain && { domain: domain.toUpperCase() }),
    guesses: { tries: guesses.tries, windowMs: guesses.minutes * ONE_MINUTE_MS },
  }
}

const authorityOf = (name: string, written: string | Secret): string => {
  const text = typeof written === 'string' ? written : written.reveal()
  if (!pem.safeParse(text).success || !isCertificate(text)) throw settingsInvalid(name, 'ca: a certificate as PEM')
  return text
}

const isCertificate = (text: string): boolean => {
  try {
    return new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}

/** A directory named after its domain: DC=ad,DC=example,DC=com is AD.EXAMPLE.COM. */
const realmOf = (base: string): string | undefined => {
  const labels = [...base.matchAll(/(?:^|,)\s*dc=([a-z0-9-]+)\s*(?=,|$)/gi)].map(([, label]) => label)
  return labels.length > 0 ? labels.join('.') : undefined
}

const HOST = /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/

const serverAt = (name: string, text: string, { startTls, allowPrivateAddresses }: Written, publicUrl: URL): LdapServer => {
  const refused = (problem: string) => settingsInvalid(name, `urls: ${problem}`)
  const parts = partsOf(text)
  if (!parts) throw refused('not ldaps://host or ldap://host')
  const { host, port, isLdaps } = parts
  const isHere = isLoopbackHost(host)
  const security = securityOf(isLdaps, startTls)
  const problems = {
    'this machine is only taken while Usher’s own address is': isHere && !isLoopbackHost(publicUrl.hostname),
    'a private address needs allowPrivateAddresses': isIP(host) !== 0 && !isReachable(host, { isHere, allowPrivateAddresses }),
    'ldaps:// needs no startTls': isLdaps && startTls,
    'ldap:// needs startTls': security === 'plain' && !isHere,
  }
  for (const [problem, isOne] of Object.entries(problems)) if (isOne) throw refused(problem)
  return { host, port: port ?? (isLdaps ? LDAPS_PORT : LDAP_PORT), security }
}

const partsOf = (text: string) => {
  const [, scheme = '', name = '', port] = /^(ldaps?):\/\/(\[[0-9a-f:.]+\]|[^/:@?#\s]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? []
  const host = name.toLowerCase().replace(/^\[|\]$/g, '')
  if ((!isIP(host) && !HOST.test(host)) || Number(port ?? 1) > MOST_PORT || Number(port ?? 1) < 1) return undefined
  return { isLdaps: scheme.toLowerCase() === 'ldaps', host, port: port === undefined ? undefined : Number(port) }
}

const MOST_PORT = 65_535
const LDAPS_PORT = 636
const LDAP_PORT = 389

const securityOf = (isLdaps: boolean, startTls: boolean): LdapServer['security'] => {
  if (isLdaps) return 'ldaps'
  return startTls ? 'starttls' : 'plain'
}

const PRIVATE = new Set(['private', 'uniqueLocal', 'carrierGradeNat'])

/** Whether a directory may live at this address; the setting opens private networks, and nothing else. */
export const isReachable = (
  address: string,
  { isHere, allowPrivateAddresses }: { readonly isHere: boolean; readonly allowPrivateAddresses: boolean },
): boolean => {
  const range = ipaddr.process(address).range()
  if (isHere) return range === 'loopback'
  return range === 'unicast' || (allowPrivateAddresses && PRIVATE.has(range))
}
