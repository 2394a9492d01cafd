import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Profile } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, Credentials, PasswordConnection } from '../connection.ts'
import { type Guessing, guessing } from '../guessing.ts'
import type { LdapDirectory } from './ldap-directory.ts'
import { type LdapSettings, readLdapSettings } from './ldap-settings.ts'
import type { PasswordFile } from '../database/password-file.ts'
import { settingsInvalid } from '../provider-row.ts'
import { windowsSignIn } from './windows.ts'
import { installedKerberos, type KerberosPackage } from './windows-ticket.ts'

export interface LdapParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly publicUrl: URL
  /** Where wrong passwords are counted: before the directory sees them, so that nobody locks its accounts from outside. */
  readonly passwords: Pick<PasswordFile, 'countTry' | 'takeBackTry' | 'forgetTries'>
  /** The one that is installed, when left out. */
  readonly kerberos?: KerberosPackage
}

/** An LDAP directory (RFC 4511), Active Directory among them: people type the password they have there. */
export const ldapType = (parts: LdapParts): ConnectionType => ({
  type: 'ldap',
  open: (connection) => openLdap(connection, parts),
})

const openLdap = (connection: ConnectionSettings, parts: LdapParts): PasswordConnection => {
  const settings = readLdapSettings(connection, parts.publicUrl)
  const directory = lazyDirectory(connection, settings, parts)
  const guesses = guessing(parts.passwords, connection.id, settings.guesses)
  const windows = windowsOf(connection, settings, { directory, log: parts.log, kerberos: parts.kerberos ?? installedKerberos })
  return { kind: 'password', verify: (credentials) => verify(credentials, { guesses, directory }), ...(windows && { windows }) }
}

interface WindowsParts extends Pick<LdapParts, 'log'> {
  readonly directory: () => Promise<LdapDirectory>
  readonly kerberos: KerberosPackage
}

/** Throws `settings_invalid` where tickets are to be checked and nothing is installed that can. */
const windowsOf = ({ name }: ConnectionSettings, { windows }: LdapSettings, { directory, ...parts }: WindowsParts) => {
  if (!windows) return undefined
  if (windows.witness.via === 'kerberos' && !parts.kerberos.isThere())
    throw settingsInvalid(name, 'windows: tickets need the package kerberos 7: npm install --prefix .. kerberos@7')
  const find = async (principal: string, at: number) => (await directory()).findByPrincipal(principal, at)
  return windowsSignIn(windows, { ...parts, connection: name, realm: windows.realm, directory: { find } })
}

/** The directory, loaded with its library when the first person needs it: a start waits for nothing it does not need. */
export const lazyDirectory = (
  connection: ConnectionSettings,
  settings: LdapSettings,
  parts: Pick<LdapParts, 'clock' | 'randomness' | 'log'>,
): (() => Promise<LdapDirectory>) => {
  let loading: Promise<LdapDirectory> | undefined
  return () => {
    loading ??= import('./ldap-directory.ts').then(({ ldapDirectory }) => ldapDirectory(connection, settings, parts))
    return loading
  }
}

interface Opened {
  readonly guesses: Guessing
  readonly directory: () => Promise<LdapDirectory>
}

const verify = async (credentials: Credentials, { guesses, directory }: Opened): Promise<Profile | undefined> => {
  const { password, at } = credentials
  if (credentials.username.length > MOST_TYPED) return undefined
  const username = credentials.username.trim().normalize('NFC')
  // Before anything is counted or sent: none of these can be anybody's, and some would let a directory take us for nobody.
  if (!isSendable(username, MOST_NAME_BYTES) || !isSendable(password, MOST_PASSWORD_BYTES)) return undefined
  const counted = username.toLowerCase()
  await guesses.count(counted, credentials)
  let account: string | undefined
  const mayTry = (dn: string) => {
    account = dn.toLowerCase()
    return guesses.mayTry(account, at)
  }
  const { check } = await directory()
  const profile = await check({ username, password, at, mayTry }).catch(async (error: unknown) => {
    // It never came to the question whose password this is.
    if (account === undefined) await guesses.takeBack(counted, credentials)
    throw error
  })
  if (profile) await guesses.forgive(counted, credentials, account)
  return profile
}

const MOST_NAME_BYTES = 256
/** Longer than that however it is composed; to compose it would hold everybody else up. */
const MOST_TYPED = 3 * MOST_NAME_BYTES
const MOST_PASSWORD_BYTES = 1_024

/** Text that says something, of a length somebody could have typed, without what ends a text elsewhere. */
const isSendable = (text: string, mostBytes: number): boolean =>
  /[^\s\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u3164\uffa0\u2800]/u.test(text) &&
  !text.includes('\0') &&
  text.isWellFormed() &&
  Buffer.byteLength(text) <= mostBytes
