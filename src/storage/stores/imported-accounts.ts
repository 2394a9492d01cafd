import type { Kysely } from 'kysely'
import type { DirectorySubject, UserId } from '#kernel/person.ts'
import type { AccountsTable, Schema } from '../schema.ts'
import { ofKey } from './account-intent.ts'
import { overrule } from './alias-holders.ts'
import { keyOf } from './columns.ts'
import { claimName } from './principal-names.ts'

/** Where an account that somebody has already lies. */
export interface ForeignAccount {
  readonly target: string
  /** Two letters, for a license it may still need. */
  readonly usageLocation: string
}

type Brought = DirectorySubject & ForeignAccount
type Db = Kysely<Schema>

/** Why this account cannot be this person's; undefined when it can, or is. */
export const conflictOf = async (tx: Db, account: Brought, userId: UserId | undefined): Promise<string | undefined> => {
  const { target, immutableId, userPrincipalName } = account
  const own = userId && (await ofKey(tx, { userId, target }))
  if (own) return isSameAccount(own, account) ? undefined : 'they have another account here'
  const name = await tx
    .selectFrom('principal_names')
    .select('user_id')
    .where('target', '=', target)
    .where('name_key', '=', keyOf(userPrincipalName))
    .executeTakeFirst()
  if (name !== undefined && name.user_id !== userId) return `${userPrincipalName} is or was somebody else’s`
  const holder = await tx
    .selectFrom('accounts')
    .select('user_id')
    .where('target', '=', target)
    .where('immutable_id_key', '=', keyOf(immutableId))
    .executeTakeFirst()
  return holder === undefined ? undefined : 'the immutable ID of their account is somebody else’s here'
}

export const isSameAccount = (row: AccountsTable, { immutableId, userPrincipalName }: Brought): boolean =>
  row.immutable_id === immutableId && row.principal_name_key === keyOf(userPrincipalName)

interface Owner {
  readonly userId: UserId
  readonly at: number
  readonly by: string
}

/** The row of an account that somebody brings. */
export const accountRow = ({ target, immutableId, userPrincipalName, usageLocation }: Brought, { userId, at, by }: Owner) => ({
  user_id: userId,
  target,
  origin: 'imported' as const,
  stage: 'intent' as const,
  immutable_id: immutableId,
  immutable_id_key: keyOf(immutableId),
  principal_name: userPrincipalName,
  principal_name_key: keyOf(userPrincipalName),
  usage_location: usageLocation,
  attempts: 0,
  next_attempt_at: at,
  // It worked elsewhere: when it is found deleted, somebody decided that.
  ready_at: at,
  version: 1,
  reference: by,
  created_at: at,
  lease_fence: 0,
})

/** Writes the account's row unless it is there; false when it was. Nobody asks the directory for it before its person comes. */
export const bringAccount = async (tx: Db, account: Brought, owner: Owner): Promise<boolean> => {
  const { userId } = owner
  const { target, userPrincipalName } = account
  if (await ofKey(tx, { userId, target })) return false
  await overrule(tx, [account])
  await claimName(tx, { target, userPrincipalName, userId })
  await tx.insertInto('accounts').values(accountRow(account, owner)).execute()
  return true
}
