import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { AccountAliasesTable, Schema } from '../schema.ts'
import { keyOf } from './columns.ts'

export type AliasKind = AccountAliasesTable['kind']

/** A value is somebody else's, so nothing of the unit may stay. */
export class Taken extends Error {
  readonly kind: AliasKind

  constructor(kind: AliasKind) {
    super(kind)
    this.kind = kind
  }
}

/** Whose alias the value is; undefined when it is nobody's. */
export const holderOf = async (
  db: Kysely<Schema>,
  { target, kind, value }: { readonly target: string; readonly kind: AliasKind; readonly value: string },
): Promise<UserId | undefined> => {
  const row = await db
    .selectFrom('account_aliases')
    .select('user_id')
    .where('target', '=', target)
    .where('kind', '=', kind)
    .where('value_key', '=', keyOf(value))
    .executeTakeFirst()
  return row?.user_id
}

export const isAlias = async (
  db: Kysely<Schema>,
  { userId, ...alias }: { readonly userId: UserId; readonly target: string; readonly kind: AliasKind; readonly value: string },
): Promise<boolean> => (await holderOf(db, alias)) === userId
