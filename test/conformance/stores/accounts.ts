import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountStage } from '#kernel/account.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

/** Makes an account in target `t` that stands at this stage. */
export const account = async (
  { stores, addUser }: StoresUnderTest,
  userId: string,
  stage: AccountStage,
  more: object = {},
): Promise<void> => {
  await addUser(userId)
  const userPrincipalName = `${userId}@guests.example`
  await stores.accounts.intend({
    userId,
    target: 't',
    origin: 'usher',
    immutableId: userId,
    userPrincipalName,
    usageLocation: 'DE',
    reference: 'r',
    at: AT,
  })
  const lease = await stores.accounts.lease({ userId, target: 't' }, 'test', { at: AT, ms: 1_000 })
  assert.ok(lease)
  const hold = { userId, target: 't', fence: lease.fence }
  await stores.accounts.change(hold, { stage, ...more })
  await stores.accounts.release(hold)
}

const draft = (userId: string, immutableId: string) =>
  ({
    userId,
    target: 't',
    origin: 'usher',
    immutableId,
    userPrincipalName: `${userId}@t.example`,
    usageLocation: 'DE',
    reference: 'r',
    at: AT,
  }) as const

/** What must not happen to accounts, whoever asks for it. */
export const accountGuardConformance = (name: string, open: OpenStores): void => {
  test(`${name}: an immutable ID is one account's, whatever its case, and a refusal leaves nothing`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    for (const id of ['dana', 'mallory']) await addUser(id)
    await stores.accounts.intend(draft('dana', 'abc'))
    await assert.rejects(stores.accounts.intend(draft('mallory', 'ABC')), { code: 'account_conflict' })
    assert.equal(await stores.accounts.find('mallory', 't'), undefined)
    assert.deepEqual(await sql(`select name_key from principal_names where user_id = 'mallory'`), [])
  })

  test(`${name}: a directory object is one account's`, async (t) => {
    const { stores, addUser } = await open(t)
    const holds = []
    for (const userId of ['dana', 'mallory']) {
      await addUser(userId)
      await stores.accounts.intend(draft(userId, userId))
      const lease = await stores.accounts.lease({ userId, target: 't' }, 'test', { at: AT, ms: 1_000 })
      assert.ok(lease)
      holds.push({ userId, target: 't', fence: lease.fence })
    }
    const [dana, mallory] = holds
    assert.ok(dana && mallory)
    assert.ok(await stores.accounts.change(dana, { stage: 'created', objectId: 'one' }))
    assert.ok(await stores.accounts.change(dana, { objectId: 'one' }), 'said again it is no conflict')
    await assert.rejects(stores.accounts.change(mallory, { stage: 'created', objectId: 'one' }), { code: 'account_conflict' })
    assert.equal((await stores.accounts.find('mallory', 't'))?.stage, 'intent')
  })

  test(`${name}: nobody has an account who is no user`, async (t) => {
    const { stores } = await open(t)
    await assert.rejects(stores.accounts.intend(draft('nobody', 'abc')))
    assert.equal(await stores.accounts.find('nobody', 't'), undefined)
  })
}
