import type { ApiTokensTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { hashOf } from './columns.ts'
import type { EventRow } from './events.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

/** A token of the Management API as it is kept: all but the token. */
interface ApiToken {
  /** Unique. */
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly expiresAt: number
}

/** Who may use the Management API from outside, by the hash of what they show. `by`: who says so, for the audit. */
export const apiTokenStore = ({ storage, eventRow }: Parts) => {
  const byHash = storage.prepared((db, { hash, at }: { readonly hash: string; readonly at: number }) =>
    db.selectFrom('api_tokens').selectAll().where('token_hash', '=', hash).where('expires_at', '>', at),
  )
  return {
    /** False when there is one of this name already. */
    add: ({ by, ...token }: ApiToken & { readonly bearer: string; readonly by: string }): Promise<boolean> => {
      const { name, createdAt: at, expiresAt } = token
      const facts = { by, name, scopes: token.scopes.join(' '), expiresAt }
      const event = eventRow({ type: 'api_token_created', at, reference: by, facts })
      return storage.write(async (tx) => {
        const row = await tx
          .insertInto('api_tokens')
          .values(tokenRow(token))
          .onConflict((conflict) => conflict.doNothing())
          .returning('name')
          .executeTakeFirst()
        if (row) await tx.insertInto('events').values(event).execute()
        return row !== undefined
      })
    },
    /** Undefined for a token nobody was given, and for one that expired. */
    find: async (bearer: string, at: number): Promise<ApiToken | undefined> => {
      const row = await byHash.first(storage.read, { hash: hashOf(bearer), at })
      return row && tokenIn(row)
    },
    list: async (): Promise<readonly ApiToken[]> => {
      const rows = await storage.read.selectFrom('api_tokens').selectAll().orderBy('name').execute()
      return rows.map(tokenIn)
    },
    /** False when there is none of this name. */
    remove: (name: string, { by, at }: { readonly by: string; readonly at: number }): Promise<boolean> => {
      const event = eventRow({ type: 'api_token_removed', at, reference: by, facts: { by, name } })
      return storage.write(async (tx) => {
        const row = await tx.deleteFrom('api_tokens').where('name', '=', name).returning('name').executeTakeFirst()
        if (row) await tx.insertInto('events').values(event).execute()
        return row !== undefined
      })
    },
  }
}

const tokenRow = ({ bearer, name, scopes, createdAt, expiresAt }: ApiToken & { readonly bearer: string }): ApiTokensTable => ({
  token_hash: hashOf(bearer),
  name,
  scopes_json: JSON.stringify(scopes),
  created_at: createdAt,
  expires_at: expiresAt,
})

const tokenIn = (row: ApiTokensTable): ApiToken => ({
  name: row.name,
  scopes: JSON.parse(row.scopes_json),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})
