import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GUEST_DOMAIN } from '../../../emulator/tenant.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { candidate, drive } from '../../support/provisioning.ts'
import { person } from '../../support/target-stage.ts'

const UPN = (local: string) => `${local}@${GUEST_DOMAIN}`
/** Somebody's who was there before Usher. */
const FOREIGN_ID = 'employee-0001'

test('an immutable ID that somebody in the directory has is refused before it is anybody’s here, and another one does', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  await stage.clock.run(async () => {
    const rule = run(1)
    const refused = await rule.graph('POST', '/users', orderOf('ana', { immutableId: FOREIGN_ID }))
    assert.equal(refused.status, 400)
    assert.match(JSON.stringify(refused.body), /conflicting object/)
    assert.ok(
      rule.notes.some((line) => line.startsWith('immutableId: somebody in the directory has it')),
      rule.notes.join(),
    )
    assert.equal(await stage.account(1), undefined, 'a row keeps its ID for good')
    assert.equal((await run(1).graph('POST', '/users', orderOf('ana'))).status, 201)
    assert.equal((await drive(target, candidate(person(1)), stage)).kind, 'ready')
  })
  assert.equal(stage.made().length, 1)
  assert.equal(stage.accounts.events.filter(({ type }) => type === 'subject_mismatch').length, 1)
})

test('a name with a dot at either end is refused before anybody is called so: a person without a family name', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  await stage.clock.run(async () => {
    for (const local of ['ana.', '.ana', '.'])
      assert.equal((await rule.graph('POST', '/users', orderOf('ana', { userPrincipalName: UPN(local) }))).status, 400, local)
    assert.equal(await stage.account(1), undefined)
    assert.deepEqual(stage.writes(), [])
    assert.equal((await rule.graph('POST', '/users', orderOf('ana', { userPrincipalName: UPN('ana') }))).status, 201)
  })
})

test('a name that Graph does not take for a reason of its own is given up for another one', async () => {
  const { stage, open } = await openBridge()
  const refusal = {
    error: { code: 'Request_BadRequest', message: "Invalid value specified for property 'userPrincipalName' of resource 'User'." },
  }
  const fussy: typeof stage.network = async (url, init) => {
    if (init.method !== 'POST' || !String(init.body).includes('-odd@')) return stage.network(url, init)
    return Response.json(refusal, { status: 400, headers: { 'request-id': 'an id' } })
  }
  const { run, target } = open(stage.open({ fetch: fussy }))
  await stage.clock.run(async () => {
    assert.equal((await run(1).graph('POST', '/users', orderOf('odd'))).status, 400)
    assert.equal((await stage.account(1))?.reason, 'target_refused')
    const made = await run(1).graph('POST', '/users', orderOf('even'))
    assert.equal(made.status, 201)
    const progress = await drive(target, candidate(person(1)), stage)
    assert.equal(progress.kind === 'ready' && progress.subject.userPrincipalName, UPN('auth0-even'))
  })
  assert.equal(stage.made().length, 1)
})
