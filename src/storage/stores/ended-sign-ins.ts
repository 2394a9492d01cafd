import type { Kysely } from 'kysely'
import { ONE_HOUR_MS } from '#kernel/clock.ts'
import type { ConnectionId, UserId } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'

/** Whose sign-ins end, or by which connection they came. */
type About = { readonly user: UserId } | { readonly connection: ConnectionId } | 'everybody'

/** A sign-in under way, and when it began. */
export interface UnderWay {
  readonly user: UserId
  readonly connection: ConnectionId
  readonly since: number
}

const keyOf = (about: About): string => {
  if (about === 'everybody') return about
  return 'user' in about ? `user ${about.user}` : `connection ${about.connection}`
}

/** Ends the sign-ins that are under way now, within a unit: they go on no more, whatever is undone later. */
export const endSignIns = async (tx: Kysely<Schema>, about: About, at: number): Promise<void> => {
  // None lives longer than its half hour.
  const columns = { at, expires_at: at + ONE_HOUR_MS }
  await tx
    .insertInto('ended_sign_ins')
    .values({ about: keyOf(about), ...columns })
    // A clock that is behind brings nothing back to life that was ended by another.
    .onConflict((conflict) => conflict.column('about').doUpdateSet(columns).where('ended_sign_ins.at', '<', at))
    .execute()
}

/** Whether it was ended meanwhile. Who is blocked at this moment is told that instead. */
export const isOver = async (db: Kysely<Schema>, { user, connection, since }: UnderWay): Promise<boolean> => {
  const ended = db
    .selectFrom('ended_sign_ins')
    .select('about')
    .where('about', 'in', [keyOf({ user }), keyOf({ connection }), keyOf('everybody')])
  const blocked = db.selectFrom('users').select('id').where('id', '=', user).where('blocked', '=', 1)
  return (
    (await ended
      .where('at', '>', since)
      .where((one) => one.not(one.exists(blocked)))
      .limit(1)
      .executeTakeFirst()) !== undefined
  )
}
