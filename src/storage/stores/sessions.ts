import { UsherError } from '#kernel/errors.ts'
import type { Session } from '#kernel/session.ts'
import type { SessionsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { hashOf } from './columns.ts'
import { isOver } from './ended-sign-ins.ts'
import type { EventRow } from './events.ts'
import { isOfUser, refusalOf } from './whose.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

/** Browsers that are remembered, by the hash of what their cookie says. */
export const sessionStore = ({ storage, eventRow }: Parts) => {
  const byHash = storage.prepared((db, { hash, at }: { readonly hash: string; readonly at: number }) =>
    db.selectFrom('sessions').selectAll().where('id_hash', '=', hash).where('expires_at', '>', at),
  )
  return {
    find: async (id: string, at: number): Promise<Session | undefined> => {
      const row = await byHash.first(storage.read, { hash: hashOf(id), at })
      return row && sessionIn(row, id)
    },
    start: (session: Session, reference: string): Promise<void> => {
      const { user, connection, createdAt: at } = session
      const event = eventRow({ type: 'session_started', at, reference, user, connection })
      return storage.write(async (tx) => {
        await assertTheirs(tx, session)
        await tx.insertInto('sessions').values(sessionRow(session, reference)).execute()
        await tx.insertInto('events').values(event).execute()
      })
    },
    end: (id: string, at: number): Promise<void> =>
      storage.write(async (tx) => {
        const row = await tx.deleteFrom('sessions').where('id_hash', '=', hashOf(id)).returningAll().executeTakeFirst()
        if (!row) return
        const { user_id: user, connection, reference } = row
        await tx
          .insertInto('events')
          .values(eventRow({ type: 'session_ended', at, reference, user, connection }))
          .execute()
      }),
  }
}

/** A way that was removed meanwhile opens nothing any more, however far its sign-in had come. */
const assertTheirs = async (tx: Storage['read'], { user, connection, identity, createdAt }: Session): Promise<void> => {
  const them = tx.selectFrom('users').select('users.id').where('users.id', '=', user).where('users.blocked', '=', 0)
  const found = identity ? them.where((one) => isOfUser(one, { ...identity, connection })) : them
  if (!(await found.executeTakeFirst())) throw await refusalOf(tx, user, { connection })
  // Nor does what was ended while this one was on its way.
  if (await isOver(tx, { user, connection, since: createdAt })) throw new UsherError('transaction_expired', { detail: { user } })
}

const sessionRow = (session: Session, reference: string): SessionsTable => ({
  id_hash: hashOf(session.id),
  user_id: session.user,
  connection: session.connection,
  issuer: session.identity?.issuer ?? null,
  subject: session.identity?.subject ?? null,
  authenticated_at: session.authentication.at,
  method: session.authentication.method,
  second_factor_at: session.authentication.secondFactor?.at ?? null,
  created_at: session.createdAt,
  expires_at: session.expiresAt,
  reference,
})

export const sessionIn = (row: SessionsTable, id: string): Session => ({
  id,
  user: row.user_id,
  connection: row.connection,
  ...(row.issuer !== null &&
    row.subject !== null && { identity: { connection: row.connection, issuer: row.issuer, subject: row.subject } }),
  authentication: {
    at: row.authenticated_at,
    method: row.method,
    ...(row.second_factor_at !== null && { secondFactor: { at: row.second_factor_at } }),
  },
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})
