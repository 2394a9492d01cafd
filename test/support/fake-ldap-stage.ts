import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { PasswordConnection } from '#connections/connection.ts'
import { ldapType } from '#connections/ldap/ldap.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import { Secret } from '#kernel/secret.ts'
import { settingsOf } from '../conformance/connection.ts'
import { type FakeLdapOptions, fakeLdap } from './fake-ldap.ts'
import type { FakeEntry } from './fake-ldap-filter.ts'
import { fakePasswordFile } from './fake-password-file.ts'

export const BASE = 'DC=ad,DC=usher,DC=test'
export const SERVICE = { dn: `CN=svc-usher,CN=Users,${BASE}`, password: 'the service account' } as const
export const AT = Date.parse('2026-03-02T09:00:00Z')

/** Octets as Active Directory keeps a GUID, and the text everybody writes. */
export const ALICE_GUID = {
  octets: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  text: '33221100-5544-7766-8899-aabbccddeeff',
} as const

export const ALICE: FakeEntry = {
  dn: `CN=Alice Å,CN=Users,${BASE}`,
  password: 'Al1ce-pass!',
  attributes: {
    objectClass: ['top', 'person', 'user'],
    objectGUID: ALICE_GUID.octets,
    sAMAccountName: 'alice',
    userPrincipalName: 'alice@usher.test',
    mail: 'alice@usher.test',
    displayName: 'Alice Å',
    givenName: 'Alice',
    sn: 'Å',
    userAccountControl: '512',
    'msDS-User-Account-Control-Computed': '0',
    accountExpires: '9223372036854775807',
    pwdLastSet: '133000000000000000',
    department: 'Sales',
  },
}

/** Alice with other attributes; undefined takes one away. */
export const aliceWith = (more: Readonly<Record<string, string | Buffer | readonly string[] | undefined>>): FakeEntry => {
  const all = Object.entries({ ...ALICE.attributes, ...more })
  return { ...ALICE, attributes: Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))) }
}

const realTime: Clock = { now: () => AT, sleep: (ms, signal) => wait(ms, undefined, { signal }) }

interface LogLine {
  readonly event: string
  readonly fields: unknown
}

export interface LdapStageOptions extends Partial<FakeLdapOptions> {
  /** Changes the connection's own settings; undefined leaves one out. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly clock?: Clock
  readonly publicUrl?: URL
}

/** Settings of a connection to directories on these ports. */
export const adSettings = (...ports: readonly number[]) => ({
  kind: 'active-directory',
  urls: ports.map((port) => `ldap://localhost:${port}`),
  bindDn: SERVICE.dn,
  bindPassword: new Secret(SERVICE.password),
  base: BASE,
  domain: 'USHERAD',
})

/** The connection type with a log and a count of guesses that a test can read. */
export const ldapTypeStage = ({ clock = realTime, publicUrl = new URL('http://usher.localhost') }: LdapStageOptions = {}) => {
  const lines: LogLine[] = []
  const line = (event: string, fields?: unknown) => void lines.push({ event, fields })
  const log: Log = { info: line, warn: line, error: line }
  const tries = fakePasswordFile()
  const parts = { clock, log, publicUrl, randomness: { bytes: randomBytes }, passwords: tries.file }
  const type = ldapType(parts)
  const open = (settings: Readonly<Record<string, unknown>>): PasswordConnection => {
    const written = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
    const opened = type.open(settingsOf('ldap', { settings: written }))
    if (opened.kind !== 'password') throw new Error('not a password connection')
    return opened
  }
  return { parts, type, lines, open, tries: tries.tries }
}

/** A directory with Alice in it, and a connection to it. */
export const ldapStage = async ({ settings, clock, publicUrl, ...options }: LdapStageOptions = {}) => {
  const service = { dn: SERVICE.dn, password: SERVICE.password, attributes: {} }
  const directory = await fakeLdap({ ...options, entries: [service, ...(options.entries ?? [ALICE])] })
  const stage = ldapTypeStage({ ...(clock && { clock }), ...(publicUrl && { publicUrl }) })
  const written = { ...adSettings(directory.port), ...settings }
  const connection = stage.open(written)
  const right = { username: 'alice', password: ALICE.password ?? '', ip: '192.0.2.7', at: AT }
  /** The binds people made: not those of the service account. */
  const people = () => directory.binds.filter(({ dn }) => dn !== SERVICE.dn)
  return { ...stage, directory, connection, right, people, settings: written, service }
}
