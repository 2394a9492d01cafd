import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GUEST_DOMAIN } from '../../../emulator/tenant.ts'
import type { Account } from '../../kernel/account.ts'
import { candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'

const RESTORE = 'POST /directory/deletedItems/{id}/restore'
const FAR = { graph: [3_000, 12_000] } as const

const arrive = (stage: TargetStage, at?: number) =>
  stage.clock.run(() => drive(stage.open(), candidate(person(1), at === undefined ? {} : { arrivedAt: at }), stage))

const removeAll = (stage: TargetStage) =>
  stage.world.write(({ deleteUser }) => {
    for (const user of stage.made()) deleteUser(user, true)
  })

/** As Usher's own ending of an account leaves the row: its seat is free, and its object was deleted. */
const closeAccount = async (stage: TargetStage, changes: Partial<Account> = {}): Promise<void> => {
  const account = await stage.account(1)
  assert.ok(account)
  await stage.seats.release(account)
  const { license: _, ...kept } = account
  stage.accounts.put({ ...kept, stage: 'closed', attempts: 0, version: account.version + 1, ...changes })
}

const ready = async (options: Parameters<typeof openStage>[0] = {}) => {
  const stage = await openStage(options)
  assert.equal((await arrive(stage)).kind, 'ready')
  await stage.clock.pass(60_000)
  return stage
}

test('what Usher ended is restored when its person comes back: same object, same name, one seat', async () => {
  const stage = await ready({ visibilityDelaysMs: FAR })
  const [made] = stage.made()
  await closeAccount(stage)
  await removeAll(stage)
  assert.equal((await arrive(stage, stage.clock.now())).kind, 'ready')
  assert.deepEqual(
    stage.made().map(({ id, userPrincipalName }) => [id, userPrincipalName]),
    [[made?.id, made?.userPrincipalName]],
  )
  assert.equal(stage.seats.held(stage.settings.name, STANDARD), 1)
  assert.equal(stage.world.seats(STANDARD)?.consumed, 15)
  assert.ok(stage.accounts.events.some(({ type }) => type === 'account_restored'))
})

test('nobody restores what Usher ended but its person', async () => {
  const stage = await ready()
  await closeAccount(stage)
  await removeAll(stage)
  const before = stage.writes().length
  const progress = await stage.clock.run(() => stage.open().ensure(candidate(person(1))))
  assert.equal(progress.kind, 'pending')
  assert.equal(stage.writes().length, before)
  assert.deepEqual(stage.made(), [])
})

test('a return that was interrupted goes on without its person', async () => {
  const stage = await ready()
  await closeAccount(stage, { attempts: 1 })
  await removeAll(stage)
  assert.equal((await arrive(stage)).kind, 'ready')
})

test('what Usher switched off is switched on again', async () => {
  const stage = await ready()
  await closeAccount(stage)
  await stage.world.write(({ saveUser }) =>
    stage.made().map((user) => saveUser({ ...user, accountEnabled: false, assignedLicenses: [] }, true)),
  )
  assert.equal((await arrive(stage, stage.clock.now())).kind, 'ready')
  assert.equal(stage.made()[0]?.accountEnabled, true)
  assert.ok(stage.writes().includes('PATCH /users/{id}'))
  assert.equal(stage.writes().filter((call) => call === 'POST /users').length, 1)
})

test('whose name was given to somebody else meanwhile comes back under another', async () => {
  const stage = await ready()
  const [made] = stage.made()
  assert.ok(made)
  await closeAccount(stage)
  await removeAll(stage)
  const usurper = {
    ...made,
    id: '22222222-2222-4222-8222-222222222222',
    onPremisesImmutableId: 'usurper',
    properties: {},
    madeBy: 'administrator',
  }
  await stage.world.write(({ saveUser }) => saveUser(usurper, true))
  assert.equal((await arrive(stage, stage.clock.now())).kind, 'ready')
  assert.equal(stage.made()[0]?.id, made.id)
  assert.match(stage.made()[0]?.userPrincipalName ?? '', /^guest1\.ortega\.[a-z2-7]{4}@/)
  assert.equal(stage.made()[0]?.userPrincipalName, (await stage.account(1))?.userPrincipalName)
  assert.deepEqual(stage.world.truth.find(usurper.id), usurper)
})

test('an object deleted before it was ever ready was our own interrupted try: it is restored', async () => {
  const stage = await openStage({ visibilityDelaysMs: FAR })
  stage.world.scenarios.set('licensedBut504', true)
  const target = stage.open()
  await stage.clock.run(async () => {
    await target.ensure(candidate(person(1)))
    await stage.clock.sleep(1)
  })
  await removeAll(stage)
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.ok(stage.writes().includes(RESTORE))
  assert.equal(stage.made().length, 1)
  assert.equal(stage.world.truth.deleted().length, 0)
})

test('deleted for good: the person is made anew, under the same immutable ID', async () => {
  const stage = await ready()
  const [made] = stage.made()
  await closeAccount(stage)
  await removeAll(stage)
  await stage.world.write(({ purgeUser }) => purgeUser(made?.id ?? ''))
  await stage.clock.pass(60_000)
  assert.equal((await arrive(stage, stage.clock.now())).kind, 'ready')
  assert.equal(stage.made()[0]?.onPremisesImmutableId, made?.onPremisesImmutableId)
  assert.notEqual(stage.made()[0]?.id, made?.id)
})

test('deleted for good by somebody else, after it had been ready: nobody is made anew before an administrator says so', async () => {
  const stage = await ready()
  const [made] = stage.made()
  const account = await stage.account(1)
  assert.ok(account?.readyAt !== undefined)
  await removeAll(stage)
  await stage.world.write(({ purgeUser }) => purgeUser(made?.id ?? ''))
  await stage.clock.pass(60_000)
  // As when a rule gives an account that was ready its license.
  stage.accounts.put({ ...account, stage: 'intent', nextAttemptAt: stage.clock.now() })
  const writes = stage.writes().length
  assert.deepEqual(await arrive(stage, stage.clock.now()), { kind: 'stopped', failure: 'removed_in_entra' })
  assert.equal(stage.writes().length, writes)
  assert.deepEqual(stage.accounts.sessionsEnded, ['user-1'])
  await closeAccount(stage)
  assert.equal((await arrive(stage, stage.clock.now())).kind, 'ready')
  assert.equal(stage.made()[0]?.onPremisesImmutableId, made?.onPremisesImmutableId)
})

test('every exchange is one that Graph could have', async () => {
  const stage = await ready({ visibilityDelaysMs: FAR })
  await closeAccount(stage)
  await removeAll(stage)
  await arrive(stage, stage.clock.now())
  assert.deepEqual(stage.schema().problems(), [])
  assert.equal(stage.settings.domain, GUEST_DOMAIN)
})
