import type { LdapEntry } from './ldap-link.ts'
import type { LdapSettings } from './ldap-settings.ts'
import { textOf } from './ldap-values.ts'

/** What a person is looked for by. */
interface Wanted {
  readonly attributes: readonly string[]
  readonly value: string
}

/** By what somebody is looked for who typed this; `DOMAIN\user` means the account name, where that domain is this one. */
export const typedName = (typed: string, settings: LdapSettings): Wanted => {
  const ofWindows = typed.includes('\\') ? principalIn(typed, settings) : undefined
  return ofWindows === undefined
    ? { attributes: settings.usernameAttributes, value: typed }
    : { attributes: [settings.principalAttribute], value: ofWindows }
}

// Neither a service (`HTTP/host`), nor a name within a name (`alice\@elsewhere@REALM`).
const NAME = /^[^@/\\\p{Cc}]{1,64}$/u

/** The account's own name in `name@REALM` or `DOMAIN\name`; undefined when it is not of this directory. */
export const principalIn = (principal: string, { realm, domain }: LdapSettings): string | undefined => {
  const [, windowsDomain, windowsName] = /^([^\\@]+)\\([^\\@]+)$/.exec(principal) ?? []
  const [, kerberosName, kerberosRealm] = /^([^\\@]+)@([^\\@]+)$/.exec(principal) ?? []
  const isOurs = windowsName === undefined ? isSame(kerberosRealm, realm) : isSame(windowsDomain, domain)
  const name = windowsName ?? kerberosName
  return isOurs && name !== undefined && NAME.test(name) ? name : undefined
}

const isSame = (said: string | undefined, ours: string | undefined): boolean =>
  said !== undefined && ours !== undefined && said.toUpperCase() === ours

/** Whether an entry has exactly this name: directories find more than that (without accents, in any case). */
export const isOfPrincipal = (entry: LdapEntry, name: string, { kind, principalAttribute }: LdapSettings): boolean => {
  const own = textOf(entry, principalAttribute)
  // Kerberos tells Alice from alice; Active Directory does not.
  return kind === 'active-directory' ? own?.toLowerCase() === name.toLowerCase() : own === name
}
