import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASIC, candidate, drive, STANDARD, TARGET } from '../../support/provisioning.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { person } from '../../support/target-stage.ts'

const license = (skuId: string) => ({ addLicenses: [{ disabledPlans: [], skuId }], removeLicenses: [] })
const seat = (skuId: string, cap: number) => ({ skuId, cap, floor: 0, disabledPlans: [] })

test('without a free seat nobody is made, and the account goes on by itself when one is', async () => {
  const { stage, open } = await openBridge({ settings: { licenses: [seat(STANDARD, 1)] } })
  const { run, target } = open()
  const [ana, ben] = [run(1), run(2)]
  await stage.clock.run(async () => {
    assert.equal((await ana.graph('POST', '/users', orderOf('ana'))).status, 201)
    const refused = await ben.graph('POST', '/users', orderOf('ben'))
    assert.equal(refused.status, 400)
    assert.match(JSON.stringify(refused.body), /does not have any available licenses/)
    assert.ok(ben.notes.some((line) => line.includes('license_exhausted')))
    assert.equal(stage.made().length, 1)
    await stage.seats.release({ target: TARGET, userId: 'user-1' })
    const progress = await drive(target, candidate(person(2)), stage)
    assert.equal(progress.kind === 'ready' && progress.subject.userPrincipalName, 'auth0-ben@guests.contoso.example')
    assert.equal((await run(2).graph('POST', '/users', orderOf('again'))).status, 201)
  })
  assert.equal(stage.made().length, 2)
})

test('a rule may choose among the licenses: the seat moves, and nobody ever holds two', async () => {
  const { stage, open } = await openBridge({ settings: { licenses: [seat(STANDARD, 5), seat(BASIC, 1)] } })
  const { run } = open()
  const [ana, ben] = [run(1), run(2)]
  await stage.clock.run(async () => {
    const made = await ana.graph('POST', '/users', orderOf('ana'))
    assert.equal(stage.seats.held(TARGET, STANDARD), 1)
    const licensed = await ana.graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(BASIC))
    assert.deepEqual(licensed.body['assignedLicenses'], [{ skuId: BASIC, disabledPlans: [] }])
    assert.deepEqual([stage.seats.held(TARGET, STANDARD), stage.seats.held(TARGET, BASIC)], [0, 1])
    const other = await ben.graph('POST', '/users', orderOf('ben'))
    const path = `/users/${String(other.body['objectId'])}/assignLicense`
    const refused = await ben.graph('POST', path, license(BASIC))
    assert.equal(refused.status, 400)
    assert.match(JSON.stringify(refused.body), /does not have any available licenses/)
    assert.equal((await ben.graph('POST', path, license(STANDARD))).status, 200)
    assert.equal((await ana.graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(STANDARD))).status, 400)
  })
  assert.deepEqual([stage.seats.held(TARGET, STANDARD), stage.seats.held(TARGET, BASIC)], [1, 1])
  assert.deepEqual(
    [1, 2].map((n) => stage.accounts.all().find(({ userId }) => userId === `user-${n}`)?.license),
    [BASIC, STANDARD],
  )
})

test('a directory that is slow keeps a rule only a moment: what is reserved follows', async () => {
  const { stage, open } = await openBridge({ visibilityDelaysMs: { graph: [20_000, 20_000] } })
  const { run, target } = open()
  const rule = run(1)
  await stage.clock.run(async () => {
    const begun = stage.clock.now()
    const made = await rule.graph('POST', '/users', orderOf('ana'))
    const licensed = await rule.graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(STANDARD))
    assert.equal(licensed.status, 200)
    assert.deepEqual(licensed.body['assignedLicenses'], [{ skuId: STANDARD, disabledPlans: [] }])
    const shown = await rule.graph('GET', `/users/${String(made.body['objectId'])}`)
    assert.deepEqual([shown.status, shown.body['userPrincipalName']], [200, 'auth0-ana@guests.contoso.example'])
    assert.ok(stage.clock.now() - begun <= 5_000)
    assert.ok(rule.notes.some((line) => line.startsWith('The seat is reserved')))
    assert.equal((await drive(target, candidate(person(1)), stage)).kind, 'ready')
  })
  assert.equal(stage.seats.held(TARGET, STANDARD), 1)
  assert.equal(stage.world.seats(STANDARD)?.consumed, 15)
})

test('two tabs that choose another license than the first of the list take one seat of it', async () => {
  const { stage, open } = await openBridge({ settings: { licenses: [seat(STANDARD, 5), seat(BASIC, 5)] } })
  const rules = [open().run(1), open().run(1)]
  const given = await stage.clock.run(() =>
    Promise.all(
      rules.map(async (rule, n) => {
        const made = await rule.graph('POST', '/users', orderOf(`tab${n}`))
        return rule.graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(BASIC))
      }),
    ),
  )
  assert.deepEqual(
    given.map(({ status }) => status),
    [200, 200],
  )
  assert.deepEqual([stage.seats.held(TARGET, STANDARD), stage.seats.held(TARGET, BASIC)], [0, 1])
  assert.deepEqual(
    stage.made().map(({ assignedLicenses }) => assignedLicenses.map(({ skuId }) => skuId)),
    [[BASIC]],
  )
})

for (const lagMs of [0, 8_000])
  test(`a license whose answer was lost is the one there is, whatever a rule then asks for (the directory is ${lagMs} ms behind)`, async () => {
    const { stage, open } = await openBridge({
      settings: { licenses: [seat(STANDARD, 5), seat(BASIC, 5)] },
      visibilityDelaysMs: { graph: [lagMs, lagMs] },
    })
    const { run, target } = open()
    await stage.clock.run(async () => {
      const made = await run(1).graph('POST', '/users', orderOf('ana'))
      stage.world.scenarios.set('licensedBut504', true)
      const goesOn = async (): Promise<boolean> => (await target.ensure(candidate(person(1)))).kind === 'pending'
      while (stage.writes().filter((call) => call.endsWith('/assignLicense')).length === 0 && (await goesOn())) await stage.clock.sleep(500)
      const other = await run(1).graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(BASIC))
      assert.notEqual(other.status, 200)
      assert.equal((await drive(target, candidate(person(1)), stage)).kind, 'ready')
    })
    assert.deepEqual(
      stage.made().map(({ assignedLicenses }) => assignedLicenses.map(({ skuId }) => skuId)),
      [[STANDARD]],
    )
    assert.deepEqual([stage.seats.held(TARGET, STANDARD), stage.seats.held(TARGET, BASIC)], [1, 0])
  })

test('a license that an administrator gave by hand is the one there is: the rule is told so', async () => {
  const { stage, open } = await openBridge({ settings: { licenses: [seat(STANDARD, 5), seat(BASIC, 5)] } })
  const { run } = open()
  await stage.clock.run(async () => {
    const made = await run(1).graph('POST', '/users', orderOf('ana'))
    await stage.world.write(({ saveUser }) => {
      for (const user of stage.made()) saveUser({ ...user, assignedLicenses: [{ skuId: STANDARD, disabledPlans: [] }] })
    })
    const other = await run(1).graph('POST', `/users/${String(made.body['objectId'])}/assignLicense`, license(BASIC))
    assert.equal(other.status, 400)
  })
  assert.equal((await stage.account(1))?.license, STANDARD)
  assert.deepEqual([stage.seats.held(TARGET, STANDARD), stage.seats.held(TARGET, BASIC)], [1, 0])
  assert.equal(stage.writes().filter((call) => call.endsWith('/assignLicense')).length, 0)
})

test('Graph that throttles is obeyed, and the rule is told how long', async () => {
  const { stage, open } = await openBridge()
  const { run } = open()
  stage.world.scenarios.set('throttled', true, { retryAfterSeconds: 60, times: 1 })
  await stage.clock.run(async () => {
    const refused = await run(1).graph('POST', '/users', orderOf('ana'))
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers['retry-after']) >= 50)
    const calls = stage.graphCalls().length
    assert.equal((await run(2).graph('GET', '/subscribedSkus')).status, 429)
    assert.equal(stage.graphCalls().length, calls)
    assert.equal(await stage.account(1), undefined, 'nothing was begun')
    await stage.clock.sleep(70_000)
    const made = await run(1).graph('POST', '/users', orderOf('other'))
    assert.equal(made.body['userPrincipalName'], 'auth0-other@guests.contoso.example')
  })
  assert.equal(stage.made().length, 1)
})
