import type { ConnectionId, Names } from '#kernel/person.ts'
import type { PasswordsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag, nameColumns, namesIn } from './columns.ts'
import type { EventRow } from './events.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
}

interface Entry {
  readonly connection: ConnectionId
  readonly subject: string
  readonly username: string
  readonly hash: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

/** People of the database connections, with the hashes of their passwords. */
export const passwordStore = ({ storage: { read, write }, eventRow }: Parts) => ({
  find: async (connection: ConnectionId, username: string): Promise<Entry | undefined> => {
    const row = await read
      .selectFrom('passwords')
      .selectAll()
      .where('connection', '=', connection)
      .where('username', '=', username)
      .executeTakeFirst()
    return row && entryIn(row)
  },
  /** False when the user name exists, or the person has one. */
  add: (entry: Entry, at: number): Promise<boolean> => {
    const row = entryRow(entry, at)
    // No user yet, and a user name may be an address: the subject is what finds them.
    const facts = { subject: entry.subject }
    const event = eventRow({ type: 'user_added', at, reference: 'command line', connection: entry.connection, facts })
    return write(async (tx) => {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('passwords')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await tx.insertInto('events').values(event).execute()
      return true
    })
  },
  rehash: async (connection: ConnectionId, subject: string, hash: string): Promise<void> => {
    await write((tx) =>
      tx
        .updateTable('passwords')
        .set({ password_hash: hash })
        .where('connection', '=', connection)
        .where('subject', '=', subject)
        .execute(),
    )
  },
})

const entryRow = (entry: Entry, at: number): PasswordsTable => ({
  ...nameColumns(entry.names),
  connection: entry.connection,
  subject: entry.subject,
  username: entry.username,
  password_hash: entry.hash,
  email: entry.email ?? null,
  email_verified: flag(entry.emailVerified),
  attributes_json: JSON.stringify(entry.attributes),
  created_at: at,
})

const entryIn = (row: PasswordsTable): Entry => ({
  connection: row.connection,
  subject: row.subject,
  username: row.username,
  hash: row.password_hash,
  names: namesIn(row),
  ...(row.email !== null && { email: row.email }),
  emailVerified: row.email_verified === 1,
  attributes: JSON.parse(row.attributes_json),
})
