import type { Subject } from '#kernel/account.ts'
import type { Identity, Profile, User, UserId } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { UsersTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag, keyOf, nameColumns, namesIn } from './columns.ts'
import { isOver, type UnderWay } from './ended-sign-ins.ts'
import { subjectOf } from './subject.ts'
import { isOfUser } from './whose.ts'

interface Parts {
  readonly storage: Storage
  readonly randomness: Randomness
}

export type Said = Pick<Profile, 'names' | 'email' | 'emailVerified'>

interface Standing {
  readonly user: User
  readonly subject?: Subject
  readonly unprovenTokenAt?: number
}

const USER_ID_BYTES = 16

/** How a user is found: by their own identity, by one that is linked to them, by their id. */
export const lookups = (storage: Storage) => ({
  byIdentity: storage.prepared((db, { connection, issuer, subject }: Identity) =>
    db.selectFrom('users').selectAll().where('connection', '=', connection).where('issuer', '=', issuer).where('subject', '=', subject),
  ),
  byLinked: storage.prepared((db, { connection, issuer, subject }: Identity) =>
    db
      .selectFrom('linked_identities')
      .innerJoin('users', 'users.id', 'linked_identities.user_id')
      .selectAll('users')
      .where('linked_identities.connection', '=', connection)
      .where('linked_identities.issuer', '=', issuer)
      .where('linked_identities.subject', '=', subject),
  ),
  standingOf: storage.prepared((db, { id, target }: { readonly id: UserId; readonly target: string }) =>
    db
      .selectFrom('users')
      .leftJoin('accounts', (join) => join.onRef('accounts.user_id', '=', 'users.id').on('accounts.target', '=', target))
      .selectAll('users')
      .select(['accounts.user_id', 'accounts.stage', 'accounts.immutable_id', 'accounts.principal_name', 'accounts.unproven_token_at'])
      .where('users.id', '=', id),
  ),
  theirs: storage.prepared((db, { id, connection, issuer, subject }: Identity & { readonly id: UserId }) =>
    db
      .selectFrom('users')
      .select('users.id')
      .where('users.id', '=', id)
      .where((one) => isOfUser(one, { connection, issuer, subject })),
  ),
})

/** Usher's lasting record of people. */
export const peopleStore = ({ storage, randomness }: Parts) => {
  const { byIdentity, byLinked, standingOf, theirs } = lookups(storage)
  return {
    /**
     * The user of this identity, be it their own or linked to them; who they are stays what their own identity says. Names
     * stay while none are said, because some say them once (Apple). An address does not: whoever lost it must not be let
     * in by it.
     */
    recognize: async (identity: Identity, said: Said, at: number): Promise<User> => {
      const columns = saidColumns(said)
      const known = await byIdentity.first(storage.read, identity)
      if (known && isAsSaid(known, columns)) return userIn(known)
      const linked = known ? undefined : await byLinked.first(storage.read, identity)
      if (linked) return userIn(linked)
      const id = randomness.bytes(USER_ID_BYTES).toString('hex')
      const row = await storage.write(async (tx) => {
        // Asked again where nobody can come in between: an identity is linked, or a user of its own, and never both.
        const owner = await byLinked.first(tx, identity)
        if (owner) return owner
        return keepUser(tx, { id, identity, said, at })
      })
      return userIn(row)
    },
    standing: async (id: UserId, target: string): Promise<Standing | undefined> => {
      const row = await standingOf.first(storage.read, { id, target })
      if (!row) return undefined
      const { user_id, stage, immutable_id, principal_name, unproven_token_at } = row
      if (user_id === null || stage === null || immutable_id === null || principal_name === null) return { user: userIn(row) }
      const subject = subjectOf({ user_id, stage, immutable_id, principal_name })
      return { user: userIn(row), ...(subject && { subject }), ...(unproven_token_at !== null && { unprovenTokenAt: unproven_token_at }) }
    },
    isTheirs: async (id: UserId, { connection, issuer, subject }: Identity): Promise<boolean> =>
      (await theirs.first(storage.read, { id, connection, issuer, subject })) !== undefined,
    isOver: (signIn: UnderWay): Promise<boolean> => isOver(storage.read, signIn),
    userOfPrincipal: async (target: string, userPrincipalName: string): Promise<UserId | undefined> => {
      const row = await storage.read
        .selectFrom('accounts')
        .select('user_id')
        .where('principal_name_key', '=', keyOf(userPrincipalName))
        .where('target', '=', target)
        .executeTakeFirst()
      return row?.user_id
    },
  }
}

type AddressColumns = Pick<UsersTable, 'email' | 'email_key' | 'email_verified'>
interface Keeping {
  /** Taken when there is no such user yet. */
  readonly id: UserId
  readonly identity: Identity
  readonly said: Said
  readonly at: number
}

/** The user whose own identity it is, made when there is none, as the connection just described them; within a unit. */
export const keepUser = (tx: Storage['read'], { id, identity, said, at }: Keeping): Promise<UsersTable> => {
  const { connection, issuer, subject } = identity
  const columns = saidColumns(said)
  return tx
    .insertInto('users')
    .values({ ...nameColumns(said.names), ...columns, id, connection, issuer, subject, blocked: 0, created_at: at })
    .onConflict((conflict) => conflict.columns(['connection', 'issuer', 'subject']).doUpdateSet(columns))
    .returningAll()
    .executeTakeFirstOrThrow()
}

type SaidColumns = AddressColumns & Partial<ReturnType<typeof nameColumns>>

/** Names are said together, or not at all. */
const saidColumns = ({ names, email, emailVerified }: Said): SaidColumns => ({
  ...(Object.values(names).some((name) => name !== undefined) && nameColumns(names)),
  email: email ?? null,
  email_key: email === undefined ? null : keyOf(email),
  email_verified: flag(email !== undefined && emailVerified),
})

const isAsSaid = (row: UsersTable, said: SaidColumns): boolean =>
  Object.entries(said).every(([column, value]) => Reflect.get(row, column) === value)

/** A user as the rest of Usher knows them. */
export const userIn = (row: Omit<UsersTable, 'email_key'>): User => ({
  id: row.id,
  identity: { connection: row.connection, issuer: row.issuer, subject: row.subject },
  names: namesIn(row),
  ...(row.email !== null && { email: row.email }),
  emailVerified: row.email_verified === 1,
  blocked: row.blocked === 1,
  createdAt: row.created_at,
})
