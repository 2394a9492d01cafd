import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountProgress } from '../target.ts'
import { candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'

const ONE_MINUTE_MS = 60_000

const arrive = (stage: TargetStage, at = stage.clock.now()): Promise<AccountProgress> =>
  stage.clock.run(() => drive(stage.open(), candidate(person(1), { arrivedAt: at }), stage))

/** A person whose first token was issued just now. */
const withFirstToken = async (options: Parameters<typeof openStage>[0] = {}) => {
  const stage = await openStage(options)
  assert.equal((await arrive(stage)).kind, 'ready')
  const account = await stage.account(1)
  assert.ok(account)
  stage.accounts.put({ ...account, unprovenTokenAt: stage.clock.now() })
  return stage
}

test('back within five minutes of a first token: the margin is twice as long, each time', async () => {
  const stage = await withFirstToken()
  for (const margin of [20_000, 40_000, 80_000, 160_000, 160_000]) {
    await stage.clock.pass(ONE_MINUTE_MS)
    const back = stage.clock.now()
    assert.equal((await arrive(stage)).kind, 'ready')
    assert.ok(stage.clock.now() - back >= margin && stage.clock.now() - back < margin + 2_000, `${stage.clock.now() - back} ms`)
    const account = await stage.account(1)
    assert.equal(account?.unprovenTokenAt, undefined)
    if (account) stage.accounts.put({ ...account, unprovenTokenAt: stage.clock.now() })
  }
  assert.equal(stage.writes().length, 2, 'nothing but looking')
})

test('back later than that, or from a sign-in begun before the token: nothing is doubted', async () => {
  const stage = await withFirstToken()
  const calls = stage.graphCalls().length
  const before = stage.clock.now() - 1
  await stage.clock.pass(5 * ONE_MINUTE_MS + 1)
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.equal((await arrive(stage, before)).kind, 'ready')
  assert.equal(stage.graphCalls().length, calls)
})

for (const [name, failure, how] of [
  ['removed', 'removed_in_entra', (stage: TargetStage) => stage.emulator.scenario('removedInEntra', true)],
  ['disabled', 'disabled_in_entra', (stage: TargetStage) => stage.emulator.scenario('disabledInEntra', true)],
] as const) {
  test(`${name} in Entra after it was ready: stopped, sessions end, and nothing is written until somebody says so`, async () => {
    const stage = await withFirstToken()
    await stage.clock.pass(ONE_MINUTE_MS)
    await how(stage)
    const before = structuredClone(stage.world.truth.deleted())
    const writes = stage.writes().length
    assert.deepEqual(await arrive(stage), { kind: 'stopped', failure })
    assert.deepEqual(stage.accounts.sessionsEnded, ['user-1'])
    const calls = stage.graphCalls().length
    for (let time = 0; time < 5; time += 1) assert.deepEqual(await arrive(stage), { kind: 'stopped', failure })
    assert.equal(stage.graphCalls().length, calls, 'not even looked at again')
    assert.equal(stage.writes().length, writes)
    assert.deepEqual(stage.world.truth.deleted(), before)
    assert.equal(await stage.accounts.subject('user-1', stage.settings.name), undefined)
    const account = await stage.account(1)
    assert.ok(account)
    stage.accounts.put({ ...account, stage: 'closed', attempts: 0 })
    assert.equal((await arrive(stage)).kind, 'ready', 'an administrator let it come back')
    assert.equal(stage.made().length, 1)
    assert.equal(stage.seats.held(stage.settings.name, STANDARD), 1)
  })
}

test('removed in the very second in which it became ready counts as removed', async () => {
  const stage = await withFirstToken()
  await stage.emulator.scenario('removedInEntra', true)
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'removed_in_entra' })
})

test('renamed by somebody after it was ready: stopped, and the new name is in no token', async () => {
  const stage = await withFirstToken()
  await stage.world.write(({ saveUser }) =>
    stage.made().map((user) => saveUser({ ...user, userPrincipalName: 'ceo@guests.contoso.example' }, true)),
  )
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'changed_in_entra' })
  assert.equal((await stage.account(1))?.userPrincipalName, 'guest1.ortega@guests.contoso.example')
})

test('an immutable ID somebody changed: stopped', async () => {
  const stage = await withFirstToken()
  await stage.world.write(({ saveUser }) => stage.made().map((user) => saveUser({ ...user, onPremisesImmutableId: 'changed' }, true)))
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'changed_in_entra' })
})

test('an object nobody finds any more: a replica may be behind at first, after ten minutes it was removed', async () => {
  const stage = await withFirstToken()
  await stage.world.write(({ purgeUser }) => stage.made().map(({ id }) => purgeUser(id)))
  await stage.clock.pass(ONE_MINUTE_MS)
  assert.equal((await arrive(stage)).kind, 'ready')
  const account = await stage.account(1)
  assert.ok(account)
  await stage.clock.pass(11 * ONE_MINUTE_MS)
  stage.accounts.put({ ...account, unprovenTokenAt: stage.clock.now() })
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'removed_in_entra' })
})

test('whoever proves who they are anew is told at once that somebody took the account away, and nobody else is', async () => {
  const stage = await withFirstToken()
  const target = stage.open()
  const verify = (n: number) => stage.clock.run(() => target.verify(candidate(person(n), { arrivedAt: stage.clock.now() })))
  assert.equal(await verify(1), undefined)
  assert.equal(await verify(2), undefined, 'somebody without an account')
  assert.equal((await stage.account(1))?.stage, 'ready')
  await stage.clock.pass(ONE_MINUTE_MS)
  await stage.emulator.scenario('disabledInEntra', true)
  const writes = stage.writes().length
  assert.equal(await verify(1), 'disabled_in_entra')
  assert.equal(stage.writes().length, writes)
  assert.deepEqual(stage.accounts.sessionsEnded, ['user-1'])
})

for (const trouble of ['graphDown', 'graphHangs', 'graphHtml', 'tokenRefused', 'permissionLost', 'throttled'] as const) {
  test(`${trouble}: what is ready stays ready when nobody can tell`, async () => {
    const stage = await withFirstToken()
    stage.world.scenarios.set(trouble, true, { times: 0 })
    assert.equal(await stage.clock.run(() => stage.open().verify(candidate(person(1)))), undefined)
    assert.equal((await stage.account(1))?.stage, 'ready')
  })
}

test('when Graph does not answer, the doubt costs the person the margin and nothing else', async () => {
  const stage = await withFirstToken()
  stage.world.scenarios.set('graphDown', true)
  assert.equal((await arrive(stage)).kind, 'ready')
})
