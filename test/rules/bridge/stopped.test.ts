import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FailureCode } from '../../../src/kernel/errors.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { BASIC, candidate, drive, STANDARD, TARGET } from '../../support/provisioning.ts'
import { person } from '../../support/target-stage.ts'

const LICENSES = [STANDARD, BASIC].map((skuId) => ({ skuId, cap: 1, floor: 0, disabledPlans: [] }))
const decisions: readonly FailureCode[] = ['removed_in_entra', 'disabled_in_entra', 'changed_in_entra', 'account_conflict']

for (const reason of decisions)
  test(`${reason}: a rule that goes on as ever writes nothing, and takes no seat for nobody`, async () => {
    const { stage, open } = await openBridge({ settings: { licenses: LICENSES } })
    const { run, target } = open()
    await stage.provideSeats(BASIC, 10)
    await stage.clock.run(async () => {
      const made = await run(1).graph('POST', '/users', orderOf('ana'))
      assert.equal((await drive(target, candidate(person(1)), stage)).kind, 'ready')
      const account = await stage.account(1)
      assert.ok(account)
      const { license: _, ...rest } = account
      stage.accounts.put({ ...rest, stage: 'stopped', reason })
      await stage.seats.release({ target: TARGET, userId: 'user-1' })
      const before = { writes: stage.writes().length, account: await stage.account(1) }
      const id = String(made.body['objectId'])
      const rule = run(1)
      for (const skuId of [STANDARD, BASIC]) {
        const order = { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] }
        assert.ok((await rule.graph('POST', `/users/${id}/assignLicense`, order)).status >= 400, skuId)
      }
      assert.ok((await rule.graph('PATCH', `/users/${id}`, { department: 'Sales' })).status >= 400)
      assert.ok((await rule.graph('POST', '/users', orderOf('ana'))).status >= 400)
      assert.ok(rule.notes.some((line) => line.includes(reason)))
      assert.deepEqual({ writes: stage.writes().length, account: await stage.account(1) }, before)
      for (const skuId of [STANDARD, BASIC]) assert.equal(stage.seats.held(TARGET, skuId), 0, 'nobody sits there')
    })
  })
