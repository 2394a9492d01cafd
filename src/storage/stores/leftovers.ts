import type { Storage } from '../storage.ts'

/** Rows nobody needs any more. Each kind is a unit of its own, so that no sign-in waits behind all of them. */
export const leftoverStore = ({ write }: Storage) => ({
  /** Deletes at most `limit` expired rows of each kind; how many there were. */
  deleteExpired: async (at: number, limit: number): Promise<number> => {
    const units: readonly (() => Promise<{ readonly numDeletedRows: bigint }>)[] = [
      () =>
        write((tx) =>
          tx
            .deleteFrom('sessions')
            .where('id_hash', 'in', (from) => from.selectFrom('sessions').select('id_hash').where('expires_at', '<=', at).orderBy('expires_at').limit(limit))
            .executeTakeFirstOrThrow(),
        ),
      () =>
        write((tx) =>
          tx
            .deleteFrom('transactions')
            .where('id', 'in', (from) => from.selectFrom('transactions').select('id').where('expires_at', '<=', at).orderBy('expires_at').limit(limit))
            .executeTakeFirstOrThrow(),
        ),
      () =>
        write((tx) =>
          tx
            .deleteFrom('grants')
            .where('key_hash', 'in', (from) => from.selectFrom('grants').select('key_hash').where('expires_at', '<=', at).orderBy('expires_at').limit(limit))
            .executeTakeFirstOrThrow(),
        ),
      () =>
        write((tx) =>
          tx
            .deleteFrom('password_tries')
            .where('key_hash', 'in', (from) =>
              from.selectFrom('password_tries').select('key_hash').where('expires_at', '<=', at).orderBy('expires_at').limit(limit),
            )
            .executeTakeFirstOrThrow(),
        ),
    ]
    let deleted = 0
    for (const unit of units) deleted += Number((await unit()).numDeletedRows)
    return deleted
  },
})
