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

interface Brought {
  readonly target: string
  readonly userPrincipalName: string
  readonly immutableId: string
}

/** Names of people who have an account elsewhere go before what a rule once asked for on behalf of somebody else. */
export const overrule = async (tx: Kysely<Schema>, brought: readonly Brought[]): Promise<void> => {
  for (const target of new Set(brought.map((one) => one.target))) {
    const there = brought.filter((one) => one.target === target)
    const names = there.map(({ userPrincipalName }) => keyOf(userPrincipalName))
    const ids = there.map(({ immutableId }) => keyOf(immutableId))
    await forget(tx, { target, kind: 'user_principal_name', keys: names })
    await forget(tx, { target, kind: 'immutable_id', keys: ids })
  }
}

/** Of whoever has them. */
export const forget = async (
  tx: Kysely<Schema>,
  { target, kind, keys }: { readonly target: string; readonly kind: AliasKind; readonly keys: readonly string[] },
): Promise<void> => {
  await tx.deleteFrom('account_aliases').where('target', '=', target).where('kind', '=', kind).where('value_key', 'in', keys).execute()
}
