import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { AT, onEachDatabase, type StoresUnderTest } from '../../test/support/stores.ts'
import { ruleAdministration } from './rules.ts'

const RULE = 'function (user, context, callback) { callback(null, user, context) }'
const ARROW = '(user, context, callback) => callback(null, user, context)'
const ACTION = 'exports.onExecutePostLogin = async () => undefined'

const desk = ({ stores }: StoresUnderTest) =>
  ruleAdministration({ stores, clock: { now: () => AT, sleep: async () => undefined }, randomness: { bytes: randomBytes } })

/** A folder of files, pushed. */
const pushing = (t: TestContext, under: StoresUnderTest) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-rules-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return async (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    assert.deepEqual((await desk(under).pushRules(folder, { isDryRun: false })).problems, [])
    return Promise.all(Object.keys(files).map(async (name) => found(under, name.replace(/[.]js$/, ''))))
  }
}

const found = async (under: StoresUnderTest, name: string) => {
  const rule = await desk(under).findRule(name)
  assert.ok(rule, name)
  return rule
}

onEachDatabase((name, open) => {
  for (const script of [RULE, ARROW])
    test(`${name}: a rule that became an action is not rolled back to a script that no action can have: ${script.slice(0, 8)}`, async (t) => {
      const under = await open(t)
      const push = pushing(t, under)
      await push({ 'One.js': script })
      const [action] = await push({ 'One.js': ACTION })
      assert.equal(action?.kind, 'action')
      assert.ok(action)
      await assert.rejects(desk(under).rollBackRule(action, 1), { code: 'settings_invalid' })
      assert.equal((await found(under, 'One')).script, ACTION)
      await push({ 'One.js': script })
      await assert.rejects(desk(under).rollBackRule(action, 2), { code: 'settings_invalid' })
      assert.equal(await desk(under).rollBackRule(action, 1), true)
    })

  test(`${name}: what somebody took away meanwhile is neither switched, rolled back nor given a secret, and nobody is told so`, async (t) => {
    const under = await open(t)
    const [one, two, three] = await pushing(t, under)({ 'One.js': RULE, 'Two.js': RULE, 'Three.js': ACTION })
    assert.ok(one && two && three)
    const remove = (id: string) =>
      under.stores.rules.change({ author: 'other', at: AT, edit: (now) => ({ ...now, rules: now.rules.filter((rule) => rule.id !== id) }) })
    await remove(two.id)
    await assert.rejects(desk(under).switchRule(two, false), { code: 'settings_invalid' })
    await assert.rejects(desk(under).rollBackRule(two, 1), { code: 'settings_invalid' })
    const { rules } = await desk(under).orderRules([three, two, one])
    assert.deepEqual(
      rules.map((rule) => rule.name),
      ['Three', 'One'],
    )
    await remove(three.id)
    await assert.rejects(desk(under).setConfiguration('KEY', new Secret('value'), three), { code: 'settings_invalid' })
    assert.deepEqual(
      (await desk(under).rules()).map((rule) => rule.name),
      ['One'],
    )
  })
})
