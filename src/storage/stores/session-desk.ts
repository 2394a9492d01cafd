import type { ExpressionBuilder } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { Ending, KeptSession, SessionPlace, Whose } from '#kernel/session.ts'
import type { Schema, SessionsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { endSignIns } from './ended-sign-ins.ts'
import { type EventRow, eventIn, firstIdAt } from './events.ts'
import { sessionIn } from './sessions.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface Asked {
  readonly at: number
  readonly limit: number
  /** Of one user; of everybody when left out. */
  readonly user?: UserId
  /** The last one of the page before. */
  readonly after?: SessionPlace
}

type Read = Storage['read']

/** Says what it is, and keeps an id from looking like an option of a command. */
const PREFIX = 'ses_'

/** Sessions as an administrator sees them, and ends them. */
export const sessionDesk = ({ storage: { read, write }, eventRow }: Parts) => ({
  /** Those that have not expired, the one that lasts longest first. */
  list: async ({ at, limit, user, after }: Asked): Promise<readonly KeptSession[]> => {
    const rows = await read
      .selectFrom('sessions')
      .selectAll()
      .where('expires_at', '>', at)
      .$if(user !== undefined, (query) => query.where('user_id', '=', user ?? ''))
      .$if(after !== undefined, (query) => query.where((one) => isBehind(one, after ?? { id: '', expiresAt: 0 })))
      .orderBy('expires_at', 'desc')
      .orderBy('id_hash')
      .limit(limit)
      .execute()
    return Promise.all(rows.map((row) => kept(read, row)))
  },
  /**
   * Ends sessions and, as blocking does, for good what came by them: sign-ins under way, and what a hop through a relying
   * party left. A sign-in does not say which session answered it, so all of their user's end. How many sessions there were;
   * undefined when there is no such session or user.
   */
  end: (whose: Whose, { by, reference, at }: Ending): Promise<number | undefined> =>
    write(async (tx) => {
      const ended = await deleted(tx, whose)
      if (!ended) return undefined
      const { sessions, user, connection } = ended
      await endSignIns(tx, user === undefined ? 'everybody' : { user }, at)
      const event = eventRow({
        type: 'sessions_ended',
        at,
        reference,
        ...(user !== undefined && { user }),
        ...(connection !== undefined && { connection }),
        facts: { by, sessions, ...ended.facts },
      })
      await tx.insertInto('events').values(event).execute()
      return sessions
    }),
})

const isBehind = (one: ExpressionBuilder<Schema, 'sessions'>, { id, expiresAt }: SessionPlace) =>
  one.or([one('expires_at', '<', expiresAt), one.and([one('expires_at', '=', expiresAt), one('id_hash', '>', hashIn(id))])])

const hashIn = (id: string): string => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '')

interface Deleted {
  readonly sessions: number
  readonly user?: UserId
  readonly connection?: string
  readonly facts?: Readonly<Record<string, string>>
}

const deleted = async (tx: Read, whose: Whose): Promise<Deleted | undefined> => {
  const rows = tx.deleteFrom('sessions')
  if (whose === 'everybody') {
    const { numDeletedRows } = await rows.executeTakeFirstOrThrow()
    return { sessions: Number(numDeletedRows), facts: { whose } }
  }
  if ('user' in whose) {
    const { user } = whose
    const known = await tx.selectFrom('users').select('id').where('id', '=', user).executeTakeFirst()
    if (!known) return undefined
    const { numDeletedRows } = await rows.where('user_id', '=', user).executeTakeFirstOrThrow()
    return { sessions: Number(numDeletedRows), user, facts: { whose: 'user' } }
  }
  const row = await rows.where('id_hash', '=', hashIn(whose.session)).returningAll().executeTakeFirst()
  if (!row) return undefined
  return { sessions: 1, user: row.user_id, connection: row.connection, facts: { whose: 'session', began: row.reference } }
}

/** With what its latest token says. Tokens name no session: it is the one by which its person proved who they are just then. */
const kept = async (read: Read, row: SessionsTable): Promise<KeptSession> => {
  const { identity: _, ...session } = sessionIn(row, PREFIX + row.id_hash)
  const found = await read
    .selectFrom('events')
    .selectAll()
    .where('user_id', '=', row.user_id)
    .where('id', '>=', firstIdAt(row.created_at))
    .where('type', '=', 'token_issued')
    .where('connection', '=', row.connection)
    .where('facts_json', 'like', `%"authenticatedAt":${row.authenticated_at},%`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const token = found && eventIn(found)
  const address = token?.facts?.['ip']
  return { ...session, lastSeenAt: token?.at ?? row.created_at, ...(typeof address === 'string' && { address }) }
}
