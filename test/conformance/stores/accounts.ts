import assert from 'node:assert/strict'
import type { AccountStage } from '#kernel/account.ts'
import { AT, type StoresUnderTest } from '../../support/stores.ts'

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
