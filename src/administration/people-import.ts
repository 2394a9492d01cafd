import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { usernameOf } from '#connections/database/database.ts'
import { issuerOf } from '#connections/oidc/social.ts'
import { TENANT } from '#connections/provider-row.ts'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Identity, LinkedIdentity } from '#kernel/person.ts'
import { providerOf, providerUserIdOf, publicIdOf } from '#kernel/provider.ts'
import type { ConnectionSettings, Settings, TargetSettings } from '#kernel/settings.ts'
import { type Line, linesOf } from '#management/auth0/users/lines.ts'
import { type PasswordLine, readPasswordLine } from '#management/auth0/users/password-line.ts'
import { type LineIdentity, type PersonLine, readPersonLine } from '#management/auth0/users/person-line.ts'
import type { Stores } from '#storage/open.ts'

/** What became of a file of people. */
export interface Tally {
  readonly added: number
  /** They were here, and something of theirs was not. */
  readonly completed: number
  readonly same: number
  /** All lines that came to nothing; of many, the first are listed. */
  readonly refused: number
  readonly problems: readonly { readonly line: number; readonly text: string }[]
}

interface Parts {
  readonly stores: Stores
  readonly clock: Clock
}

interface Way {
  /** The target their accounts lie in; the one of the account's domain, or the only one there is, when left out. */
  readonly target?: string
  readonly isDryRun: boolean
  /** Told how many lines are done, now and again. */
  readonly progress?: (lines: number) => void
}

const BATCH = 200
const MOST_LISTED = 1_000
const TOLD_EVERY = 10_000
const AUTHOR = 'import'

/** Brings people and their passwords from files of any size, a few hundred at a time. */
export const peopleImport = ({ stores, clock }: Parts) => ({
  /** Auth0's user export: one JSON object a line. */
  importPeople: async (file: string, { target, isDryRun, progress }: Way): Promise<Tally> => {
    const settings = await stores.settings.current()
    return eachBatch(file, {
      progress,
      read: (text) => foreignPerson(readPersonLine(text), { settings, at: clock.now(), ...(target && { target }) }),
      write: (people) =>
        isDryRun ? Promise.resolve(people.map(() => 'same' as const)) : stores.imports.bring(people, { at: clock.now(), by: AUTHOR }),
    })
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

type Outcome = 'added' | 'completed' | 'same' | { readonly conflict: string }

interface Work<T> {
  /** Throws a sentence. */
  readonly read: (text: string) => T
  readonly write: (all: readonly T[]) => Promise<readonly Outcome[]>
  readonly progress: Way['progress']
}

const eachBatch = async <T>(file: string, { read, write, progress }: Work<T>): Promise<Tally> => {
  const tally = counter()
  let batch: { readonly line: number; readonly value: T }[] = []
  const flush = async (): Promise<void> => {
    const outcomes = await write(batch.map(({ value }) => value))
    for (const [index, { line }] of batch.entries()) tally.count(line, outcomes[index] ?? 'same')
    batch = []
  }
  for await (const line of linesIn(file)) {
    const value = readOr(line, read)
    if ('conflict' in value) tally.count(line.number, value)
    else batch.push({ line: line.number, value: value.read })
    if (batch.length >= BATCH) await flush()
    if (line.number % TOLD_EVERY === 0) progress?.(line.number)
  }
  await flush()
  return tally.total()
}

const readOr = <T>({ text }: Line, read: (text: string) => T): { readonly read: T } | { readonly conflict: string } => {
  if (text === undefined) return { conflict: 'the line is longer than 1 MB' }
  try {
    return { read: read(text) }
  } catch (error) {
    return { conflict: error instanceof Error ? error.message : String(error) }
  }
}

/** The lines of a file, packed or not. Throws `settings_invalid` when it cannot be read to its end. */
async function* linesIn(file: string): AsyncGenerator<Line> {
  try {
    yield* linesOf(file.endsWith('.gz') ? unpacked(file) : createReadStream(file))
  } catch (error) {
    throw new UsherError('settings_invalid', {
      cause: error,
      detail: { file, problem: error instanceof Error ? error.message : String(error) },
    })
  }
}

const unpacked = (file: string): Readable => {
  const stream = createReadStream(file)
  const gunzip = createGunzip()
  stream.on('error', (error) => gunzip.destroy(error))
  return stream.pipe(gunzip)
}

const counter = () => {
  const counts = { added: 0, completed: 0, same: 0, refused: 0 }
  const problems: { readonly line: number; readonly text: string }[] = []
  return {
    count: (line: number, outcome: Outcome): void => {
      if (typeof outcome === 'string') counts[outcome] += 1
      else counts.refused += 1
      if (typeof outcome !== 'string' && problems.length < MOST_LISTED) problems.push({ line, text: outcome.conflict })
    },
    total: (): Tally => ({ ...counts, problems: problems.toSorted((one, other) => one.line - other.line) }),
  }
}

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
  return {
    ...person,
    identity: identityOf(connection, subject, line.root),
    connection,
    createdAt: line.createdAt ?? at,
    linked: linked.flatMap((one) => linkedIdentity(one, settings) ?? []),
    ...(account && { account: { ...account, ...placeOf(account.userPrincipalName, settings.targets, target) } }),
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
  const what = name === undefined ? `ids like ${publicId.split('|')[0]}|…` : name
  throw new Error(
    `the connection ${what} is not here${name !== undefined && connections.some((one) => one.name === name) ? ', or of another kind' : ''}`,
  )
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
