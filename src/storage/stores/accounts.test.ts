import { accountBookConformance } from '../../../test/conformance/account-book.ts'
import { accountGuardConformance } from '../../../test/conformance/stores/accounts.ts'
import { onEachDatabase, takingTurns } from '../../../test/support/stores.ts'
import { eventIn } from './events.ts'

onEachDatabase((name, open) =>
  accountBookConformance(`${name}, two nodes`, async (t) => {
    const { stores, another, parts, sql, addUser } = await open(t)
    const { read } = parts().storage
    const events = async () => {
      // Two nodes put no order to what happens within one millisecond; the place in the table does.
      const order = await sql(`select id from events order by ${name === 'sqlite' ? 'rowid' : 'ctid'}`)
      const rows = new Map((await read.selectFrom('events').selectAll().execute()).map((row) => [row.id, eventIn(row)]))
      return order.flatMap(({ id }) => rows.get(String(id)) ?? [])
    }
    return { accounts: takingTurns(stores.accounts, (await another()).accounts), events, addUser }
  }),
)

onEachDatabase(accountGuardConformance)
