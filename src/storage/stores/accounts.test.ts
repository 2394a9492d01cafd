import assert from 'node:assert/strict'
import { accountBookConformance } from '../../../test/conformance/account-book.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'
import { eventIn } from './events.ts'
import type { EventsTable } from '../schema.ts'

onEachDatabase((name, open) => {
  accountBookConformance(name, async (t) => {
    const { stores, sql, addUser } = await open(t)
    const events = async () => {
      const rows = await sql('select * from events order by id')
      assert.ok(rows.every((row) => typeof row['id'] === 'string'))
      // PostgreSQL's client gives whole numbers as text.
      return rows.map((row) => eventIn({ ...row, at: Number(row['at']) } as EventsTable)) // the columns of that table
    }
    return { accounts: stores.accounts, events, addUser }
  })
})
