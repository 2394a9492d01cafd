import { usernameOf } from '#connections/database/database.ts'
import { issuerOf } from '#connections/oidc/social.ts'
import { TENANT } from '#connections/provider-row.ts'
import type { Clock } from '#kernel/clock.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Identity, LinkedIdentity } from '#kernel/person.ts'
import { providerOf, providerUserIdOf, publicIdOf } from '#kernel/provider.ts'
import type { ConnectionSettings, Settings, TargetSettings } from '#kernel/settings.ts'
import { type PasswordLine, readPasswordLine } from '#management/auth0/users/password-line.ts'
import { type LineIdentity, type PersonLine, readPersonLine } from '#management/auth0/users/person-line.ts'
import type { Stores } from '#storage/open.ts'
import { eachBatch, type Outcome, type Tally } from './import-tally.ts'

interface Parts {
  readonly stores: Stores
  readonly clock: Clock
}

/** The same, and what of the people came over with them. */
export interface PeopleTally extends Tally {
  /** People whose account the file tells. */
  readonly accounts: number
  /** Linked identities that nobody can come with, because their connection is not here or knows people otherwise. */
  readonly unlinked: number
}

interface Way {
  /** The target their accounts lie in; the one of the account's domain, or the only one there is, when left out. */
  readonly target?: string
  readonly isDryRun: boolean
  readonly progress?: (lines: number) => void
}

const AUTHOR = 'import'

/** Brings people and their passwords from files of any size, a few hundred at a time. */
export const peopleImport = ({ stores, clock }: Parts) => ({
  /** Auth0's user export: one JSON object a line. */
  importPeople: async (file: string, { target, isDryRun, progress }: Way): Promise<PeopleTally> => {
    const settings = await stores.settings.current()
    const seen = { accounts: 0, unlinked: 0 }
    const tally = await eachBatch(file, {
      progress,
      read: (text) => foreignPerson(readPersonLine(text), { settings, at: clock.now(), ...(target && { target }) }),
      write: async (all) => {
        const people = all.map(({ person }) => person)
        const outcomes: readonly Outcome[] = isDryRun
          ? people.map(() => 'same' as const)
          : await stores.imports.bring(people, { at: clock.now(), by: AUTHOR })
        for (const { person, unlinked } of all.filter((_one, index) => typeof outcomes[index] === 'string')) {
          if (person.account !== undefined) seen.accounts += 1
          seen.unlinked += unlinked
        }
        return outcomes
      },
    })
    return { ...tally, ...seen }
  },
  /** Auth0's export of password hashes: one JSON object a line. After the people, so that their names are known. */
  importPasswords: async (file: string, { isDryRun, progress }: Way): Promise<Tally> => {
    const settings = await stores.settings.current()
    return eachBatch(file, {
      progress,
      read: (text) => foreignPassword(readPasswordLine(text), settings),
      write: (all) => (isDryRun ? Promise.resolve(all.map(() => 'same' as const)) : stores.imports.bringPasswords(all, clock.now())),
    })
  },
})

interface Here {
  readonly settings: Settings
  readonly at: number
  readonly target?: string
}

const foreignPerson = (line: PersonLine, { settings, at, target }: Here) => {
  const connection = connectionOf(line, settings)
  const subject = line.publicId.slice(publicIdOf(connection, '').length)
  const strange = strangeness(connection, subject, line.root)
  if (strange !== undefined) throw new Error(strange)
  const { account, linked, connection: _name, username: _username, ...person } = line
  const known = linked.flatMap((one) => linkedIdentity(one, settings) ?? [])
  return {
    person: {
      ...person,
      identity: identityOf(connection, subject, line.root),
      connection,
      createdAt: line.createdAt ?? at,
      linked: known,
      ...(account && { account: { ...account, ...placeOf(account.userPrincipalName, settings.targets, target) } }),
    },
    unlinked: linked.length - known.length,
  }
}

/** The connection of that name, or the only one whose people have such ids. Throws a sentence. */
const connectionOf = (
  { publicId, connection: name }: Pick<PersonLine, 'publicId' | 'connection'>,
  { connections }: Settings,
): ConnectionSettings => {
  const possible = connections.filter((one) => publicId.startsWith(publicIdOf(one, '')))
  const named = possible.find((one) => one.name === name)
  if (named) return named
  const [only, another] = possible
  if (name === undefined && only && !another) return only
  throw new Error(absence(publicId, name, { possible: possible.length, isKnown: connections.some((one) => one.name === name) }))
}

const absence = (
  publicId: string,
  name: string | undefined,
  { possible, isKnown }: { readonly possible: number; readonly isKnown: boolean },
): string => {
  const ids = `ids like ${publicId.split('|')[0]}|…`
  if (name === undefined)
    return possible === 0
      ? `no connection with ${ids} is here`
      : `several connections have ${ids}, and the line does not say which (\`identities\`)`
  return isKnown ? `the connection ${name} is here of another kind` : `the connection ${name} is not here`
}

const identityOf = (connection: ConnectionSettings, subject: string, said: JsonObject): Identity => ({
  connection: connection.id,
  // Where one provider vouches for many tenants, people are those of theirs.
  issuer: issuerOf(connection).replace(TENANT, tenantIn(said) ?? ''),
  subject,
})

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const tenantIn = ({ tenantid: said }: JsonObject): string | undefined =>
  typeof said === 'string' && GUID.test(said.toLowerCase()) ? said.toLowerCase() : undefined

/** Why somebody could not come back as who they are. */
const strangeness = (connection: ConnectionSettings, subject: string, said: JsonObject): string | undefined => {
  if (connection.type === 'google-workspace' && subject.includes('@'))
    return 'their id is an address, and Google knows them by another; they are new at their first sign-in'
  return issuerOf(connection).includes(TENANT) && !tenantIn(said) ? 'the line does not say of which tenant they are (tenantid)' : undefined
}

/** Undefined for an identity nobody can come with: of a connection that is not here, or by an id that is not known there. */
const linkedIdentity = ({ connection: name, provider, userId, profile }: LineIdentity, settings: Settings): LinkedIdentity | undefined => {
  const connection = settings.connections.find((one) => one.name === name && providerOf(one).name === provider)
  if (!connection) return undefined
  const prefix = providerUserIdOf(connection, '')
  const subject = userId.startsWith(prefix) ? userId.slice(prefix.length) : userId
  if (strangeness(connection, subject, profile) !== undefined) return undefined
  return {
    identity: identityOf(connection, subject, profile),
    connectionName: connection.name,
    provider,
    providerUserId: providerUserIdOf(connection, subject),
    isSocial: providerOf(connection).isSocial,
    profileData: profile,
  }
}

/** Throws a sentence when it is open in which target an account lies. */
const placeOf = (userPrincipalName: string, targets: readonly TargetSettings[], chosen: string | undefined) => {
  const domain = userPrincipalName.slice(userPrincipalName.indexOf('@') + 1).toLowerCase()
  const [only, another] = targets
  const target =
    targets.find(({ name }) => name === chosen) ??
    targets.find((one) => one.domain === domain) ??
    (another === undefined ? only : undefined)
  if (!target) throw new Error(`it is open in which target ${userPrincipalName} lies; give --target`)
  return { target: target.name, usageLocation: target.usageLocation.default }
}

const foreignPassword = ({ connection: name, subject, username, email, ...line }: PasswordLine, settings: Settings) => {
  const connection = connectionOf({ publicId: `auth0|${subject}`, ...(name && { connection: name }) }, settings)
  const typed = email ?? username
  if (!typed) throw new Error('there is neither an address nor a user name to sign in with')
  return { ...line, connection: connection.id, subject, username: usernameOf(typed), ...(email && { email }) }
}
