import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candidate, drive, STANDARD, TARGET } from '../../support/provisioning.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { person } from '../../support/target-stage.ts'

test('the old recipe: a person is made, licensed, and ready as the row says', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  const rule = run(1)
  await stage.clock.run(async () => {
    const made = await rule.graph('GET', '/users', orderOf('ana'))
    assert.equal(made.status, 201)
    assert.equal(made.body['userPrincipalName'], 'auth0-ana@guests.contoso.example')
    assert.equal(made.body['immutableId'], Buffer.from('id-of-ana').toString('base64'))
    const skus = await rule.graph('GET', '/subscribedSkus')
    assert.equal(skus.status, 200)
    const id = String(made.body['objectId'])
    const licensed = await rule.graph('GET', `/users/${id}/assignLicense`, {
      addLicenses: [{ disabledPlans: [], skuId: STANDARD }],
      removeLicenses: [],
    })
    assert.equal(licensed.status, 200)
    assert.deepEqual(licensed.body['assignedLicenses'], [{ skuId: STANDARD, disabledPlans: [] }])
    const progress = await drive(target, candidate(person(1)), stage)
    assert.equal(progress.kind, 'ready')
    assert.equal(progress.kind === 'ready' && progress.subject.userPrincipalName, 'auth0-ana@guests.contoso.example')
  })
  assert.equal(stage.made().length, 1)
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
  assert.equal((await stage.account(1))?.origin, 'rule')
  assert.deepEqual(stage.writes(), ['POST /users', 'POST /users/{id}/assignLicense'])
  assert.ok(rule.notes.some((line) => line.includes('GET with a body')))
})
