import type { Storage } from '../storage.ts'
import { hashOf } from './columns.ts'

/** How often a password was tried, by the hash of whose. A window begins with its first try. */
export const passwordTries = ({ write }: Storage) => ({
  /** False, and nothing counted, when the window has its `tries` already. */
  countTry: async (key: string, limit: { readonly tries: number; readonly windowMs: number }, at: number): Promise<boolean> => {
    if (limit.tries < 1) return false
    const expires_at = at + limit.windowMs
    const counted = await write((tx) =>
      tx
        .insertInto('password_tries')
        .values({ key_hash: hashOf(key), tries: 1, expires_at })
        .onConflict((conflict) =>
          conflict
            .column('key_hash')
            .doUpdateSet((row) => ({
              tries: row
                .case()
                .when('password_tries.expires_at', '<=', at)
                .then(1)
                .else(row('password_tries.tries', '+', 1))
                .end(),
              expires_at: row
                .case()
                .when('password_tries.expires_at', '<=', at)
                .then(expires_at)
                .else(row.ref('password_tries.expires_at'))
                .end(),
            }))
            .where((row) => row.or([row('password_tries.expires_at', '<=', at), row('password_tries.tries', '<', limit.tries)])),
        )
        .returning('tries')
        .executeTakeFirst(),
    )
    return counted !== undefined
  },
  /** Takes back one try that was not a wrong one; never below none. */
  takeBackTry: async (key: string): Promise<void> => {
    await write((tx) =>
      tx
        .updateTable('password_tries')
        .set((row) => ({ tries: row('tries', '-', 1) }))
        .where('key_hash', '=', hashOf(key))
        .where('tries', '>', 0)
        .execute(),
    )
  },
  /** The password was right. */
  forgetTries: async (key: string): Promise<void> => {
    await write((tx) => tx.deleteFrom('password_tries').where('key_hash', '=', hashOf(key)).execute())
  },
})
