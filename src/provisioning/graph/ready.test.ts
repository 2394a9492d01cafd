import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectoryUser } from '../../../emulator/world-state.ts'
import { assertObservedReady } from '../../../test/faults/invariants.ts'
import { candidate, drive } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'

const changeEverybody = (stage: TargetStage, changes: Partial<DirectoryUser>) =>
  stage.world.write(({ saveUser }) => stage.made().map((user) => saveUser({ ...user, ...changes }, true)))

/** Drives up to the moment after the license, then lets somebody interfere, then goes on. */
const interfere = async (interference: (stage: TargetStage) => Promise<unknown>) => {
  const stage = await openStage()
  const target = stage.open()
  await stage.clock.run(() => target.ensure(candidate(person(1))))
  assert.equal((await stage.account(1))?.stage, 'licensed')
  await interference(stage)
  return { stage, progress: await stage.clock.run(() => drive(target, candidate(person(1)), stage)) }
}

test('two complete readings a second apart, then the margin, and no wait besides', async () => {
  for (const settleMs of [0, 10_000, 60_000]) {
    const stage = await openStage({ settings: { settleMs } })
    const begun = stage.clock.now()
    await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
    assertObservedReady(stage)
    assert.ok(stage.clock.now() - begun <= settleMs + 1_100, `${stage.clock.now() - begun} ms`)
    assert.equal((await stage.account(1))?.readyAt, stage.clock.now())
  }
})

test('replicas that disagree are no two readings', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const stage = await openStage({ seed, visibilityDelaysMs: { graph: [0, 60_000] } })
    assert.equal((await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))).kind, 'ready')
    assertObservedReady(stage)
  }
})

test('another process that takes over reads twice itself', async () => {
  const stage = await openStage()
  const [one, other] = [stage.open(), stage.open()]
  await stage.clock.run(() => one.ensure(candidate(person(1))))
  const before = stage.graphCalls().length
  await stage.clock.pass(1_000)
  const progress = await stage.clock.run(() => drive(other, candidate(person(1)), stage))
  assert.equal(progress.kind, 'ready')
  assert.equal(stage.graphCalls().length - before, 2, 'two readings and nothing else')
  assertObservedReady(stage)
})

for (const [name, changes, failure] of [
  ['disabled', { accountEnabled: false }, 'disabled_in_entra'],
  ['renamed', { userPrincipalName: 'other@guests.contoso.example' }, 'changed_in_entra'],
] as const) {
  test(`${name} by somebody before it was ever ready: stopped with a reason, and never ready`, async () => {
    const { stage, progress } = await interfere((stage) => changeEverybody(stage, changes))
    assert.deepEqual(progress, { kind: 'stopped', failure })
    assert.equal(
      stage.accounts.events.some(({ type }) => type === 'account_ready'),
      false,
    )
  })
}

test('a license somebody took away before it was ready is given again', async () => {
  const { stage, progress } = await interfere((stage) => changeEverybody(stage, { assignedLicenses: [] }))
  assert.equal(progress.kind, 'ready')
  assert.equal(stage.made()[0]?.assignedLicenses.length, 1)
})

test('deleted by somebody before it was ready: our own try, restored', async () => {
  const { stage, progress } = await interfere((stage) =>
    stage.world.write(({ deleteUser }) => stage.made().map((user) => deleteUser(user, true))),
  )
  assert.equal(progress.kind, 'ready')
  assert.equal(stage.made().length, 1)
  assert.equal(stage.world.truth.deleted().length, 0)
})

test('the audit tells the way of an account, without a name or an address', async () => {
  const stage = await openStage()
  await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.deepEqual(
    stage.accounts.events.map(({ type }) => type),
    ['account_intended', 'account_created', 'account_licensed', 'account_ready'],
  )
  const text = JSON.stringify([stage.accounts.events, stage.lines])
  for (const private_ of ['Guest1', 'Ortega', 'guest1', '@']) assert.equal(text.includes(private_), false, private_)
  assert.ok(stage.accounts.events.every(({ user, reference }) => user === 'user-1' && reference === 'visit-of-user-1'))
})
