import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candidate, drive, STANDARD, TARGET } from '../../support/provisioning.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { person } from '../../support/target-stage.ts'

const SEEDS = Array.from({ length: 12 }, (_, n) => n + 1)
const TRIES = 12
const KINDS = '429 500 502 503 504 reset half'
const license = { addLicenses: [{ disabledPlans: [], skuId: STANDARD }], removeLicenses: [] }

for (const seed of SEEDS)
  test(`whatever fails on Graph's side, one account and one seat come of every person's many tries (seed ${seed})`, async () => {
    const { stage, open } = await openBridge({ seed, visibilityDelaysMs: { graph: [0, 4_000] } })
    const bridges = [open(), open()]
    stage.world.scenarios.set('randomFaults', true, { seed, rate: 0.3, kinds: KINDS })
    await stage.clock.run(async () => {
      const tries = Array.from({ length: TRIES }, async (_, n) => {
        const rule = bridges[n % 2]?.run((n % 3) + 1)
        await stage.clock.sleep(n * 5_000)
        const made = await rule?.graph('GET', '/users', orderOf(`try${n}`))
        const id = String(made?.body['objectId'])
        return (await rule?.graph('GET', `/users/${id}/assignLicense`, license))?.status
      })
      await Promise.all(tries)
      stage.world.scenarios.set('randomFaults', false)
      for (const n of [1, 2, 3]) assert.equal((await drive(stage.open(), candidate(person(n)), stage)).kind, 'ready')
    })
    assert.equal(stage.made().length, 3)
    assert.deepEqual(
      stage.made().map(({ assignedLicenses }) => assignedLicenses.length),
      [1, 1, 1],
    )
    assert.equal(stage.seats.held(TARGET, STANDARD), 3)
    const ids = stage.accounts.all().map(({ immutableId }) => immutableId)
    assert.deepEqual(
      stage
        .made()
        .map(({ onPremisesImmutableId }) => onPremisesImmutableId)
        .toSorted(),
      ids.toSorted(),
    )
    assert.deepEqual(stage.schema().problems(), [])
  })
