import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule, RuleSettings } from '../../../src/kernel/rule.ts'
import { Secret } from '../../../src/kernel/secret.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  id,
  name: id,
  kind: 'rule',
  script: 'function (user, context, callback) { callback(null, user, context) }',
  order: 1,
  enabled: true,
  legacyGlobals: false,
  version: 1,
  ...more,
})

const withRules =
  (...rules: readonly Rule[]) =>
  (current: RuleSettings): RuleSettings => ({ ...current, rules })

/** The organization's rules and the scripts they had. */
export const ruleConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a change is in force on every node in one piece, in the order rules run, secrets included`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    await others.settings.current()
    const secrets = { pin: new Secret('4711') }
    const configuration = { KEY: new Secret('top secret') }
    const edit = (): RuleSettings => ({ rules: [rule('late', { order: 2, secrets }), rule('early')], configuration, budgetMs: 9_000 })
    await stores.rules.change({ author: 'dana', at: AT, edit })
    for (const { settings } of [stores, others]) {
      const { rules, revision } = await settings.current()
      assert.equal(revision, 1)
      assert.deepEqual(
        rules.rules.map(({ id }) => id),
        ['early', 'late'],
      )
      assert.equal(rules.configuration['KEY']?.reveal(), 'top secret')
      assert.equal(rules.rules[1]?.secrets?.['pin']?.reveal(), '4711')
    }
  })

  test(`${name}: every script is kept, with who wrote it; what is no script makes no version`, async (t) => {
    const { stores } = await open(t)
    const change = (author: string, ...rules: readonly Rule[]) => stores.rules.change({ author, at: AT, edit: withRules(...rules) })
    await change('dana', rule('one'))
    await change('eli', rule('one', { script: 'function (u, c, cb) {}' }))
    const switchedOff = await change('eli', rule('one', { script: 'function (u, c, cb) {}', enabled: false }))
    assert.equal(switchedOff.rules[0]?.version, 2)
    const old = await stores.rules.version('one', 1)
    assert.deepEqual([old?.author, old?.what, old?.script], ['dana', 'created', rule('one').script])
    await change('dana', rule('one', { script: old?.script ?? '' }))
    assert.deepEqual(
      (await stores.rules.versions('one')).map(({ version, author, what }) => [version, author, what]),
      [
        [3, 'dana', 'changed'],
        [2, 'eli', 'changed'],
        [1, 'dana', 'created'],
      ],
    )
    assert.equal(await stores.rules.version('one', 4), undefined)
    await change('dana')
    const back = await change('dana', rule('one'))
    assert.equal(back.rules[0]?.version, 4, 'a rule that was taken away and is back goes on counting')
  })

  test(`${name}: what changes nothing makes no revision; what applies settings leaves rules alone`, async (t) => {
    const { stores, sql } = await open(t)
    await stores.rules.change({ author: 'dana', at: AT, edit: withRules(rule('one')) })
    await stores.rules.change({ author: 'dana', at: AT, edit: (current) => ({ ...current, rules: [...current.rules] }) })
    const connection = { name: 'c', type: 'oidc', label: 'C', brand: 'oidc', homeRealms: [], settings: {} }
    await stores.settings.apply({ relyingParties: [], targets: [], connections: [connection] }, AT)
    const { revision, rules } = await stores.settings.current()
    assert.deepEqual([revision, rules.rules.length], [2, 1])
    const events = await sql(`select facts_json from events where type = 'rules_changed'`)
    assert.deepEqual(
      events.map((one) => JSON.parse(String(one['facts_json']))),
      [{ by: 'dana', rules: 1, scripts: 1, what: 'one added' }],
    )
  })

  audited(name, open)
  guarded(name, open)
}

/** What is left of a change for whoever must answer for it. */
const audited = (name: string, open: OpenStores): void => {
  test(`${name}: the audit says which rule was changed and how, and nothing that was secret`, async (t) => {
    const { stores, sql } = await open(t)
    const change = (edit: (current: RuleSettings) => RuleSettings) => stores.rules.change({ author: 'dana', at: AT, edit })
    await change(withRules(rule('one'), rule('two', { order: 2 })))
    await change((current) => ({ ...current, configuration: { KEY: new Secret('value-7f1c') } }))
    await change(withRules(rule('one', { enabled: false, script: 'function () { 7 }' }), rule('three', { order: 3, enabled: false })))
    const secrets = { TOKEN: new Secret('value-7f1c') }
    await change((current) => ({ ...current, rules: [rule('one', { enabled: true, secrets })], configuration: {}, budgetMs: 5_000 }))
    const events = await sql(`select facts_json from events where type = 'rules_changed' order by id`)
    const what = events.map((one) => JSON.parse(String(one['facts_json'])).what)
    assert.deepEqual(what, [
      'one added; two added',
      'configuration.KEY set',
      'one script changed, disabled; three added, disabled; two removed',
      'one script changed, enabled, secrets changed; three removed; configuration.KEY unset; budget 5000 ms',
    ])
    assert.doesNotMatch(JSON.stringify(events), /7f1c/)
  })
}

/** What must not happen to them. */
const guarded = (name: string, open: OpenStores): void => {
  test(`${name}: two rules never have one place, and a refusal changes nothing`, async (t) => {
    const { stores } = await open(t)
    const change = (...rules: readonly Rule[]) => stores.rules.change({ author: 'dana', at: AT, edit: withRules(...rules) })
    await change(rule('one'))
    await assert.rejects(change(rule('one'), rule('two')), { code: 'settings_invalid' })
    await assert.rejects(change(rule('one'), rule('one', { order: 2 })), { code: 'settings_invalid' })
    assert.equal((await stores.settings.current()).revision, 1)
    assert.deepEqual(await stores.rules.versions('two'), [])
  })

  test(`${name}: of many changes at once none is lost`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const add = (n: number) => (current: RuleSettings) => ({ ...current, rules: [...current.rules, rule(`r${n}`, { order: n })] })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? stores : others).rules.change({ author: 'dana', at: AT, edit: add(n) })),
    )
    const { revision, rules } = await stores.settings.current()
    assert.deepEqual([revision, rules.rules.length], [10, 10])
  })
}
