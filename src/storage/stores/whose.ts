import type { ExpressionBuilder, Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Identity, UserId } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'

/** Of a row of `users`: whether this identity is its own or linked to it. */
export const isOfUser = (one: ExpressionBuilder<Schema, 'users'>, { connection, issuer, subject }: Identity) =>
  one.or([
    one.and([one('users.connection', '=', connection), one('users.issuer', '=', issuer), one('users.subject', '=', subject)]),
    one(
      'users.id',
      '=',
      one
        .selectFrom('linked_identities')
        .select('linked_identities.user_id')
        .where('linked_identities.connection', '=', connection)
        .where('linked_identities.issuer', '=', issuer)
        .where('linked_identities.subject', '=', subject),
    ),
  ])

/** Why somebody gets in no more by an identity they had proven; within a unit that wrote nothing for them. */
export const refusalOf = async (tx: Kysely<Schema>, user: UserId, { connection }: Pick<Identity, 'connection'>): Promise<UsherError> => {
  const row = await tx.selectFrom('users').select('blocked').where('id', '=', user).executeTakeFirst()
  return new UsherError(row?.blocked === 1 ? 'user_blocked' : 'identity_removed', { detail: { user, connection } })
}
