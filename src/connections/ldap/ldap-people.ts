import { AndFilter, EqualityFilter, ExtensibleFilter, type Filter, NotFilter, OrFilter } from 'ldapts'
import { UsherError } from '#kernel/errors.ts'
import { accountAttributes } from './ldap-account.ts'
import type { LdapEntry } from './ldap-link.ts'
import { profileAttributes } from './ldap-profile.ts'
import type { LdapServers } from './ldap-servers.ts'
import type { LdapSettings } from './ldap-settings.ts'
import { isInParts, textOf } from './ldap-values.ts'

/** How deep groups in groups are followed, and how many there may be. */
const DEEPEST_GROUPS = 8
const MOST_GROUPS = 500

/** [MS-ADTS] §3.1.1.3.4.4.3: follows a chain of groups on the server. */
const IN_CHAIN = '1.2.840.113556.1.4.1941'

/** Values go into filters as octets (RFC 4511 §4.5.1.7): there is no text they could break out of. */
const equals = (attribute: string, value: string): Filter => new EqualityFilter({ attribute, value: Buffer.from(value) })

const peopleOf = ({ kind, objectClass }: LdapSettings, who: Filter): Filter => {
  const kinds = [equals('objectClass', objectClass)]
  // Computers are users too, there.
  const others = kind === 'active-directory' ? [new NotFilter({ filter: equals('objectClass', 'computer') })] : []
  return new AndFilter({ filters: [...kinds, ...others, who] })
}

/** Who has this value in one of these attributes; undefined when nobody has, or several. Throws `LdapFailure`. */
export const findPerson = async (
  servers: LdapServers,
  settings: LdapSettings,
  { attributes, value }: { readonly attributes: readonly string[]; readonly value: string },
): Promise<LdapEntry | undefined> => {
  const all = await servers.search({
    base: settings.base,
    scope: 'sub',
    filter: peopleOf(settings, new OrFilter({ filters: attributes.map((attribute) => equals(attribute, value)) })),
    attributes: [...new Set([...profileAttributes(settings), ...accountAttributes[settings.kind]])],
  })
  const [person] = all
  return all.length === 1 && person && person.dn.trim() !== '' ? person : undefined
}

/** The names of the groups somebody is in, in no order. Throws `LdapFailure`, and `profile_incomplete` when there are too many. */
export const groupsOf = async (servers: LdapServers, settings: LdapSettings, person: LdapEntry): Promise<readonly string[]> => {
  switch (settings.groups) {
    case 'none':
      return []
    case 'memberOf':
      return bounded(namesIn(person))
    case 'nested':
      return bounded(
        settings.kind === 'active-directory' ? await inChain(servers, settings, person) : await climb(servers, settings, person),
      )
  }
}

const bounded = (names: readonly string[]): readonly string[] => {
  if (names.length > MOST_GROUPS) throw tooMany()
  return [...new Set(names)]
}

// Rules decide by groups: half of them is worse than none.
const tooMany = () => new UsherError('profile_incomplete', { detail: { attribute: 'groups' } })

const namesIn = (person: LdapEntry): readonly string[] => {
  // Active Directory does so with more than 1,500.
  if (isInParts(person, 'memberOf')) throw tooMany()
  return (person.values.get('memberof') ?? []).flatMap((octets) => firstName(octets.toString('utf8')) ?? [])
}

/** The first value of a distinguished name, unescaped (RFC 4514 §2.4). */
export const firstName = (dn: string): string | undefined => {
  const [, escaped] = /^[A-Za-z][A-Za-z0-9.-]*=((?:\\.|[^\\,+])*)(?=[,+]|$)/su.exec(dn) ?? []
  if (!escaped) return undefined
  return escaped.replace(
    /(?:\\[0-9a-fA-F]{2})+|\\(.)/gsu,
    (run, character?: string) => character ?? Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8'),
  )
}

const groupsWith = (servers: LdapServers, { groupBase }: LdapSettings, filter: Filter) =>
  servers.search({ base: groupBase, scope: 'sub', filter, attributes: ['cn'] })

const nameOf = (group: LdapEntry): readonly string[] => {
  const name = textOf(group, 'cn') ?? firstName(group.dn)
  return name === undefined ? [] : [name]
}

const inChain = async (servers: LdapServers, settings: LdapSettings, { dn }: LdapEntry): Promise<readonly string[]> => {
  const isMember = new ExtensibleFilter({ matchType: 'member', rule: IN_CHAIN, value: dn })
  const filter = new AndFilter({ filters: [equals('objectClass', 'group'), isMember] })
  return (await groupsWith(servers, settings, filter)).flatMap(nameOf)
}

/** Level by level, each group once, so that a circle of groups ends. */
const climb = async (servers: LdapServers, settings: LdapSettings, { dn }: LdapEntry): Promise<readonly string[]> => {
  const found = new Map<string, LdapEntry>()
  let level: readonly string[] = [dn]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= DEEPEST_GROUPS || found.size > MOST_GROUPS) throw tooMany()
    const isMember = level.flatMap((member) => [equals('member', member), equals('uniqueMember', member)])
    const groups = await groupsWith(servers, settings, new OrFilter({ filters: isMember }))
    const fresh = groups.filter((group) => !found.has(group.dn.toLowerCase()))
    for (const group of fresh) found.set(group.dn.toLowerCase(), group)
    level = fresh.map((group) => group.dn)
  }
  return [...found.values()].flatMap(nameOf)
}
