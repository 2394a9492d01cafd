import type { Kysely } from 'kysely'
import type { JsonObject } from '#kernel/json.ts'
import { providerOf, providerUserIdOf, publicIdOf } from '#kernel/provider.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Schema, UserRecordsTable, UsersTable } from '../schema.ts'
import { flag } from './columns.ts'

/** What of a connection goes into the ids of its people. */
export type NamedConnection = Pick<ConnectionSettings, 'name' | 'type'>

type Owner = Pick<UsersTable, 'id' | 'subject'>

interface Making {
  readonly connection: NamedConnection
  readonly root: JsonObject
  readonly at: number
}

/** Makes the record of a user who has none. Another's public id is never given twice: the second one gets a longer one. */
export const makeRecord = async (tx: Kysely<Schema>, owner: Owner, making: Making): Promise<UserRecordsTable> => {
  const row = await freshRow(tx, owner, making)
  await tx
    .insertInto('user_records')
    .values(row)
    .onConflict((conflict) => conflict.column('user_id').doNothing())
    .execute()
  return tx.selectFrom('user_records').selectAll().where('user_id', '=', owner.id).executeTakeFirstOrThrow()
}

const freshRow = async (tx: Kysely<Schema>, owner: Owner, { connection, root, at }: Making): Promise<UserRecordsTable> => {
  const provider = providerOf(connection)
  const { publicId, providerUserId } = await freeId(tx, owner, connection)
  return {
    user_id: owner.id,
    public_id: publicId,
    root_json: JSON.stringify(root),
    app_metadata_json: '{}',
    user_metadata_json: '{}',
    connection_name: connection.name,
    provider: provider.name,
    provider_user_id: providerUserId,
    is_social: flag(provider.isSocial),
    logins_count: 0,
    last_login_at: null,
    last_ip: null,
    updated_at: at,
  }
}

const freeId = async (tx: Kysely<Schema>, owner: Owner, connection: NamedConnection) => {
  const wanted = candidates(owner, connection)
  const held = await tx
    .selectFrom('user_records')
    .select('public_id')
    .where(
      'public_id',
      'in',
      wanted.map(({ publicId }) => publicId),
    )
    .execute()
  const free = wanted.find(({ publicId }) => !held.some((one) => one.public_id === publicId))
  // The last one holds our own id of the user, which nobody else has.
  if (!free) throw new Error('every public id of a user is taken')
  return free
}

const candidates = ({ id, subject }: Owner, connection: NamedConnection) => {
  const { name: provider } = providerOf(connection)
  const longer = [`${connection.name}|${subject}`, `${connection.name}|${subject}|${id}`]
  return [
    { publicId: publicIdOf(connection, subject), providerUserId: providerUserIdOf(connection, subject) },
    ...longer.map((providerUserId) => ({ publicId: `${provider}|${providerUserId}`, providerUserId })),
  ]
}

/** What can be said by Auth0's names about somebody whose connection has not been heard since records are kept. */
export const rootFrom = (row: Omit<UsersTable, 'email_key'>): JsonObject => ({
  ...(row.email !== null && { email: row.email, email_verified: row.email_verified === 1 }),
  ...(row.display_name !== null && { name: row.display_name }),
  ...(row.given_name !== null && { given_name: row.given_name }),
  ...(row.family_name !== null && { family_name: row.family_name }),
})
