import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Method, Profile } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { gate } from '../gate.ts'
import { type AccountFailure, accountRefusal, isLocked, refusalIn, tellsAll } from './ldap-account.ts'
import { bindAs } from './ldap-bind.ts'
import { LdapFailure } from './ldap-failure.ts'
import type { LdapEntry } from './ldap-link.ts'
import { findPerson, groupsOf } from './ldap-people.ts'
import { isOfPrincipal, principalIn, typedName } from './ldap-names.ts'
import { ldapProfile } from './ldap-profile.ts'
import { type LdapServers, ldapServers } from './ldap-servers.ts'
import type { LdapSettings } from './ldap-settings.ts'

export interface DirectoryParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

/** Who is said to be there, by a name that is a fact of the directory's own domain. */
export interface DirectoryPeople {
  /**
   * Whose Kerberos principal (`alice@AD.EXAMPLE.COM`) or Windows name (`EXAMPLE\alice`) this is: the same profile a
   * password would give, with the method `windows`. The caller has proved that somebody is who the name says, and says
   * when (`at`, milliseconds since the epoch); this is the directory's word on whether the account may be used.
   * Undefined for a name of another realm or domain than the settings', and for one nobody or more than one has.
   * Throws `account_disabled`, `account_locked`, `account_expired`, `password_expired`, `profile_incomplete`,
   * `connection_unavailable`, `too_many_requests`.
   */
  readonly findByPrincipal: (principal: string, at: number) => Promise<Profile | undefined>
}

export interface PasswordTry {
  readonly username: string
  readonly password: string
  readonly at: number
  /** Asked before the directory is: false when this person's password was tried too often, under whatever name. */
  readonly mayTry: (account: string) => Promise<boolean>
}

export interface LdapDirectory extends DirectoryPeople {
  /** Undefined when the credentials are wrong. Throws as `findByPrincipal` does. */
  readonly check: (attempt: PasswordTry) => Promise<Profile | undefined>
}

/** So many people at once, and so many more who wait: a directory that hangs holds nobody else up. */
const AT_ONCE = { running: 32, waiting: 200 } as const

/** Loaded with the first person who needs it, library and all. */
export const ldapDirectory = (connection: ConnectionSettings, settings: LdapSettings, parts: DirectoryParts): LdapDirectory => {
  const servers = ldapServers({ ...parts, name: connection.name, settings })
  const enter = gate(AT_ONCE)
  const asked = <Result>(work: () => Promise<Result>): Promise<Result> => enter(work).catch(failingAs(connection.name))
  const opened: Opened = { connection, settings, servers, parts }
  return {
    check: (attempt) => asked(() => checkPassword(opened, attempt)),
    findByPrincipal: (principal, at) => asked(() => findPrincipal(opened, principal, at)),
  }
}

interface Opened {
  readonly connection: ConnectionSettings
  readonly settings: LdapSettings
  readonly servers: LdapServers
  readonly parts: DirectoryParts
}

const failingAs =
  (connection: string) =>
  (error: unknown): never => {
    if (!(error instanceof LdapFailure)) throw error
    throw new UsherError('connection_unavailable', { cause: error, detail: { connection, reason: error.reason } })
  }

const NOBODY_BYTES = 12

const checkPassword = async (opened: Opened, { username, password, at, mayTry }: PasswordTry): Promise<Profile | undefined> => {
  const { settings, servers, parts } = opened
  const found = await findPerson(servers, settings, typedName(username, settings))
  const nobody = `cn=${parts.randomness.bytes(NOBODY_BYTES).toString('hex')},${settings.base}`
  const person = (await mayTry(found?.dn ?? nobody)) ? found : undefined
  // Somebody is asked for in any case, so that a name that does not exist takes the same time.
  const outcome = await bindAs(servers, person?.dn ?? nobody, password)
  if (!person) return undefined
  const refusal = refusalIn(outcome, settings.kind)
  if (refusal) throw refused(opened, refusal)
  return outcome.isRight ? profileOf(opened, person, { at, method: 'password' }) : undefined
}

const findPrincipal = async (opened: Opened, principal: string, at: number): Promise<Profile | undefined> => {
  const { settings, servers } = opened
  const value = principalIn(principal, settings)
  if (value === undefined) return undefined
  const person = await findPerson(servers, settings, { attributes: [settings.principalAttribute], value })
  if (!person || !isOfPrincipal(person, value, settings)) return undefined
  // The directory was asked for no password, so that it could not refuse one.
  if (isLocked(person)) throw refused(opened, 'account_locked')
  if (!tellsAll(person, settings.kind)) throw refused(opened, 'profile_incomplete')
  return profileOf(opened, person, { at, method: 'windows' })
}

/** Of somebody who proved who they are. */
const profileOf = async (
  opened: Opened,
  person: LdapEntry,
  { at, method }: { readonly at: number; readonly method: Method },
): Promise<Profile> => {
  const { connection, settings, servers } = opened
  const refusal = accountRefusal(person, settings.kind, at)
  if (refusal) throw refused(opened, refusal)
  const groups = await groupsOf(servers, settings, person)
  return ldapProfile(person, settings, { issuer: connection.id, at, method, groups })
}

const refused = ({ connection }: Opened, code: AccountFailure): UsherError =>
  new UsherError(code, { detail: { connection: connection.name } })
