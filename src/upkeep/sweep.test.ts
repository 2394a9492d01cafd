import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '#kernel/account.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ProvisioningTarget } from '#provisioning/target.ts'
import { person } from '../../test/support/target-stage.ts'
import { accountRounds, deleteLeftovers, type SweepParts } from './sweep.ts'

const dueAccount = (n: number, target = 'contoso') => {
  const user = person(n)
  const account: Account = {
    userId: user.id,
    target,
    origin: 'usher',
    stage: 'intent',
    immutableId: `id-${n}`,
    userPrincipalName: `guest${n}@guests.example`,
    usageLocation: 'DE',
    attempts: 0,
    nextAttemptAt: 0,
    version: 1,
    reference: `visit-${n}`,
    createdAt: 0,
  }
  return { account, user }
}

/** Rounds over these accounts, all of them still due; `ensure` is what the target does. Answers with whom it was about, and the log. */
const rounds = async (due: readonly ReturnType<typeof dueAccount>[], ensure: (userId: string, stop: () => void) => void, many = 1) => {
  const stopping = new AbortController()
  const [driven, lines]: [string[], string[]] = [[], []]
  const target: ProvisioningTarget = {
    name: 'contoso',
    ensure: async ({ user }) => {
      driven.push(user.id)
      ensure(user.id, () => stopping.abort())
      return { kind: 'stopped', failure: 'account_conflict' }
    },
    isElsewhere: async () => false,
    verify: async () => undefined,
  }
  const parts: SweepParts = {
    leftovers: { deleteExpired: async () => 0 },
    oldEvents: { deleteOld: () => async () => 0 },
    auditMaxAgeDays: async () => 400,
    accounts: { due: async (_at, limit, skip) => due.slice(skip, skip + limit) },
    target: async (name) => {
      if (name === 'unusable') throw new UsherError('settings_invalid')
      return name === 'contoso' ? target : undefined
    },
    clock: { now: () => 0, sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, error: (event, fields) => void lines.push(`${event} ${fields?.['user']}`) },
  }
  const finish = accountRounds(parts, stopping.signal)
  for (let round = 0; round < many; round += 1) await finish()
  return { driven, lines }
}

test('an account that cannot be driven keeps no other from its turn, and the log names it', async () => {
  const { driven, lines } = await rounds([dueAccount(1), dueAccount(2, 'unusable'), dueAccount(3)], (userId) => {
    if (userId === 'user-1') throw new UsherError('storage_unavailable')
  })
  assert.deepEqual(driven, ['user-1', 'user-3'])
  assert.deepEqual(lines, ['account_drive_failed user-1', 'account_drive_failed user-2'])
})

test('an account of a target that the settings know no longer is left as it is, without a word', async () => {
  const { driven, lines } = await rounds([dueAccount(1, 'gone'), dueAccount(2)], () => undefined)
  assert.deepEqual(driven, ['user-2'])
  assert.deepEqual(lines, [])
})

test('however many cannot be driven, and wait the longest, all others have their turn, and then begin again', async () => {
  const lost = Array.from({ length: 50 }, (_, n) => dueAccount(n, n % 2 === 0 ? 'gone' : 'unusable'))
  const { driven } = await rounds([...lost, dueAccount(50)], () => undefined, 6)
  assert.deepEqual(driven, ['user-50', 'user-50'])
})

test('whoever stops waits for one account, not for all that are due', async () => {
  const { driven } = await rounds([dueAccount(1), dueAccount(2), dueAccount(3)], (userId, stop) => {
    if (userId === 'user-2') stop()
  })
  assert.deepEqual(driven, ['user-1', 'user-2'])
})

test('what is left over goes by thousands in a second, and with a pause between two batches', async () => {
  const [deleted, pauses]: [number[], number[]] = [[], []]
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms)
  let left = 5_200
  const deleteExpired = async (_at: number, limit: number): Promise<number> => {
    deleted.push(Math.min(left, limit))
    left -= Math.min(left, limit)
    return deleted.at(-1) ?? 0
  }
  await deleteLeftovers({ leftovers: { deleteExpired }, clock: { now: () => 0, sleep } }, new AbortController().signal)
  assert.equal(left, 0)
  assert.equal(pauses.length, deleted.length - 1)
  assert.ok(pauses.reduce((sum, ms) => sum + ms, 0) <= 1_000)
})

test('to stop between two batches is no failure', async () => {
  const stopping = new AbortController()
  let batches = 0
  const deleteExpired = async (_at: number, limit: number): Promise<number> => {
    batches += 1
    return limit
  }
  const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
    stopping.abort()
    signal?.throwIfAborted()
  }
  await deleteLeftovers({ leftovers: { deleteExpired }, clock: { now: () => 0, sleep } }, stopping.signal)
  assert.equal(batches, 1)
})
