import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GUEST_DOMAIN } from '../../../emulator/tenant.ts'
import { candidate, drive, STANDARD, TARGET } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'
import type { Account } from '../../kernel/account.ts'

const IMMUTABLE_ID = 'bWFkZSBlbHNld2hlcmU='
const NAME = `auth0-ana@${GUEST_DOMAIN}`

/** What the first sign-in of a person binds whose account is made by other means. */
const bind = (stage: TargetStage, n = 1, more: Partial<Account> = {}): void =>
  stage.accounts.put({
    userId: `user-${n}`,
    target: TARGET,
    origin: 'rule',
    stage: 'intent',
    immutableId: IMMUTABLE_ID,
    userPrincipalName: NAME,
    usageLocation: '',
    attempts: 0,
    nextAttemptAt: stage.clock.now(),
    version: 1,
    reference: 'r',
    createdAt: stage.clock.now(),
    madeElsewhere: true,
    ...more,
  })

/** As a script of the organization's would make it. */
const makeElsewhere = (stage: TargetStage, more: Readonly<Record<string, unknown>> = {}): Promise<void> =>
  stage.world.write(({ saveUser }) => {
    saveUser({
      id: '7d4a1f0c-0000-4000-8000-000000000001',
      userPrincipalName: NAME,
      displayName: 'Ana',
      mailNickname: 'ana',
      accountEnabled: true,
      userType: 'Member',
      onPremisesImmutableId: IMMUTABLE_ID,
      assignedLicenses: [],
      createdDateTime: '2026-03-02T09:00:00Z',
      signInSessionsValidFromDateTime: '2026-03-02T09:00:00Z',
      properties: {},
      madeBy: 'administrator',
      ...more,
    })
  })

const arrive = (stage: TargetStage, n = 1, patienceMs = 600_000) =>
  stage.clock.run(() => drive(stage.open(), candidate(person(n), { arrivedAt: stage.clock.now() }), { ...stage, patienceMs }))

test('an account made by other means is found, waited for and never touched', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [1_000, 3_000] } })
  bind(stage)
  await makeElsewhere(stage)
  const progress = await arrive(stage)
  assert.equal(progress.kind === 'ready' && progress.subject.immutableId, IMMUTABLE_ID)
  assert.equal((await stage.account(1))?.objectId, '7d4a1f0c-0000-4000-8000-000000000001')
  assert.deepEqual(stage.writes(), [])
  assert.equal(stage.seats.held(TARGET, STANDARD), 0)
  assert.equal((await stage.account(1))?.license, undefined)
  assert.deepEqual(stage.schema().problems(), [])
})

test('as long as there is none its person waits: nothing is made, nothing is licensed, however long it takes', async () => {
  const stage = await openStage()
  bind(stage)
  const progress = await arrive(stage, 1, 200_000)
  assert.equal(progress.kind === 'pending' && progress.reason, 'target_timeout')
  assert.equal((await arrive(stage, 1, 3_600_000)).kind, 'pending')
  assert.deepEqual(stage.writes(), [])
  assert.deepEqual(stage.made(), [])
  assert.equal(stage.seats.held(TARGET, STANDARD), 0)
  await makeElsewhere(stage)
  await stage.clock.pass(600_000)
  assert.equal((await arrive(stage)).kind, 'ready')
})

test('one with another name, and one that is switched off, is not taken', async () => {
  for (const [more, failure] of [
    [{ userPrincipalName: `other@${GUEST_DOMAIN}` }, 'changed_in_entra'],
    [{ accountEnabled: false }, 'disabled_in_entra'],
  ] as const) {
    const stage = await openStage()
    bind(stage)
    await makeElsewhere(stage, more)
    const progress = await arrive(stage)
    assert.equal(progress.kind === 'stopped' && progress.failure, failure)
    assert.deepEqual(stage.writes(), [])
  }
})

test('an object that Usher made for somebody else is nobody’s to be bound to', async () => {
  const stage = await openStage()
  await stage.clock.run(() => drive(stage.open(), candidate(person(2)), stage))
  const theirs = await stage.account(2)
  assert.ok(theirs)
  const writes = stage.writes().length
  // Past the book, which would not have it: the row of the other person is lost.
  stage.accounts.put({ ...theirs, immutableId: 'another', objectId: 'another', userPrincipalName: `another@${GUEST_DOMAIN}` })
  bind(stage, 1, { immutableId: theirs.immutableId, userPrincipalName: theirs.userPrincipalName })
  const progress = await arrive(stage)
  assert.equal(progress.kind === 'stopped' && progress.failure, 'account_conflict')
  assert.equal(stage.writes().length, writes)
})

test('what somebody removes later is not brought back, not even when an administrator lets it go on', async () => {
  const stage = await openStage()
  bind(stage)
  await makeElsewhere(stage)
  assert.equal((await arrive(stage)).kind, 'ready')
  await stage.clock.pass(3_600_000)
  await stage.world.write(({ deleteUser, ...edit }) => {
    const [user] = stage.world.truth.live().filter(({ onPremisesImmutableId }) => onPremisesImmutableId === IMMUTABLE_ID)
    assert.ok(user && edit)
    deleteUser(user)
  })
  const failure = await stage.clock.run(() => stage.open().verify(candidate(person(1))))
  assert.equal(failure, 'removed_in_entra')
  for (const stageName of ['waiting', 'closed'] as const) {
    const account = await stage.account(1)
    assert.ok(account)
    const { reason: _, ...rest } = account
    stage.accounts.put({ ...rest, stage: stageName, attempts: 0, nextAttemptAt: stage.clock.now() })
    assert.notEqual((await arrive(stage)).kind, 'ready')
  }
  assert.deepEqual(stage.writes(), [])
})
