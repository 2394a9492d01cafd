import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'
import { account } from './accounts.ts'

const MANY = 7

/** Rows that expire at AT and a moment later, of each kind. */
const fill = async ({ stores, addUser }: StoresUnderTest): Promise<void> => {
  await addUser('dana')
  const request = { protocol: 'wsfed', relyingParty: 'rp', replyUrl: 'https://rp.example', freshness: {}, correlation: 'c', arrivedAt: AT }
  for (let n = 0; n < MANY; n += 1) {
    for (const expiresAt of [AT, AT + 1]) {
      const id = `${n}-${expiresAt}`
      await stores.transactions.add({ id, browser: 'b', stage: 'opened', request, expiresAt })
      await stores.grants.put(id, {}, expiresAt)
      await stores.passwords.countTry(id, { tries: 9, windowMs: expiresAt }, 0)
      const authentication = { at: AT, method: 'password' } as const
      await stores.sessions.start({ id, user: 'dana', connection: 'c', authentication, createdAt: AT, expiresAt }, 'r')
    }
  }
}

/** What nobody waits for. */
export const upkeepConformance = (name: string, open: OpenStores): void => {
  test(`${name}: what expired goes in batches; what did not stays`, async (t) => {
    const opened = await open(t)
    await fill(opened)
    const { upkeep, sessions, transactions, grants } = opened.stores
    assert.equal(await upkeep.deleteExpired(AT - 1, 100), 0)
    assert.equal(await upkeep.deleteExpired(AT, 3), 4 * 3, 'at most so many of each of four kinds')
    assert.equal(await upkeep.deleteExpired(AT, 100), 4 * (MANY - 3))
    assert.equal(await upkeep.deleteExpired(AT, 100), 0)
    for (const table of ['sessions', 'transactions', 'grants', 'password_tries'])
      assert.equal((await opened.sql(`select expires_at from ${table}`)).length, MANY, table)
    assert.ok(await sessions.find(`0-${AT + 1}`, AT))
    assert.ok(await transactions.find(`0-${AT + 1}`, AT))
    assert.ok(await grants.take(`0-${AT + 1}`, AT))
  })

  test(`${name}: accounts under way are due when their time has come, the longest waiting first`, async (t) => {
    const opened = await open(t)
    await account(opened, 'later', 'waiting', { nextAttemptAt: AT + 10 })
    await account(opened, 'second', 'created', { nextAttemptAt: AT - 5 })
    await account(opened, 'first', 'intent', { nextAttemptAt: AT - 9 })
    await account(opened, 'third', 'licensed', { nextAttemptAt: AT })
    for (const stage of ['ready', 'stopped', 'closed'] as const) await account(opened, stage, stage, { nextAttemptAt: AT - 100 })
    await account(opened, 'reopened', 'closed', { nextAttemptAt: AT - 1, attempts: 1 })
    const due = await opened.stores.accounts.due(AT, 10)
    assert.deepEqual(
      due.map(({ user }) => user.id),
      ['first', 'second', 'reopened', 'third'],
    )
    for (const one of due) assert.deepEqual(one.account, await opened.stores.accounts.find(one.user.id, 't'))
    assert.deepEqual(await opened.stores.accounts.due(AT, 10, 1), due.slice(1), 'the first is gone past')
    assert.deepEqual(
      (await opened.stores.accounts.due(AT, 2)).map(({ user }) => user.id),
      ['first', 'second'],
    )
  })

  test(`${name}: what somebody drives, and whose access is switched off, is not due`, async (t) => {
    const opened = await open(t)
    for (const id of ['driven', 'blocked']) await account(opened, id, 'created', { nextAttemptAt: AT })
    await opened.stores.accounts.lease({ userId: 'driven', target: 't' }, 'node', { at: AT, ms: 1_000 })
    await opened.sql(`update users set blocked = 1 where id = 'blocked' returning id`)
    assert.deepEqual(await opened.stores.accounts.due(AT + 999, 10), [])
    assert.deepEqual(
      (await opened.stores.accounts.due(AT + 1_000, 10)).map(({ user }) => user.id),
      ['driven'],
    )
  })
}
