import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'
import { keyOf } from './columns.ts'

interface Claim {
  readonly target: string
  readonly userPrincipalName: string
  readonly userId: UserId
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
