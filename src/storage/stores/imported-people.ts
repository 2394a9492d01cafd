import type { Kysely } from 'kysely'
import type { JsonObject } from '#kernel/json.ts'
import type { DirectorySubject, Identity, LinkedIdentity, Names, UserId } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Schema, UserRecordsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag, keyOf, nameColumns } from './columns.ts'
import type { EventRow } from './events.ts'
import { bringAccount, type ForeignAccount, conflictOf } from './imported-accounts.ts'
import { makeRecord, type NamedConnection } from './record-making.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly randomness: Randomness
}

/** A person as another identity provider knew them. */
export interface ForeignPerson {
  readonly identity: Identity
  readonly connection: NamedConnection
  /** Kept for good. */
  readonly publicId: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly blocked: boolean
  readonly root: JsonObject
  readonly appMetadata: JsonObject
  readonly userMetadata: JsonObject
  readonly createdAt: number
  readonly lastLoginAt?: number
  readonly lastIp?: string
  readonly loginsCount: number
  readonly account?: DirectorySubject & ForeignAccount
  readonly linked: readonly LinkedIdentity[]
}

/** What became of them: `same` when everything was here already. A conflict leaves everything as it was. */
export type Brought = 'added' | 'completed' | 'same' | { readonly conflict: string }

const USER_ID_BYTES = 16

type Db = Kysely<Schema>

/** People who come from elsewhere with their ids, metadata and accounts. Nothing that is here is ever overwritten. */
export const importedPeople = ({ storage, eventRow, randomness }: Parts) => ({
  /** A few hundred at a time, all in one unit. */
  bring: async (people: readonly ForeignPerson[], how: { readonly at: number; readonly by: string }): Promise<readonly Brought[]> => {
    const ids = people.map(() => randomness.bytes(USER_ID_BYTES).toString('hex'))
    return storage.write(async (tx) => {
      const all: Brought[] = []
      for (const [index, person] of people.entries()) all.push(await bringOne(tx, person, { ...how, id: ids[index] ?? '', eventRow }))
      return all
    })
  },
})

interface Way {
  readonly id: UserId
  readonly at: number
  readonly by: string
  readonly eventRow: EventRow
}

const bringOne = async (tx: Db, person: ForeignPerson, way: Way): Promise<Brought> => {
  const known = await userOf(tx, person.identity)
  const conflict = await clash(tx, person, known)
  if (conflict !== undefined) return { conflict }
  const userId = known ?? way.id
  if (known === undefined) await addUser(tx, person, userId)
  const isCompleted = await fillRecord(tx, person, { ...way, id: userId })
  const isLinked = await addLinked(tx, person, { ...way, id: userId })
  const hasAccount = person.account !== undefined && (await bringAccount(tx, person.account, { ...way, userId }))
  if (known !== undefined && !isCompleted && !isLinked && !hasAccount) return 'same'
  const event = { type: 'user_imported', at: way.at, reference: way.by, user: userId, facts: { by: way.by } } as const
  await tx.insertInto('events').values(way.eventRow(event)).execute()
  return known === undefined ? 'added' : 'completed'
}

const userOf = async (tx: Db, { connection, issuer, subject }: Identity): Promise<UserId | undefined> => {
  const row = await tx
    .selectFrom('users')
    .select('id')
    .where('connection', '=', connection)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.id
}

/** Why they cannot be brought, found before anything is written. */
const clash = async (tx: Db, person: ForeignPerson, known: UserId | undefined): Promise<string | undefined> => {
  const { identity, publicId, account } = person
  const linked = await tx
    .selectFrom('linked_identities')
    .select('user_id')
    .where('connection', '=', identity.connection)
    .where('issuer', '=', identity.issuer)
    .where('subject', '=', identity.subject)
    .executeTakeFirst()
  if (linked !== undefined) return 'they are an identity of somebody else here'
  const holder = await tx.selectFrom('user_records').select('user_id').where('public_id', '=', publicId).executeTakeFirst()
  if (holder !== undefined && holder.user_id !== known) return 'somebody else here has this user_id'
  return account && conflictOf(tx, account, known)
}

const addUser = async (tx: Db, person: ForeignPerson, id: UserId): Promise<void> => {
  const { identity, names, email, emailVerified, blocked, createdAt } = person
  await tx
    .insertInto('users')
    .values({
      ...nameColumns(names),
      ...identity,
      id,
      email: email ?? null,
      email_key: email === undefined ? null : keyOf(email),
      email_verified: flag(emailVerified),
      blocked: flag(blocked),
      created_at: createdAt,
    })
    .execute()
}

/** The record, made or filled up: what somebody has here already goes before what they bring. True when that changed it. */
const fillRecord = async (tx: Db, person: ForeignPerson, { id, at }: Way): Promise<boolean> => {
  const before = await tx.selectFrom('user_records').selectAll().where('user_id', '=', id).executeTakeFirst()
  const { connection, root, identity } = person
  const row = before ?? (await makeRecord(tx, { id, subject: identity.subject }, { connection, root, at }))
  const filled = filledUp(row, person, before === undefined)
  const isChanged = Object.entries(filled).some(([column, value]) => Reflect.get(row, column) !== value)
  if (isChanged)
    await tx
      .updateTable('user_records')
      .set({ ...filled, updated_at: at })
      .where('user_id', '=', id)
      .execute()
  return isChanged || before === undefined
}

const filledUp = (row: UserRecordsTable, person: ForeignPerson, isNew: boolean): Partial<UserRecordsTable> => ({
  app_metadata_json: under(row.app_metadata_json, person.appMetadata),
  user_metadata_json: under(row.user_metadata_json, person.userMetadata),
  ...(isNew && {
    public_id: person.publicId,
    provider_user_id: person.publicId.slice(person.publicId.indexOf('|') + 1),
    logins_count: person.loginsCount,
    last_login_at: person.lastLoginAt ?? null,
    last_ip: person.lastIp ?? null,
  }),
})

const under = (json: string, brought: JsonObject): string => {
  const kept: JsonObject = JSON.parse(json)
  return Object.keys(brought).every((key) => Object.hasOwn(kept, key)) ? json : JSON.stringify({ ...brought, ...kept })
}

/** Identities that are nobody's yet. */
const addLinked = async (tx: Db, { linked }: ForeignPerson, { id, at }: Way): Promise<boolean> => {
  let isChanged = false
  for (const one of linked) {
    if ((await userOf(tx, one.identity)) !== undefined) continue
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('linked_identities')
      .values({
        ...one.identity,
        user_id: id,
        profile_json: JSON.stringify(one.profileData ?? {}),
        connection_name: one.connectionName,
        provider: one.provider,
        provider_user_id: one.providerUserId,
        is_social: flag(one.isSocial),
        linked_at: at,
      })
      .onConflict((conflict) => conflict.columns(['connection', 'issuer', 'subject']).doNothing())
      .executeTakeFirstOrThrow()
    isChanged ||= numInsertedOrUpdatedRows === 1n
  }
  return isChanged
}
