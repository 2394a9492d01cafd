import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'
import { keyOf } from './columns.ts'

interface Claim {
  readonly target: string
  readonly userPrincipalName: string
  readonly userId: UserId
}

/** Gives a name back under which nobody ever was. */
export const freeName = async (tx: Kysely<Schema>, { target, userPrincipalName, userId }: Claim): Promise<void> => {
  await tx
    .deleteFrom('principal_names')
    .where('target', '=', target)
    .where('name_key', '=', keyOf(userPrincipalName))
    .where('user_id', '=', userId)
    .execute()
}

/** Takes a name for good, within the unit; false when it is or ever was somebody else's. */
export const claimName = async (tx: Kysely<Schema>, { target, userPrincipalName, userId }: Claim): Promise<boolean> => {
  const key = { target, name_key: keyOf(userPrincipalName) }
  await tx
    .insertInto('principal_names')
    .values({ ...key, user_id: userId })
    .onConflict((conflict) => conflict.columns(['target', 'name_key']).doNothing())
    .execute()
  const owner = await tx
    .selectFrom('principal_names')
    .select('user_id')
    .where('target', '=', key.target)
    .where('name_key', '=', key.name_key)
    .executeTakeFirst()
  return owner?.user_id === userId
}
