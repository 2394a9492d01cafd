import type { UserId } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Storage } from '../storage.ts'
import { flag, keyOf } from './columns.ts'

/** Whom an administrator looks for; all of it must be so. */
export interface RecordFilter {
  readonly email?: string
  readonly publicId?: string
  /** Of any of the user's identities. */
  readonly connectionName?: string
  readonly blocked?: boolean
}

/** What a list may be ordered by. */
export type RecordOrder = 'created' | 'lastLogin' | 'logins' | 'email'

export interface RecordSearch {
  readonly where: RecordFilter
  readonly order?: { readonly by: RecordOrder; readonly isDescending: boolean }
  /** Pages are counted from 0. */
  readonly page: number
  readonly perPage: number
}

const COLUMNS = {
  created: 'users.created_at',
  lastLogin: 'user_records.last_login_at',
  logins: 'user_records.logins_count',
  email: 'users.email_key',
} as const

interface Found {
  readonly ids: readonly UserId[]
  readonly total: number
}

/** One page of the users who fit, in an order that stays, and how many there are. */
export const foundIds = async (
  read: Storage['read'],
  { where, order, page, perPage }: RecordSearch,
  connections: readonly ConnectionSettings[],
): Promise<Found> => {
  const fitting = usersWith(read, where, connections)
  const rows = await fitting
    .select('users.id')
    .$if(order !== undefined, (query) =>
      query.orderBy(COLUMNS[order?.by ?? 'created'], (to) => (order?.isDescending ? to.desc() : to.asc()).nullsLast()),
    )
    .orderBy('users.id')
    .limit(perPage)
    .offset(page * perPage)
    .execute()
  const { total } = await fitting.select((row) => row.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { ids: rows.map(({ id }) => id), total: Number(total) }
}

const usersWith = (
  read: Storage['read'],
  { email, publicId, connectionName, blocked }: RecordFilter,
  connections: readonly ConnectionSettings[],
) =>
  read
    .selectFrom('users')
    .leftJoin('user_records', 'user_records.user_id', 'users.id')
    .$if(email !== undefined, (query) => query.where('users.email_key', '=', keyOf(email ?? '')))
    .$if(publicId !== undefined, (query) => query.where('user_records.public_id', '=', publicId ?? ''))
    .$if(blocked !== undefined, (query) => query.where('users.blocked', '=', flag(blocked === true)))
    .$if(connectionName !== undefined, (query) =>
      query.where((row) =>
        row.or([
          row('user_records.connection_name', '=', connectionName ?? ''),
          // People of an earlier version, as long as nobody asked for them.
          row.and([row('user_records.user_id', 'is', null), row('users.connection', 'in', idsOf(connections, connectionName))]),
          row(
            'users.id',
            'in',
            row
              .selectFrom('linked_identities')
              .select('linked_identities.user_id')
              .where('connection_name', '=', connectionName ?? ''),
          ),
        ]),
      ),
    )

/** Never empty: some databases know no empty list. */
const idsOf = (connections: readonly ConnectionSettings[], name: string | undefined): readonly string[] => [
  '',
  ...connections.filter((one) => one.name === name).map(({ id }) => id),
]
