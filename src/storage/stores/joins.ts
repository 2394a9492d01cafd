import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import { comparableAddress } from '#kernel/linking.ts'
import type { ConnectionId, Identity, User, UserId } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Ended } from '#kernel/transaction.ts'
import type { Schema, UsersTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { hashOf, keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { linkUsers, separate } from './links.ts'
import { keepUser, lookups, type Said, userIn } from './people.ts'
import { makeRecord, type NamedConnection, rootFrom } from './record-making.ts'
import { consume } from './transactions.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly randomness: Randomness
}

/** Somebody as a connection just described them. */
interface Arriving {
  readonly identity: Identity
  readonly said: Said
  readonly connection: NamedConnection
  /** The same by Auth0's names. */
  readonly root: JsonObject
  readonly reference: string
  readonly at: number
}

interface ByAddress extends Arriving {
  /** An address they have for sure, as addresses are compared. */
  readonly address: string
  /** Connections whose people may get another identity. */
  readonly among: readonly (NamedConnection & { readonly id: ConnectionId })[]
}

interface Claim extends Arriving {
  readonly primary: UserId
  /** The session, by id, in which they ask for it. */
  readonly session: string
  /** The sign-in that proved it; it counts once. */
  readonly ends: Ended
}

interface Leaving {
  readonly primary: UserId
  /** The session, by id, in which they ask for it. */
  readonly session: string
  readonly identity: Identity
  readonly reference: string
  readonly at: number
}

/** What came of somebody's address; `apart` when another user has it who must stay another. */
type Found = { readonly user: User; readonly how: 'joined' | 'apart' | 'same' }

type Db = Kysely<Schema>

const USER_ID_BYTES = 16

/** Identities that become one user's, because of an address or because the person shows both. */
export const joinStore = ({ storage, eventRow, randomness }: Parts) => {
  const { byIdentity, byLinked } = lookups(storage)
  const newId = () => randomness.bytes(USER_ID_BYTES).toString('hex')

  const join = async (tx: Db, arriving: Arriving, who: { readonly primary: UserId; readonly by: string; readonly id: UserId }) => {
    const { primary, by, id } = who
    const { identity, connection, root, at, reference } = arriving
    const secondary = await keepUser(tx, { ...arriving, id })
    await makeRecord(tx, { id: secondary.id, subject: identity.subject }, { connection, root, at })
    await linkUsers(tx, { primary, secondary: secondary.id, by, at, reference }, eventRow)
  }

  const settle = async (tx: Db, arriving: ByAddress, id: UserId): Promise<Found> => {
    const known = await byIdentity.first(tx, arriving.identity)
    const host = await hostOf(tx, arriving, known)
    if (known || !host) return { user: userIn(await keepUser(tx, { ...arriving, id })), how: host ? 'apart' : 'same' }
    await rememberHost(tx, host, arriving)
    await join(tx, arriving, { primary: host.id, by: 'verified address', id })
    return { user: userIn(host), how: 'joined' }
  }

  return {
    /**
     * The user of this identity. Somebody who was never here is an identity of the one user who has the address already,
     * when nothing speaks against it, and else a user of their own; all in one unit, so that two who arrive at once are one.
     */
    recognizeByAddress: (arriving: ByAddress): Promise<Found> => {
      const id = newId()
      return storage.write(async (tx) => {
        const linked = await byLinked.first(tx, arriving.identity)
        return linked ? { user: userIn(linked), how: 'same' } : settle(tx, arriving, id)
      })
    },
    /**
     * Makes an identity that was proven one of the primary user's, and ends the sign-in that proved it, in one unit; false
     * when that had ended already. Throws `account_conflict` when it is theirs or somebody else's already, or its own user has
     * an account, other identities or is blocked; `link_interrupted` when they are not signed in any more.
     */
    claim: ({ primary, session, ends, ...arriving }: Claim): Promise<boolean> => {
      const id = newId()
      return storage.write(async (tx) => {
        if (!(await consume(tx, ends))) return false
        if (!(await isTheirs(tx, session, { primary, at: arriving.at }))) throw interrupted(primary)
        if (await isFixed(tx, primary)) throw conflict(primary, 'primary')
        await assertAlone(tx, arriving.identity, primary)
        await join(tx, arriving, { primary, by: 'the person', id })
        return true
      })
    },
    /** The identity is a user of its own again; false when the primary one has no such. Sessions that came through it end. */
    leave: ({ primary, session, identity, reference, at }: Leaving): Promise<boolean> => {
      const id = newId()
      return storage.write(async (tx) => {
        if (!(await isTheirs(tx, session, { primary, at }))) return false
        return separate(tx, { primary, identity, by: 'the person', reference, at, id }, eventRow)
      })
    },
  }
}

/** Whether a session is there still: what it came by may be removed in another browser at this very moment. */
const isTheirs = async (tx: Db, session: string, { primary, at }: { readonly primary: UserId; readonly at: number }): Promise<boolean> => {
  const found = tx.selectFrom('sessions').select('user_id').where('id_hash', '=', hashOf(session)).where('expires_at', '>', at)
  return (await found.executeTakeFirst())?.user_id === primary
}

/** It is linked to nobody and nothing to it: nobody is given more ways in than the page showed that asked them. */
const assertAlone = async (tx: Db, { connection, issuer, subject }: Identity, primary: UserId): Promise<void> => {
  const linked = tx.selectFrom('linked_identities').select('linked_identities.user_id')
  const itself = linked.where('connection', '=', connection).where('issuer', '=', issuer).where('subject', '=', subject)
  if (await itself.executeTakeFirst()) throw conflict(primary, 'linked')
  const others = linked
    .innerJoin('users', 'users.id', 'linked_identities.user_id')
    .where('users.connection', '=', connection)
    .where('users.issuer', '=', issuer)
    .where('users.subject', '=', subject)
  const found = await others.executeTakeFirst()
  if (found) throw conflict(found.user_id, 'others')
}

const interrupted = (user: UserId) => new UsherError('link_interrupted', { detail: { user, reason: 'session' } })
const conflict = (user: UserId, reason: string) => new UsherError('account_conflict', { detail: { user, reason } })

/** Blocked, or a directory's own: nothing may be added to them. */
const isFixed = async (tx: Db, user: UserId): Promise<boolean> => {
  const row = await tx.selectFrom('users').select('blocked').where('id', '=', user).executeTakeFirst()
  return row?.blocked !== 0 || (await isOfDirectory(tx, user))
}

const isOfDirectory = async (tx: Db, user: UserId): Promise<boolean> => {
  const account = tx.selectFrom('accounts').select('target').where('user_id', '=', user).where('origin', '=', 'directory')
  return (await account.limit(1).executeTakeFirst()) !== undefined
}

/** The one user besides who has the address, verified, and nobody could have prepared for somebody else to come. */
const hostOf = async (tx: Db, { address, among }: ByAddress, known: UsersTable | undefined): Promise<UsersTable | undefined> => {
  const alike = await tx.selectFrom('users').selectAll().where('email_key', '=', keyOf(address)).execute()
  const others = alike.filter(({ id, email }) => id !== known?.id && email !== null && comparableAddress(email) === address)
  const [only, another] = others
  if (!only || another || only.email_verified !== 1 || !among.some((one) => one.id === only.connection)) return undefined
  const isClosed = (await hasPassword(tx, only)) || (await isOfDirectory(tx, only.id))
  return isClosed ? undefined : only
}

/** They may have arrived a moment ago, and have no record yet. */
const rememberHost = async (tx: Db, host: UsersTable, { among, at }: ByAddress): Promise<void> => {
  const connection = among.find((one) => one.id === host.connection)
  if (connection) await makeRecord(tx, host, { connection, root: rootFrom(host), at })
}

/** With a password kept here. Nobody wrote down whether it was set before the address was verified, so all may have been. */
const hasPassword = async (tx: Db, { id, connection, subject }: UsersTable): Promise<boolean> => {
  const linked = await tx.selectFrom('linked_identities').select(['connection', 'subject']).where('user_id', '=', id).execute()
  for (const one of [{ connection, subject }, ...linked]) {
    const row = tx.selectFrom('passwords').select('username').where('connection', '=', one.connection).where('subject', '=', one.subject)
    if (await row.executeTakeFirst()) return true
  }
  return false
}
