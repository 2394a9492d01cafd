import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScenarioName } from '../../../emulator/scenarios.ts'
import { callsTooEarly } from '../../../test/faults/invariants.ts'
import { candidate, drive } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'
import type { FailureCode } from '../../kernel/errors.ts'

const HOUR_MS = 3_600_000

/** What a person is told while it lasts. */
const table: readonly (readonly [ScenarioName, FailureCode])[] = [
  ['throttled', 'target_throttled'],
  ['graphDown', 'target_unavailable'],
  ['graphHangs', 'target_unavailable'],
  ['graphHtml', 'target_unavailable'],
  ['tokenEndpointDown', 'target_unavailable'],
  ['tokenRefused', 'target_credential_refused'],
  ['permissionLost', 'target_permission_missing'],
  ['noSeats', 'license_exhausted'],
]

for (const [scenario, reason] of table) {
  test(`${scenario}: ${reason} for as long as it lasts, then the account is made`, async () => {
    const stage = await openStage()
    stage.world.scenarios.set(scenario, true, { times: 0 })
    const target = stage.open()
    const first = await stage.clock.run(() => drive(target, candidate(person(1)), { ...stage, patienceMs: HOUR_MS / 6 }))
    assert.ok(first.kind === 'pending')
    assert.equal(first.reason, reason)
    assert.ok(first.nextAt > stage.clock.now())
    assert.deepEqual(stage.made(), [])
    assert.equal(callsTooEarly(stage.graphCalls()), 0)
    // An hour of nothing but knocking now and then.
    const calls = stage.graphCalls().length
    await stage.clock.run(() => drive(target, candidate(person(1)), { ...stage, patienceMs: HOUR_MS }))
    assert.ok(stage.graphCalls().length - calls <= 40, `${stage.graphCalls().length - calls} calls`)
    stage.world.scenarios.set(scenario, false)
    const last = await stage.clock.run(() => drive(target, candidate(person(1)), { ...stage, patienceMs: 3 * HOUR_MS }))
    assert.equal(last.kind, 'ready')
    assert.deepEqual(stage.schema().problems(), [])
  })
}

test('a concurrent change in the directory is tried again shortly', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('concurrencyConflict', true, { times: 2 })
  const begun = stage.clock.now()
  assert.equal((await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))).kind, 'ready')
  assert.ok(stage.clock.now() - begun < 20_000)
})

test('a domain that is not the tenant’s stops at once, with a reason and Microsoft’s request id', async () => {
  const stage = await openStage({ settings: { domain: 'elsewhere.example' } })
  assert.deepEqual(await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage)), {
    kind: 'stopped',
    failure: 'target_refused',
  })
  assert.deepEqual(stage.writes(), ['POST /users'])
  const stopped = stage.lines.find(({ event }) => event === 'account_stopped')
  assert.equal(stopped?.code, 'target_refused')
  assert.match(String(stopped?.requestId), /^[0-9a-f-]{36}$/)
})

test('a proxy that delivers every call twice makes nobody twice', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  const target = stage.open({
    fetch: async (url, init) => {
      await stage.network(url, init)
      return stage.network(url, init)
    },
  })
  assert.equal((await stage.clock.run(() => drive(target, candidate(person(1)), stage))).kind, 'ready')
  assert.equal(stage.made().length, 1)
  assert.equal((await stage.account(1))?.userPrincipalName, 'guest1.ortega@guests.contoso.example')
  assert.equal(stage.made()[0]?.assignedLicenses.length, 1)
})

test('what waits is written down with Microsoft’s request id', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('permissionLost', true)
  await stage.clock.run(() => stage.open().ensure(candidate(person(1))))
  const event = stage.accounts.events.find(({ type }) => type === 'account_waiting')
  assert.match(String(event?.facts?.['requestId']), /^[0-9a-f-]{36}$/)
})

test('what waits is written down once, not at every try', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('graphDown', true, { times: 0 })
  await stage.clock.run(() => drive(stage.open(), candidate(person(1)), { ...stage, patienceMs: HOUR_MS }))
  assert.deepEqual(
    stage.accounts.events.map(({ type }) => type),
    ['account_intended', 'account_waiting'],
  )
})
