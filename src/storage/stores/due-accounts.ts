import type { Account } from '#kernel/account.ts'
import type { User } from '#kernel/person.ts'
import type { Storage } from '../storage.ts'
import { accountIn } from './account-rows.ts'
import { userIn } from './people.ts'

/** Accounts whose time has come, the longest waiting first, without the first `skip` of them. A closed one waits for its person, unless bringing it back was interrupted. */
export const dueAccounts = ({ read }: Storage) => ({
  due: async (at: number, limit: number, skip = 0): Promise<readonly { readonly account: Account; readonly user: User }[]> => {
    const rows = await read
      .selectFrom('accounts')
      .selectAll()
      .where('stage', 'in', ['intent', 'created', 'licensed', 'waiting', 'closed'])
      .where('next_attempt_at', '<=', at)
      .where((row) => row.or([row('stage', '<>', 'closed'), row('attempts', '>', 0)]))
      // Thousands may have been brought from elsewhere: each is looked for when its person comes.
      .where((row) => row.or([row('origin', '<>', 'imported'), row('stage', '<>', 'intent'), row('attempts', '>', 0)]))
      .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<=', at)]))
      // Nobody makes an account for somebody whose access is switched off.
      .where('user_id', 'not in', (from) =>
        from.selectFrom('users').select('id').whereRef('users.id', '=', 'accounts.user_id').where('blocked', '=', 1),
      )
      .orderBy('next_attempt_at')
      .limit(limit)
      .offset(skip)
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
