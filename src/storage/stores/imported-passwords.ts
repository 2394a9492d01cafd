import type { Kysely } from 'kysely'
import type { JsonObject } from '#kernel/json.ts'
import type { ConnectionId } from '#kernel/person.ts'
import type { PasswordsTable, Schema, UsersTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag } from './columns.ts'
import type { Brought } from './imported-people.ts'

/** A password hash as another identity provider kept it. */
export interface ForeignPassword {
  readonly connection: ConnectionId
  readonly subject: string
  /** Lower case, as typed at sign-in. */
  readonly username: string
  /** Encoded, of a kind the connection can check. */
  readonly hash: string
  readonly email?: string
  readonly emailVerified: boolean
}

type Db = Kysely<Schema>

/** Password hashes from elsewhere. One that somebody has here already is never overwritten. */
export const importedPasswords = ({ write }: Pick<Storage, 'write'>) => ({
  /** A few hundred at a time, all in one unit. Names and what else is known come from people brought before. */
  bringPasswords: (all: readonly ForeignPassword[], at: number): Promise<readonly Brought[]> =>
    write(async (tx) => {
      const done: Brought[] = []
      for (const one of all) done.push(await bringOne(tx, one, at))
      return done
    }),
})

const bringOne = async (tx: Db, one: ForeignPassword, at: number): Promise<Brought> => {
  const { connection, subject, username } = one
  const holders = await tx
    .selectFrom('passwords')
    .select(['subject', 'username'])
    .where('connection', '=', connection)
    .where((row) => row.or([row('subject', '=', subject), row('username', '=', username)]))
    .execute()
  if (holders.some((row) => row.subject === subject)) return 'same'
  if (holders.length > 0) return { conflict: 'somebody else here signs in with this name' }
  const known = await knownAs(tx, connection, subject)
  await tx
    .insertInto('passwords')
    .values(rowOf(one, known, at))
    .execute()
  return 'added'
}

type Known =
  | (Pick<UsersTable, 'given_name' | 'family_name' | 'display_name' | 'email' | 'email_verified'> & { readonly root_json: string | null })
  | undefined

const knownAs = (tx: Db, connection: ConnectionId, subject: string): Promise<Known> =>
  tx
    .selectFrom('users')
    .leftJoin('user_records', 'user_records.user_id', 'users.id')
    .select([
      'users.given_name',
      'users.family_name',
      'users.display_name',
      'users.email',
      'users.email_verified',
      'user_records.root_json',
    ])
    .where('users.connection', '=', connection)
    .where('users.subject', '=', subject)
    .executeTakeFirst()

const rowOf = (one: ForeignPassword, known: Known, at: number): PasswordsTable => ({
  connection: one.connection,
  subject: one.subject,
  username: one.username,
  password_hash: one.hash,
  given_name: known?.given_name ?? null,
  family_name: known?.family_name ?? null,
  display_name: known?.display_name ?? null,
  email: known?.email ?? one.email ?? null,
  email_verified: known && known.email !== null ? known.email_verified : flag(one.emailVerified),
  attributes_json: JSON.stringify(attributesIn(JSON.parse(known?.root_json ?? '{}'))),
  created_at: at,
})

const KEPT_APART = new Set(['email', 'email_verified', 'name', 'given_name', 'family_name'])

/** What the connection says about them at every sign-in besides names and address: nickname, picture, and what was their own. */
const attributesIn = (root: JsonObject): JsonObject => Object.fromEntries(Object.entries(root).filter(([name]) => !KEPT_APART.has(name)))
