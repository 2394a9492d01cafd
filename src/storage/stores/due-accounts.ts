import { sql } from 'kysely'
import type { Account } from '#kernel/account.ts'
import type { User } from '#kernel/person.ts'
import type { Storage } from '../storage.ts'
import { accountIn } from './account-rows.ts'
import { userIn } from './people.ts'

/** Accounts whose time has come. A closed one waits for its person, unless bringing it back was interrupted. */
export const dueAccounts = ({ read }: Storage) => ({
  due: async (at: number, limit: number): Promise<readonly { readonly account: Account; readonly user: User }[]> => {
    const rows = await read
      .selectFrom('accounts')
      .selectAll()
      .where((one) =>
        one.or([
          one('stage', 'in', ['intent', 'created', 'licensed', 'waiting']),
          one.and([one('stage', '=', 'closed'), one('attempts', '>', 0)]),
        ]),
      )
      .where('next_attempt_at', '<=', at)
      .where((one) => one.or([one('lease_until', 'is', null), one('lease_until', '<=', at)]))
      // Nobody makes an account for somebody whose access is switched off.
      .where((one) =>
        one.exists(
          one.selectFrom('users').select(sql.lit(1).as('one')).whereRef('users.id', '=', 'accounts.user_id').where('blocked', '=', 0),
        ),
      )
      .orderBy('next_attempt_at')
      .limit(limit)
      .execute()
    if (rows.length === 0) return []
    const ids = rows.map((row) => row.user_id)
    const users = new Map((await read.selectFrom('users').selectAll().where('id', 'in', ids).execute()).map((row) => [row.id, userIn(row)]))
    return rows.flatMap((row) => {
      const user = users.get(row.user_id)
      return user ? [{ account: accountIn(row), user }] : []
    })
  },
})
