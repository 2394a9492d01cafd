import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountStage } from '#kernel/account.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

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

const account = async ({ stores, addUser }: StoresUnderTest, userId: string, stage: AccountStage, more: object = {}): Promise<void> => {
  await addUser(userId)
  const userPrincipalName = `${userId}@guests.example`
  await stores.accounts.intend({ userId, target: 't', origin: 'usher', immutableId: userId, userPrincipalName, usageLocation: 'DE', reference: 'r', at: AT })
  const lease = await stores.accounts.lease({ userId, target: 't' }, 'test', { at: AT, ms: 1_000 })
  assert.ok(lease)
  const hold = { userId, target: 't', fence: lease.fence }
  await stores.accounts.change(hold, { stage, ...more })
  await stores.accounts.release(hold)
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
    assert.deepEqual(due.map(({ user }) => user.id), ['first', 'second', 'reopened', 'third'])
    for (const one of due) assert.deepEqual(one.account, await opened.stores.accounts.find(one.user.id, 't'))
    assert.deepEqual((await opened.stores.accounts.due(AT, 2)).map(({ user }) => user.id), ['first', 'second'])
  })

  test(`${name}: what somebody drives, and whose access is switched off, is not due`, async (t) => {
    const opened = await open(t)
    for (const id of ['driven', 'blocked']) await account(opened, id, 'created', { nextAttemptAt: AT })
    await opened.stores.accounts.lease({ userId: 'driven', target: 't' }, 'node', { at: AT, ms: 1_000 })
    await opened.sql(`update users set blocked = 1 where id = 'blocked' returning id`)
    assert.deepEqual(await opened.stores.accounts.due(AT + 999, 10), [])
    assert.deepEqual((await opened.stores.accounts.due(AT + 1_000, 10)).map(({ user }) => user.id), ['driven'])
  })

  test(`${name}: an administrator sees what waits or stopped, and one account with its history`, async (t) => {
    const opened = await open(t)
    const { stores } = opened
    const user = await stores.people.recognize({ connection: 'c', issuer: 'i', subject: 's' }, { names: {}, email: 'Dana@mail.example', emailVerified: true }, AT)
    await account(opened, 'ready', 'ready')
    await account(opened, 'stopped', 'stopped', { reason: 'removed_in_entra', nextAttemptAt: AT - 1 })
    await account(opened, 'waiting', 'waiting', { reason: 'license_exhausted' })
    const draft = { target: 't', origin: 'usher', immutableId: 'x', userPrincipalName: 'Dana@guests.example', usageLocation: 'DE', reference: 'r', at: AT } as const
    await stores.accounts.intend({ ...draft, userId: user.id })
    await stores.ledger.record({ type: 'token_issued', at: AT + 1, reference: 'r2', user: user.id, relyingParty: 'rp', facts: { assertion: '_1', ok: true, n: 2 } })
    assert.deepEqual((await stores.accountDesk.open()).map(({ userId }) => userId), ['stopped', 'waiting'])
    for (const name of [user.id, 'dana@GUESTS.example', 'dana@mail.example']) {
      const shown = await stores.accountDesk.show(name)
      assert.deepEqual(shown?.account, await stores.accounts.find(user.id, 't'))
      assert.deepEqual(shown?.events, [
        { type: 'account_intended', at: AT, reference: 'r', user: user.id },
        { type: 'token_issued', at: AT + 1, reference: 'r2', user: user.id, relyingParty: 'rp', facts: { assertion: '_1', ok: true, n: 2 } },
      ])
    }
    for (const name of ['nobody', '', '%', 'dana']) assert.equal(await stores.accountDesk.show(name), undefined)
  })

  test(`${name}: an account that was held up is let go, and whoever drives it loses it`, async (t) => {
    const opened = await open(t)
    const { accounts, accountDesk } = opened.stores
    const key = { userId: 'dana', target: 't' }
    await account(opened, 'dana', 'stopped', { reason: 'removed_in_entra', attempts: 4, settleUntil: AT + 9, readyAt: AT - 9 })
    const lease = await accounts.lease(key, 'node', { at: AT, ms: 60_000 })
    const shown = await accountDesk.show('dana')
    assert.ok(lease && shown)
    assert.equal(await accountDesk.release(shown.account, 'restore', AT + 5), true)
    assert.equal(await accountDesk.release(shown.account, 'retry', AT + 5), false, 'it is not as it was shown any more')
    const { reason: _, settleUntil: __, ...rest } = shown.account
    const restored = { ...rest, stage: 'closed', attempts: 0, nextAttemptAt: AT + 5, version: rest.version + 1 }
    assert.deepEqual(await accounts.find('dana', 't'), restored)
    assert.equal(await accounts.change({ ...key, fence: lease.fence }, { stage: 'ready' }), undefined)
    const again = await accountDesk.show('dana')
    assert.ok(again)
    assert.deepEqual(again.events.at(-1), { type: 'account_released', at: AT + 5, reference: 'r', user: 'dana', facts: { how: 'restore' } })
    assert.equal(await accountDesk.release(again.account, 'retry', AT + 6), true)
    assert.equal((await accounts.find('dana', 't'))?.stage, 'waiting')
    assert.ok(await accounts.lease(key, 'node', { at: AT + 6, ms: 1 }))
  })

  test(`${name}: an account that is ready, or a directory's, is not let go of`, async (t) => {
    const opened = await open(t)
    const { accountDesk, directory, accounts } = opened.stores
    await account(opened, 'ready', 'ready')
    await opened.addUser('erika')
    await directory.record({ userId: 'erika', target: 't', directory: { immutableId: 'e', userPrincipalName: 'e@x.example' }, reference: 'r', at: AT })
    for (const id of ['ready', 'erika']) {
      const one = await accounts.find(id, 't')
      assert.ok(one)
      for (const how of ['retry', 'restore'] as const) assert.equal(await accountDesk.release(one, how, AT), false)
      assert.deepEqual(await accounts.find(id, 't'), one)
    }
  })
}
