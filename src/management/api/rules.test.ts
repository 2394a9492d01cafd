import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { managementOver } from '../../../test/support/management.ts'
import { AT, onEachDatabase, type OpenStores } from '../../../test/support/stores.ts'

const SCRIPT = 'function (user, context, callback) {\n  callback(null, user, context)\n}'

const opened = async (t: TestContext, open: OpenStores) => {
  const under = await open(t)
  const over = await managementOver(under.stores)
  const add = async (name: string, more: object = {}) => over.ask('POST', '/rules', { body: { name, script: SCRIPT, ...more } })
  const idOf = async (name: string): Promise<string> =>
    (await under.stores.settings.current()).rules.rules.find((rule) => rule.name === name)?.id ?? ''
  return { ...under, ...over, add, idOf }
}

onEachDatabase((name, open) => {
  if (name === 'postgres') return

  test('a rule is made, shown, changed and taken away, as at Auth0', async (t) => {
    const { ask, add, idOf, stores } = await opened(t, open)
    const made = await add('First rule')
    const id = await idOf('First rule')
    const shown = { id, name: 'First rule', script: SCRIPT, order: 10, enabled: true, stage: 'login_success' }
    assert.deepEqual([made.status, made.body], [201, shown])
    assert.match(id, /^rul_\w{16}$/)
    assert.deepEqual((await ask('GET', `/rules/${id}`)).body, shown)
    const changed = await ask('PATCH', `/rules/${id}`, { body: { enabled: false, script: `${SCRIPT};` } })
    assert.deepEqual(changed.body, { ...shown, enabled: false, script: `${SCRIPT};` })
    const versions = await stores.rules.versions(id)
    assert.deepEqual(
      versions.map(({ version, author }) => [version, author.startsWith('token ')]),
      [
        [2, true],
        [1, true],
      ],
    )
    assert.deepEqual((await ask('DELETE', `/rules/${id}`)).status, 204)
    for (const method of ['GET', 'PATCH', 'DELETE'])
      assert.equal((await ask(method, `/rules/${id}`, method === 'PATCH' ? { body: { enabled: true } } : {})).status, 404, method)
  })

  test('lists are in the order rules run, whole unless pages are asked for', async (t) => {
    const { ask, add } = await opened(t, open)
    for (const [ruleName, order, enabled] of [
      ['c', 30, true],
      ['a', 10, false],
      ['b', 20, true],
    ] as const)
      await add(ruleName, { order, enabled })
    const names = async (query: string) => {
      const { body } = await ask('GET', `/rules?fields=name&${query}`)
      return Array.isArray(body) ? body.map((one) => one.name) : body
    }
    assert.deepEqual(await names(''), ['a', 'b', 'c'])
    assert.deepEqual(await names('enabled=true'), ['b', 'c'])
    assert.deepEqual(await names('page=1&per_page=2'), ['c'])
    assert.deepEqual(await names('include_totals=true&per_page=1'), { start: 0, limit: 1, length: 1, total: 3, rules: [{ name: 'a' }] })
    assert.equal((await add('d')).body && (await names('page=3&per_page=1'))?.toString(), 'd', 'a rule that names no place comes last')
  })

  test('what cannot be a rule is refused, with the place of what is wrong', async (t) => {
    const { ask, add, idOf, stores } = await opened(t, open)
    await add('one')
    const { revision } = await stores.settings.current()
    const broken = await add('two', { script: 'function (user, context, callback) {\n  callback(null, user' })
    assert.equal(broken.status, 400)
    assert.match(JSON.stringify(broken.body), /line \d+, column \d+/)
    const bodies = [
      { script: '' },
      { name: '' },
      { name: ' x' },
      { order: -1 },
      { order: 1.5 },
      { enabled: 'true' },
      { stage: 'pre_authorize' },
    ]
    for (const more of [...bodies, { id: 'rul_1' }, { version: 9 }, { hosts: [] }, { secrets: {} }, { script: 'x'.repeat(100_001) }])
      assert.equal((await add('two', more)).status, 400, JSON.stringify(more).slice(0, 40))
    assert.equal((await add('one')).status, 409)
    assert.equal((await add('two', { order: 10 })).status, 409)
    assert.equal((await ask('PATCH', `/rules/${await idOf('one')}`, { body: { kind: 'action' } })).status, 400)
    assert.equal((await stores.settings.current()).revision, revision)
  })

  test('of two who add or rename to the same name at once, one does', async (t) => {
    const { ask, add, idOf, stores } = await opened(t, open)
    const statuses = async (all: readonly Promise<{ readonly status: number }>[]) =>
      (await Promise.all(all)).map(({ status }) => status).sort()
    assert.deepEqual(await statuses([add('raced', { order: 20 }), add('raced', { order: 30 })]), [201, 409])
    await add('other', { order: 40 })
    const rename = async (name: string) => ask('PATCH', `/rules/${await idOf(name)}`, { body: { name: 'renamed' } })
    assert.deepEqual(await statuses([rename('raced'), rename('other')]), [200, 409])
    const { rules } = await stores.settings.current()
    assert.equal(rules.rules.filter(({ name }) => name === 'renamed').length, 1)
  })

  test('actions are no rules', async (t) => {
    const { ask, stores } = await opened(t, open)
    const action = {
      id: 'act_1',
      name: 'a',
      kind: 'action' as const,
      script: 'x',
      order: 1,
      enabled: true,
      legacyGlobals: false,
      version: 1,
    }
    await stores.rules.change({ author: 'x', at: AT, edit: (current) => ({ ...current, rules: [action] }) })
    assert.deepEqual((await ask('GET', '/rules')).body, [])
    for (const method of ['GET', 'DELETE']) assert.equal((await ask(method, '/rules/act_1')).status, 404)
  })

  test('configuration is written and never told', async (t) => {
    const { ask, stores } = await opened(t, open)
    const answers = [
      await ask('PUT', '/rules-configs/KEY_1', { body: { value: 'top secret' } }),
      await ask('PUT', '/rules-configs/ANOTHER', { body: { value: '' } }),
      await ask('GET', '/rules-configs'),
    ]
    assert.deepEqual(answers.at(-1)?.body, [{ key: 'ANOTHER' }, { key: 'KEY_1' }])
    assert.doesNotMatch(JSON.stringify(answers), /top secret/)
    assert.equal((await stores.settings.current()).rules.configuration['KEY_1']?.reveal(), 'top secret')
    assert.equal((await ask('DELETE', '/rules-configs/KEY_1')).status, 204)
    assert.deepEqual((await ask('GET', '/rules-configs')).body, [{ key: 'ANOTHER' }])
    for (const key of ['a%20b', '__proto__', 'x'.repeat(129), 'a%2Fb'])
      assert.equal((await ask('PUT', `/rules-configs/${key}`, { body: { value: 'x' } })).status, 400, key)
    for (const body of [{}, { value: 1 }, { value: 'x', key: 'y' }])
      assert.equal((await ask('PUT', '/rules-configs/K', { body })).status, 400)
  })
})
