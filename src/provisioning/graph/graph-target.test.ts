import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetConformance } from '../../../test/conformance/target.ts'
import { candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'

targetConformance('Microsoft Graph', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [0, 4_000] } })
  await stage.provideSeats(STANDARD, 100)
  return {
    clock: stage.clock,
    open: () => stage.open(),
    candidate: (n) => candidate(person(n)),
    accountOf: ({ user }) => stage.accounts.find(user.id, stage.settings.name),
    made: () => stage.made().length,
    writes: () => stage.writes().length,
  }
})

test('a person without an account has one, licensed and ready', async () => {
  const stage = await openStage()
  const target = stage.open()
  const begun = stage.clock.now()
  const progress = await stage.clock.run(() => drive(target, candidate(person(1)), stage))
  assert.equal(progress.kind, 'ready')
  const [made, ...others] = stage.made()
  assert.equal(others.length, 0)
  const account = await stage.account(1)
  assert.equal(made?.onPremisesImmutableId, account?.immutableId)
  assert.equal(made?.userPrincipalName, 'guest1.ortega@guests.contoso.example')
  assert.deepEqual(
    made?.assignedLicenses.map(({ skuId }) => skuId),
    [STANDARD],
  )
  assert.ok(stage.clock.now() - begun >= 11_000, 'two readings a second apart, then the margin')
  assert.deepEqual(stage.schema().problems(), [])
})
