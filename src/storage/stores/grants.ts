import type { Storage } from '../storage.ts'
import { hashOf } from './columns.ts'

type Body = Readonly<Record<string, unknown>>

/** Things that work once, by the hash of what opens them. */
export const grantStore = ({ write }: Storage) => ({
  put: async (key: string, body: Body, expiresAt: number): Promise<void> => {
    const columns = { body_json: JSON.stringify(body), expires_at: expiresAt }
    await write((tx) =>
      tx
        .insertInto('grants')
        .values({ key_hash: hashOf(key), ...columns })
        .onConflict((conflict) => conflict.column('key_hash').doUpdateSet(columns))
        .execute(),
    )
  },
  take: async (key: string, at: number): Promise<Body | undefined> => {
    const row = await write((tx) =>
      tx.deleteFrom('grants').where('key_hash', '=', hashOf(key)).where('expires_at', '>', at).returning('body_json').executeTakeFirst(),
    )
    return row && JSON.parse(row.body_json)
  },
})
