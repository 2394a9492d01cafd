import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPLOYEE_DOMAIN, GUEST_DOMAIN } from '../../../emulator/tenant.ts'
import { openBridge, orderOf } from '../../support/bridge-stage.ts'
import { candidate, drive } from '../../support/provisioning.ts'
import { person } from '../../support/target-stage.ts'

test('what a rule’s own calls are throttled for slows rules, and nobody whose account is made', async () => {
  const { stage, open } = await openBridge()
  const { run, target } = open()
  await stage.clock.run(async () => {
    const made = await run(3).graph('POST', '/users', orderOf('cleo'))
    const id = String(made.body['objectId'])
    const asked = {
      read: () => run(1).graph('GET', '/subscribedSkus'),
      look: () => run(1).graph('POST', '/users', orderOf('ana')),
      change: () => run(3).graph('PATCH', `/users/${id}`, { department: 'Sales' }),
    }
    for (const [n, [name, ask]] of Object.entries(asked).entries()) {
      stage.world.scenarios.set('throttled', true, { retryAfterSeconds: 3_600, times: 1 })
      assert.equal((await ask()).status, 429, name)
      const before = stage.graphCalls().length
      assert.equal((await run(2).graph('GET', '/subscribedSkus')).status, 429, `${name}: other rules wait as well`)
      assert.equal(stage.graphCalls().length, before, 'without a word to Graph')
      const begun = stage.clock.now()
      assert.equal((await drive(target, candidate(person(10 + n)), stage)).kind, 'ready', name)
      assert.ok(stage.clock.now() - begun < 60_000, `${name}: ${stage.clock.now() - begun} ms`)
      await stage.clock.sleep(3_600_000)
    }
  })
})

test('while people are throttled, no rule asks either; and where Graph has to choose, rules go last', async () => {
  const { stage, open } = await openBridge()
  const priorities: (string | null)[] = []
  const watching: typeof stage.network = async (url, init) => {
    if (url.includes('/v1.0/')) priorities.push(new Headers(init.headers).get('x-ms-throttle-priority'))
    return stage.network(url, init)
  }
  const { run, target } = open(stage.open({ fetch: watching }))
  stage.world.scenarios.set('throttled', true, { retryAfterSeconds: 60, times: 1 })
  await stage.clock.run(async () => {
    assert.equal((await target.ensure(candidate(person(1)))).kind, 'pending')
    const before = stage.graphCalls().length
    assert.equal((await run(2).graph('GET', '/subscribedSkus')).status, 429)
    assert.equal(stage.graphCalls().length, before)
    await stage.clock.sleep(60_000)
    assert.equal((await run(2).graph('GET', '/subscribedSkus')).status, 200)
  })
  assert.deepEqual([...new Set(priorities)], [null, 'Low'])
  assert.equal(priorities.at(-1), 'Low')
})

test('a key that is neither an id nor a name leads nowhere: what Graph has there may be about everybody', async () => {
  const { stage, open } = await openBridge()
  const rule = open().run(1)
  const keys = [
    'delta',
    'delta()',
    'microsoft.graph.delta',
    '$count',
    '%24count',
    'me',
    "('x')",
    `x%3Fy@${GUEST_DOMAIN}`,
    `a@b@${GUEST_DOMAIN}`,
  ]
  await stage.clock.run(async () => {
    for (const key of keys) assert.equal((await rule.graph('GET', `/users/${key}`)).status, 404, key)
    assert.deepEqual(stage.graphCalls(), [])
    assert.equal((await rule.graph('GET', `/users/erika.vogt@${EMPLOYEE_DOMAIN}`)).body['immutableId'], 'employee-0001')
  })
})
