import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'
import { holderOf } from './alias-holders.ts'
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

/**
 * Takes a name for good, within the unit; false when it is or ever was somebody else's, or a rule asked for it on behalf of
 * somebody else and that is remembered.
 */
export const claimName = async (tx: Kysely<Schema>, { target, userPrincipalName, userId }: Claim): Promise<boolean> => {
  const asked = await holderOf(tx, { target, kind: 'user_principal_name', value: userPrincipalName })
  if (asked !== undefined && asked !== userId) return false
  await tx
    .insertInto('principal_names')
    .values({ target, name_key: keyOf(userPrincipalName), user_id: userId })
    .onConflict((conflict) => conflict.columns(['target', 'name_key']).doNothing())
    .execute()
  return (await ownerOf(tx, { target, userPrincipalName })) === userId
}

/** Whose name it is or ever was; undefined when nobody was called so. */
export const ownerOf = async (
  db: Kysely<Schema>,
  { target, userPrincipalName }: Pick<Claim, 'target' | 'userPrincipalName'>,
): Promise<UserId | undefined> => {
  const owner = await db
    .selectFrom('principal_names')
    .select('user_id')
    .where('target', '=', target)
    .where('name_key', '=', keyOf(userPrincipalName))
    .executeTakeFirst()
  return owner?.user_id
}
