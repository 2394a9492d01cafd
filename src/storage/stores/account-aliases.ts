import type { Kysely } from 'kysely'
import type { UserId } from '#kernel/person.ts'
import type { AccountAliasesTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { type AccountKey, ofKey } from './account-intent.ts'
import { type AliasKind, forget, holderOf, isAlias, Taken } from './alias-holders.ts'
import { keyOf } from './columns.ts'
import type { EventRow } from './events.ts'
import { ownerOf } from './principal-names.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

/** What a rule asked for in place of the row's own values. */
interface Asked extends AccountKey {
  readonly userPrincipalName: string
  readonly immutableId: string
  readonly reference: string
  readonly at: number
}

/** The latest of each kind that one account keeps: what is forgotten is anybody's again. */
const MOST_ALIASES = 100

/** Names a rule wanted for somebody who has others already: known again as that person's, and nobody else's. */
export const aliasStore = ({ storage: { read, write }, eventRow }: Parts) => ({
  /**
   * Keeps both values as aliases of the person's row, where they are not its own. False, nothing kept and
   * `subject_mismatch` in the audit, when one is or ever was another row's or an alias of it, or there is no row.
   */
  add: async (asked: Asked): Promise<boolean> => {
    const { userId: user, reference, at } = asked
    try {
      await write((tx) => added(tx, asked))
      return true
    } catch (error) {
      if (!(error instanceof Taken)) throw error
      const event = eventRow({ type: 'subject_mismatch', at, reference, user, facts: { value: error.kind, reason: 'taken' } })
      await write((tx) => tx.insertInto('events').values(event).execute())
      return false
    }
  },
  /** Whether a rule asked for this value for the person before; whatever its case. */
  isOf: (userId: UserId, target: string, kind: AliasKind, value: string): Promise<boolean> =>
    isAlias(read, { userId, target, kind, value }),
})

const added = async (tx: Kysely<Schema>, asked: Asked): Promise<void> => {
  const row = await ofKey(tx, asked)
  if (!row) throw new Taken('user_principal_name')
  const { userId, target, userPrincipalName, immutableId, at } = asked
  if (keyOf(userPrincipalName) !== row.principal_name_key) {
    // Nobody was ever called so: the name is not taken for good, but for as long as it is remembered.
    if (((await ownerOf(tx, { target, userPrincipalName })) ?? userId) !== userId) throw new Taken('user_principal_name')
    await keep(tx, { target, kind: 'user_principal_name', value_key: keyOf(userPrincipalName), user_id: userId, added_at: at })
  }
  if (keyOf(immutableId) === row.immutable_id_key) return
  if (await isAnothersId(tx, { userId, target, immutableId })) throw new Taken('immutable_id')
  await keep(tx, { target, kind: 'immutable_id', value_key: keyOf(immutableId), user_id: userId, added_at: at })
}

const keep = async (tx: Kysely<Schema>, alias: AccountAliasesTable): Promise<void> => {
  await tx
    .insertInto('account_aliases')
    .values(alias)
    .onConflict((conflict) => conflict.columns(['target', 'kind', 'value_key']).doNothing())
    .execute()
  const { target, kind, user_id, value_key } = alias
  const owner = await holderOf(tx, { target, kind, value: value_key })
  if (owner !== user_id) throw new Taken(kind)
  await forgetOldest(tx, alias)
}

const isAnothersId = async (
  tx: Kysely<Schema>,
  { userId, target, immutableId }: AccountKey & { readonly immutableId: string },
): Promise<boolean> => {
  const holder = await tx
    .selectFrom('accounts')
    .select('user_id')
    .where('immutable_id_key', '=', keyOf(immutableId))
    .where('target', '=', target)
    .executeTakeFirst()
  return holder !== undefined && holder.user_id !== userId
}

/** A rule that never remembers what it asked for asks anew at every sign-in. */
const forgetOldest = async (tx: Kysely<Schema>, { target, kind, user_id }: AccountAliasesTable): Promise<void> => {
  const kept = await tx
    .selectFrom('account_aliases')
    .select('value_key')
    .where('user_id', '=', user_id)
    .where('target', '=', target)
    .where('kind', '=', kind)
    .orderBy('added_at', 'desc')
    .offset(MOST_ALIASES)
    .limit(MOST_ALIASES)
    .execute()
  if (kept.length === 0) return
  await forget(tx, { target, kind, keys: kept.map(({ value_key }) => value_key) })
}
