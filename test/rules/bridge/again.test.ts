import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fetch } from '../../../src/provisioning/graph/exchange.ts'
import { candidate, drive, STANDARD, TARGET } from '../../support/provisioning.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { memoryAccounts, memorySeats } from '../../support/memory-books.ts'
import { person, type TargetStage } from '../../support/target-stage.ts'

const FAR = { graph: [1_000, 3_000] } as const
const UPN = (name: string): string => `auth0-${name}@guests.contoso.example`
const ID = (name: string): string => Buffer.from(`id-of-${name}`).toString('base64')
const license = (skuId: string) => ({ addLicenses: [{ disabledPlans: [], skuId }], removeLicenses: [] })

/** A process that is no more as soon as Graph has made somebody for it: nothing it began ever comes back. */
const mortal = (stage: TargetStage) => {
  let isDead = false
  const never = new Promise<never>(() => undefined)
  const fetch: Fetch = async (url, init) => {
    const response = await (isDead ? never : stage.network(url, init))
    isDead ||= init.method === 'POST' && url.endsWith('/users')
    return isDead ? never : response
  }
  const accounts = new Proxy(stage.accounts, {
    get: (book, name) => {
      const method = Reflect.get(book, name)
      return typeof method === 'function' && isDead ? () => never : method
    },
  })
  return { fetch, accounts, isDead: () => isDead }
}

test('killed after the object was made, and signed in again: the same account, one seat, and its own names', async () => {
  const { stage, open } = await openBridge({ visibilityDelaysMs: FAR })
  const victim = mortal(stage)
  const survivor = stage.open()
  const second = open(survivor).run(1)
  await stage.clock.run(async () => {
    void open(stage.open(victim)).run(1).graph('GET', '/users', orderOf('first'))
    while (!victim.isDead()) await stage.clock.sleep(10)
    await stage.clock.sleep(30_000)
    const made = await second.graph('GET', '/users', orderOf('second'))
    assert.equal(made.status, 201)
    assert.equal(made.body['userPrincipalName'], UPN('first'))
    assert.equal(made.body['immutableId'], ID('first'))
    assert.equal((await second.graph('GET', `/users/${String(made.body['objectId'])}/assignLicense`, license(STANDARD))).status, 200)
    const progress = await drive(survivor, candidate(person(1)), stage)
    assert.equal(progress.kind === 'ready' && progress.subject.immutableId, ID('first'))
  })
  assert.equal(stage.made().length, 1)
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
  assert.equal(stage.world.seats(STANDARD)?.consumed, 15)
  const { aliases } = stage.accounts
  assert.equal(await aliases.isOf('user-1', TARGET, 'user_principal_name', UPN('second')), true)
  assert.equal(await aliases.isOf('user-1', TARGET, 'immutable_id', ID('second')), true)
  assert.ok(second.notes.some((line) => line.includes('has an account already')))
  assert.deepEqual(stage.schema().problems(), [])
})

test('two tabs at once: one account, answered to both', async () => {
  const { stage, open } = await openBridge({ visibilityDelaysMs: FAR })
  const rules = [open(), open(), open()].map(({ run }, n) => ({ rule: run(1), name: `tab${n}` }))
  const made = await stage.clock.run(() => Promise.all(rules.map(({ rule, name }) => rule.graph('GET', '/users', orderOf(name)))))
  assert.deepEqual(new Set(made.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(made.map(({ body }) => body['objectId'])).size, 1)
  assert.equal(new Set(made.map(({ body }) => body['immutableId'])).size, 1)
  const id = String(made[0]?.body['objectId'])
  const given = await stage.clock.run(() =>
    Promise.all(rules.map(({ rule }) => rule.graph('GET', `/users/${id}/assignLicense`, license(STANDARD)))),
  )
  assert.deepEqual(new Set(given.map(({ status }) => status)), new Set([200]))
  assert.equal((await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))).kind, 'ready')
  assert.equal(stage.made().length, 1)
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
  assert.equal(stage.writes().filter((call) => call === 'POST /users').length, 1)
})

test('an answer that was lost is found again within the same run', async () => {
  const { stage, open } = await openBridge({ visibilityDelaysMs: FAR })
  stage.world.scenarios.set('createdBut504', true)
  const made = await stage.clock.run(() => open().run(1).graph('POST', '/users', orderOf('ana')))
  assert.equal(made.status, 201)
  assert.equal(stage.made().length, 1)
  assert.equal(made.body['objectId'], stage.made()[0]?.id)
})

test('somebody who has an account of Usher’s own keeps it, whatever a rule posts', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  await stage.clock.run(() => drive(target, candidate(person(1)), stage))
  const before = await stage.account(1)
  const rule = run(1)
  const made = await stage.clock.run(() => rule.graph('GET', '/users', orderOf('other')))
  assert.equal(made.status, 201)
  assert.equal(made.body['objectId'], before?.objectId)
  assert.equal(made.body['userPrincipalName'], before?.userPrincipalName)
  assert.deepEqual(await stage.account(1), before)
  const again = await stage.clock.run(() => rule.graph('GET', `/users/${String(made.body['objectId'])}/assignLicense`, license(STANDARD)))
  assert.equal(again.status, 200)
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
  assert.equal(stage.made().length, 1)
})

test('what a rule asked for in another run leads to the account it became', async () => {
  const { stage, open } = await openBridge()
  const { run } = open()
  await stage.clock.run(async () => {
    await run(1).graph('POST', '/users', orderOf('first'))
    const rule = run(1)
    const made = await rule.graph('POST', '/users', orderOf('second'))
    const byName = await rule.graph('GET', `/users/${UPN('second')}`)
    assert.equal(byName.body['objectId'], made.body['objectId'])
    for (const filter of [
      `immutableId eq '${ID('second')}'`,
      `userPrincipalName eq '${UPN('second')}'`,
      `immutableId eq '${ID('first')}'`,
    ]) {
      const found = await rule.graph('GET', `/users?api-version=1.6&$filter=${encodeURIComponent(filter)}`)
      const value = found.body['value']
      assert.ok(Array.isArray(value) && value.length === 1, filter)
    }
    const licensed = await rule.graph('POST', `/users/${UPN('second')}/assignLicense`, license(STANDARD))
    assert.equal(licensed.body['objectId'], made.body['objectId'])
  })
})

test('a value that is somebody else’s is refused, and the audit says so', async () => {
  const { stage, open } = await openBridge()
  const { run } = open()
  const [dana, mallory] = [run(1), run(2)]
  await stage.clock.run(async () => {
    await dana.graph('POST', '/users', orderOf('dana'))
    const stolen = [orderOf('new', { userPrincipalName: UPN('DANA') }), orderOf('new', { immutableId: ID('dana') })]
    for (const order of stolen) {
      const refused = await mallory.graph('POST', '/users', order)
      assert.equal(refused.status, 400)
      assert.match(JSON.stringify(refused.body), /already exists|conflicting object/)
    }
    assert.equal(await stage.account(2), undefined)
    assert.equal((await mallory.graph('POST', '/users', orderOf('mallory'))).status, 201)
    for (const order of stolen) assert.equal((await mallory.graph('POST', '/users', order)).status, 400)
  })
  assert.equal(stage.accounts.events.filter(({ type, user }) => type === 'subject_mismatch' && user === 'user-2').length, 4)
  assert.equal(stage.made().length, 2)
  assert.equal((await stage.account(2))?.immutableId, ID('mallory'))
})

test('a name that somebody in the directory has is refused, and the rule may try another', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  stage.world.scenarios.set('nameTaken', true)
  await stage.clock.run(async () => {
    const refused = await run(1).graph('POST', '/users', orderOf('ana'))
    assert.equal(refused.status, 400)
    assert.match(JSON.stringify(refused.body), /ObjectConflict/)
    assert.equal((await run(1).graph('POST', '/users', orderOf('ana'))).status, 400, 'the same again is no other name')
    const rule = run(1)
    const made = await rule.graph('POST', '/users', orderOf('ana.2', { immutableId: ID('ana') }))
    assert.deepEqual([made.status, made.body['userPrincipalName'], made.body['immutableId']], [201, UPN('ana.2'), ID('ana')])
    const progress = await drive(target, candidate(person(1)), stage)
    assert.equal(progress.kind === 'ready' && progress.subject.userPrincipalName, UPN('ana.2'))
  })
  const own = stage.world.truth.live().filter(({ onPremisesImmutableId }) => onPremisesImmutableId === ID('ana'))
  assert.deepEqual(
    own.map(({ userPrincipalName }) => userPrincipalName),
    [UPN('ana.2')],
  )
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
})

test('while the sign-in service is given its time, a rule that asks again is answered at once', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  await stage.clock.run(async () => {
    const made = await run(1).graph('POST', '/users', orderOf('ana'))
    assert.equal((await drive(target, candidate(person(1)), stage)).kind, 'ready')
    const account = await stage.account(1)
    assert.ok(account)
    const until = stage.clock.now() + 100_000
    stage.accounts.put({ ...account, stage: 'waiting', settleUntil: until, nextAttemptAt: until })
    const begun = stage.clock.now()
    const again = await run(1).graph('POST', '/users', orderOf('ana'))
    assert.deepEqual([again.status, again.body['objectId']], [201, made.body['objectId']])
    const id = String(made.body['objectId'])
    assert.equal((await run(1).graph('POST', `/users/${id}/assignLicense`, license(STANDARD))).status, 200)
    assert.equal(stage.clock.now(), begun)
  })
  assert.equal((await stage.account(1))?.stage, 'waiting')
  assert.deepEqual(stage.writes(), ['POST /users', 'POST /users/{id}/assignLicense'])
})

test('a database was lost, and the rule draws other names: nobody is made twice, and the rule’s log says what there is', async () => {
  const { stage, open } = await openBridge()
  await stage.clock.run(async () => {
    assert.equal((await open().run(1).graph('POST', '/users', orderOf('first'))).status, 201)
    const books = memoryAccounts()
    const rule = open(stage.open({ accounts: books, aliases: books.aliases, seats: memorySeats() })).run(1)
    const writes = stage.writes().length
    const refused = await rule.graph('POST', '/users', orderOf('second'))
    assert.equal(refused.status, 400)
    assert.ok(rule.notes.some((line) => line.includes('no longer knows')))
    assert.equal(stage.writes().length, writes)
    assert.deepEqual(books.all(), [])
    assert.deepEqual(
      books.events.map(({ type }) => type),
      ['subject_mismatch'],
    )
    assert.equal((await rule.graph('POST', '/users', orderOf('first'))).status, 201, 'the very names lead to the account there is')
  })
  assert.equal(stage.made().length, 1)
})

test('while it cannot be asked whether there is one already, nobody is made', async () => {
  const { stage, open } = await openBridge()
  stage.world.scenarios.set('graphDown', true)
  const rule = open().run(1)
  await stage.clock.run(async () => {
    assert.equal((await rule.graph('POST', '/users', orderOf('ana'))).status, 503)
  })
  assert.equal(await stage.account(1), undefined)
  assert.equal(stage.made().length, 0)
})
