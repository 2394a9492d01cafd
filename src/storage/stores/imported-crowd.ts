import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import { providerOf } from '#kernel/provider.ts'
import type { AccountsTable, LinkedIdentitiesTable, PrincipalNamesTable, Schema, UserRecordsTable, UsersTable } from '../schema.ts'
import { overrule } from './alias-holders.ts'
import { flag, keyOf } from './columns.ts'
import { accountRow, isSameAccount } from './imported-accounts.ts'
import { type ForeignPerson, isRemembered, userRow } from './imported-rows.ts'

type Db = Kysely<Schema>

/** What is here already of a few hundred people, read at once. */
export interface Known {
  readonly users: ReadonlyMap<string, UserId>
  readonly records: ReadonlyMap<UserId, UserRecordsTable>
  readonly accounts: ReadonlyMap<string, AccountsTable>
  /** Keys of identities, public ids, user principal names and immutable IDs that somebody has. */
  readonly taken: ReadonlySet<string>
}

const identityKey = ({ connection, issuer, subject }: Pick<UsersTable, 'connection' | 'issuer' | 'subject'>): string =>
  JSON.stringify([connection, issuer, subject])

/** Everything of a person that nobody else may have. */
const keysOf = ({ identity, publicId, account }: ForeignPerson): readonly string[] => [
  `identity ${identityKey(identity)}`,
  `id ${publicId}`,
  ...(account
    ? [`name ${account.target} ${keyOf(account.userPrincipalName)}`, `immutable ${account.target} ${keyOf(account.immutableId)}`]
    : []),
]

export const knownOf = async (tx: Db, people: readonly ForeignPerson[]): Promise<Known> => {
  const subjects = people.map(({ identity }) => identity.subject)
  const connections = distinct(people.map(({ identity }) => identity.connection))
  const targets = distinct(people.flatMap(({ account }) => (account ? [account.target] : [])))
  const names = people.flatMap(({ account }) => (account ? [keyOf(account.userPrincipalName)] : []))
  const immutableIds = people.flatMap(({ account }) => (account ? [keyOf(account.immutableId)] : []))
  const users = await tx
    .selectFrom('users')
    .select(['id', 'connection', 'issuer', 'subject'])
    .where('connection', 'in', connections)
    .where('subject', 'in', subjects)
    .execute()
  const linked = await tx
    .selectFrom('linked_identities')
    .selectAll()
    .where('connection', 'in', connections)
    .where('subject', 'in', subjects)
    .execute()
  const ids = [...users.map(({ id }) => id), '']
  const publicIds = people.map(({ publicId }) => publicId)
  const records = await tx
    .selectFrom('user_records')
    .selectAll()
    .where((row) => row.or([row('public_id', 'in', publicIds), row('user_id', 'in', ids)]))
    .execute()
  const held = await tx
    .selectFrom('principal_names')
    .selectAll()
    .where('target', 'in', [...targets, ''])
    .where('name_key', 'in', [...names, ''])
    .execute()
  const accounts = await tx
    .selectFrom('accounts')
    .selectAll()
    .where((row) => row.or([row('immutable_id_key', 'in', [...immutableIds, '']), row('user_id', 'in', ids)]))
    .execute()
  return {
    users: new Map(users.map((row) => [identityKey(row), row.id])),
    records: new Map(records.map((row) => [row.user_id, row])),
    accounts: new Map(accounts.map((row) => [`${row.user_id} ${row.target}`, row])),
    taken: new Set(takenBy({ users, linked, records, held, accounts })),
  }
}

const distinct = (all: readonly string[]): readonly string[] => [...new Set(all)]

interface Rows {
  readonly users: readonly Pick<UsersTable, 'connection' | 'issuer' | 'subject'>[]
  readonly linked: readonly LinkedIdentitiesTable[]
  readonly records: readonly UserRecordsTable[]
  readonly held: readonly PrincipalNamesTable[]
  readonly accounts: readonly AccountsTable[]
}

const takenBy = ({ users, linked, records, held, accounts }: Rows): readonly string[] => [
  ...[...users, ...linked].map((row) => `identity ${identityKey(row)}`),
  ...records.map((row) => `id ${row.public_id}`),
  ...held.map((row) => `name ${row.target} ${row.name_key}`),
  ...accounts.map((row) => `immutable ${row.target} ${row.immutable_id_key}`),
]

/** Nothing of theirs is here, neither theirs nor anybody's; and nobody else of the same crowd wants any of it. */
export const freshAmong = (people: readonly ForeignPerson[], { taken }: Known): ReadonlySet<ForeignPerson> => {
  const wanted = new Map<string, number>()
  for (const key of people.flatMap(keysOf)) wanted.set(key, (wanted.get(key) ?? 0) + 1)
  const isFree = (key: string): boolean => !taken.has(key) && wanted.get(key) === 1
  return new Set(people.filter((person) => person.linked.length === 0 && keysOf(person).every(isFree)))
}

/** Everything they bring is here, and theirs. */
export const isHere = (person: ForeignPerson, { users, records, accounts }: Known): boolean => {
  const { identity, account, linked } = person
  const userId = users.get(identityKey(identity))
  const record = userId === undefined ? undefined : records.get(userId)
  if (!record || linked.length > 0 || record.public_id !== person.publicId || !isRemembered(record, person)) return false
  const own = account && accounts.get(`${userId} ${account.target}`)
  return account === undefined || (own !== undefined && isSameAccount(own, account))
}

interface Arriving {
  readonly person: ForeignPerson
  readonly id: UserId
}

/** Writes people of whom nothing is here, a table at a time. */
export const addAll = async (tx: Db, all: readonly Arriving[], { at, by }: { readonly at: number; readonly by: string }): Promise<void> => {
  if (all.length === 0) return
  await tx
    .insertInto('users')
    .values(all.map(({ person, id }) => userRow(person, id)))
    .execute()
  await tx
    .insertInto('user_records')
    .values(all.map(({ person, id }) => recordRow(person, id, at)))
    .execute()
  const owners = all.flatMap(({ person: { account }, id }) => (account ? [{ account, userId: id, at, by }] : []))
  if (owners.length === 0) return
  const names = owners.map(({ account, userId }) => ({
    target: account.target,
    name_key: keyOf(account.userPrincipalName),
    user_id: userId,
  }))
  await overrule(
    tx,
    owners.map(({ account }) => account),
  )
  await tx.insertInto('principal_names').values(names).execute()
  await tx
    .insertInto('accounts')
    .values(owners.map(({ account, ...owner }) => accountRow(account, owner)))
    .execute()
}

const recordRow = (person: ForeignPerson, id: UserId, at: number): UserRecordsTable => {
  const { name, isSocial } = providerOf(person.connection)
  return {
    user_id: id,
    public_id: person.publicId,
    root_json: JSON.stringify(person.root),
    app_metadata_json: JSON.stringify(person.appMetadata),
    user_metadata_json: JSON.stringify(person.userMetadata),
    connection_name: person.connection.name,
    provider: name,
    provider_user_id: person.publicId.slice(person.publicId.indexOf('|') + 1),
    is_social: flag(isSocial),
    logins_count: person.loginsCount,
    last_login_at: person.lastLoginAt ?? null,
    last_ip: person.lastIp ?? null,
    updated_at: at,
  }
}
