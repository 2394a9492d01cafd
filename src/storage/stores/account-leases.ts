import type { Storage } from '../storage.ts'
import type { AccountKey } from './account-intent.ts'

/** The columns of a lease nobody has. */
export const NOBODYS = { lease_owner: null, lease_until: null } as const

/** Who drives which account, for those who do not. */
export const accountLeases = ({ read, write }: Storage) => ({
  isWithOther: async ({ userId, target }: AccountKey, owner: string, at: number): Promise<boolean> => {
    const row = await read
      .selectFrom('accounts')
      .select('user_id')
      .where('user_id', '=', userId)
      .where('target', '=', target)
      .where('stage', 'not in', ['ready', 'stopped'])
      .where('lease_owner', '<>', owner)
      .where('lease_until', '>', at)
      .executeTakeFirst()
    return row !== undefined
  },
  /** Takes every account out of the hands of whoever drives it; for when they are known to be dead. */
  endLeases: async (): Promise<void> => {
    const isAnyLeased = await read.selectFrom('accounts').select('user_id').where('lease_owner', 'is not', null).limit(1).executeTakeFirst()
    if (!isAnyLeased) return
    await write((tx) =>
      tx
        .updateTable('accounts')
        .set((row) => ({ ...NOBODYS, lease_fence: row('lease_fence', '+', 1) }))
        .where('lease_owner', 'is not', null)
        .execute(),
    )
  },
})
