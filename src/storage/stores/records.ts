import type { ConnectionId, Identity, User, UserId, UserRecord } from '#kernel/person.ts'
import type { JsonObject } from '#kernel/json.ts'
import { providerOf } from '#kernel/provider.ts'
import type { ConnectionSettings, Settings } from '#kernel/settings.ts'
import type { Storage } from '../storage.ts'
import { keyOf } from './columns.ts'
import { type Heard, heardRoot } from './heard-root.ts'
import { makeRecord, type NamedConnection, rootFrom } from './record-making.ts'
import { jsonIn, recordIn, recordOf, recordRows } from './record-rows.ts'
import { foundIds, type RecordSearch } from './record-search.ts'

interface Parts {
  readonly storage: Storage
  /** For people of an earlier version, whose connection's name nobody wrote down. */
  readonly settings: { readonly current: () => Promise<Settings> }
}

interface SignedIn extends Heard {
  readonly user: User
  /** Which of the user's identities it was; their own when left out. */
  readonly identity?: Identity
  readonly connection: NamedConnection
  readonly ip: string
  readonly at: number
}

/** What is remembered about users. Somebody from an earlier version gets a record when they are first asked for. */
export const recordStore = ({ storage, settings }: Parts) => {
  const rowsOf = storage.prepared((db, { id }: { readonly id: UserId }) =>
    recordRows(db).where('users.id', '=', id).orderBy('linked_identities.linked_at'),
  )
  const find = async (userId: UserId): Promise<UserRecord | undefined> => {
    const rows = await rowsOf.all(storage.read, { id: userId })
    return rows.length === 0 ? undefined : (recordIn(rows) ?? made(userId))
  }
  const made = async (userId: UserId): Promise<UserRecord | undefined> => {
    const { connections } = await settings.current()
    return storage.write(async (tx) => {
      const user = await tx.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()
      if (!user) return undefined
      const connection = connectionOf(connections, user.connection)
      await makeRecord(tx, user, { connection, root: rootFrom(user), at: user.created_at })
      return recordOf(tx, userId)
    })
  }
  const kept = async (publicId: string): Promise<UserId | undefined> => {
    const row = await storage.read.selectFrom('user_records').select('user_id').where('public_id', '=', publicId).executeTakeFirst()
    return row?.user_id
  }
  const findAll = async (ids: readonly UserId[]): Promise<readonly UserRecord[]> => {
    const found = await Promise.all(ids.map(find))
    return found.filter((one) => one !== undefined)
  }
  return {
    find,
    /** Exactly this id, in this spelling. */
    byPublicId: async (publicId: string): Promise<UserRecord | undefined> => {
      const known = await kept(publicId)
      if (known !== undefined) return find(known)
      const { connections } = await settings.current()
      await findAll(await idsWithoutRecord(storage.read, publicId, connections))
      const after = await kept(publicId)
      return after === undefined ? undefined : find(after)
    },
    /** Whatever the case of the address. */
    byEmail: async (email: string): Promise<readonly UserRecord[]> => {
      const rows = await storage.read
        .selectFrom('users')
        .select('id')
        .where('email_key', '=', keyOf(email))
        .orderBy('id')
        .limit(100)
        .execute()
      return findAll(rows.map(({ id }) => id))
    },
    search: async (asked: RecordSearch): Promise<{ readonly records: readonly UserRecord[]; readonly total: number }> => {
      const { ids, total } = await foundIds(storage.read, asked, (await settings.current()).connections)
      return { records: await findAll(ids), total }
    },
    /** Remembers what a connection just said at an interactive sign-in, and counts it. */
    signedIn: (entry: SignedIn): Promise<UserRecord> => storage.write((tx) => signedIn(tx, entry)),
  }
}

type Db = Storage['read']

const signedIn = async (tx: Db, { user, identity = user.identity, connection, ip, at, ...heard }: SignedIn): Promise<UserRecord> => {
  const isOwn = isSame(identity, user.identity)
  const owner = { id: user.id, subject: user.identity.subject }
  const root = isOwn ? await ownRoot(tx, owner, { connection, at, heard }) : undefined
  if (!isOwn) await heardFrom(tx, identity, heard)
  await tx
    .updateTable('user_records')
    .set((row) => ({
      ...(root && { root_json: JSON.stringify(root) }),
      logins_count: row('logins_count', '+', 1),
      last_login_at: at,
      last_ip: ip,
      updated_at: at,
    }))
    .where('user_id', '=', user.id)
    .execute()
  const record = await recordOf(tx, user.id)
  if (!record) throw new Error('a user signed in who has no record')
  return record
}

const isSame = (one: Identity, other: Identity): boolean =>
  one.connection === other.connection && one.issuer === other.issuer && one.subject === other.subject

interface Hearing {
  readonly connection: NamedConnection
  readonly at: number
  readonly heard: Heard
}

const ownRoot = async (tx: Db, owner: Parameters<typeof makeRecord>[1], { connection, at, heard }: Hearing): Promise<JsonObject> => {
  const row = await makeRecord(tx, owner, { connection, root: heardRoot({}, heard), at })
  return heardRoot(jsonIn(row.root_json), heard)
}

const heardFrom = async (tx: Db, { connection, issuer, subject }: Identity, heard: Heard): Promise<void> => {
  const row = await tx
    .selectFrom('linked_identities')
    .select('profile_json')
    .where('connection', '=', connection)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  await tx
    .updateTable('linked_identities')
    .set({ profile_json: JSON.stringify(heardRoot(jsonIn(row?.profile_json ?? '{}'), heard)) })
    .where('connection', '=', connection)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
}

const connectionOf = (connections: readonly ConnectionSettings[], id: ConnectionId): NamedConnection =>
  connections.find((one) => one.id === id) ?? { name: id, type: 'unknown' }

/** Users without a record who may be called so. */
const idsWithoutRecord = async (db: Db, publicId: string, connections: readonly ConnectionSettings[]): Promise<readonly UserId[]> => {
  const wanted = connections.flatMap((one) => subjectsIn(publicId, one).map((subject) => ({ connection: one.id, subject })))
  const ids: UserId[] = []
  for (const { connection, subject } of wanted) {
    const rows = await db
      .selectFrom('users')
      .leftJoin('user_records', 'user_records.user_id', 'users.id')
      .select('users.id')
      .where('users.connection', '=', connection)
      .where('users.subject', '=', subject)
      .where('user_records.user_id', 'is', null)
      .execute()
    ids.push(...rows.map(({ id }) => id))
  }
  return ids
}

/** The subjects a public id may stand for at this connection, in its short form and in the longer one. */
const subjectsIn = (publicId: string, connection: ConnectionSettings): readonly string[] => {
  const provider = providerOf(connection)
  const starts = [`${provider.name}|${connection.name}|`, ...(provider.hasConnectionInId ? [] : [`${provider.name}|`])]
  return starts.filter((start) => publicId.startsWith(start)).map((start) => publicId.slice(start.length))
}
