import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule, RuleSettings } from '#kernel/rule.ts'
import { Secret } from '#kernel/secret.ts'
import { GREETING, inMemory } from '../../../test/import/exports.ts'
import { createFindings } from '../auth0/findings.ts'
import { filesOf, readRuleFolder } from './rule-folder.ts'
import { reordered, withRules } from './wanted-rules.ts'

const NONE: RuleSettings = { rules: [], configuration: {}, budgetMs: 20_000 }
const ACTION = 'exports.onExecutePostLogin = async (event, api) => {}\n'

const read = (files: Readonly<Record<string, unknown>>) => {
  const findings = createFindings()
  return { rules: readRuleFolder(inMemory(files), findings), findings: findings.all() }
}

const ids = () => {
  let count = 0
  return (kind: Rule['kind']) => `${kind === 'rule' ? 'rul' : 'act'}_${++count}`
}

test('a folder becomes rules, and the same folder changes nothing', () => {
  const { rules } = read({
    'Greeting.js': GREETING,
    'Greeting.json': { enabled: false, order: 5 },
    'Stamp.js': ACTION,
    'notes.txt': 'nothing',
  })
  const first = withRules(NONE, rules, ids())
  assert.deepEqual(first.changes, ['rule Greeting added', 'action Stamp added'])
  assert.deepEqual(
    first.settings.rules.map(({ id, name, kind, order, enabled, legacyGlobals }) => ({ id, name, kind, order, enabled, legacyGlobals })),
    [
      { id: 'rul_1', name: 'Greeting', kind: 'rule', order: 5, enabled: false, legacyGlobals: true },
      { id: 'act_2', name: 'Stamp', kind: 'action', order: 15, enabled: true, legacyGlobals: false },
    ],
  )
  const second = withRules(first.settings, rules, ids())
  assert.deepEqual(second.changes, [])
  assert.deepEqual(second.settings, first.settings)
})

test('what a folder was written from is what it is read as', () => {
  const rule = {
    name: 'A & B: c',
    kind: 'action',
    script: GREETING,
    order: 7,
    enabled: true,
    legacyGlobals: true,
    hosts: ['*.example.com'],
  } as const
  const files = filesOf([rule])
  assert.deepEqual(Object.keys(files), ['A _ B_ c.js', 'A _ B_ c.json'])
  assert.deepEqual(read(files).rules, [rule])
})

test('a rule and an action of one name are two, and stay two', () => {
  const both = [
    { name: 'Same', kind: 'rule', script: GREETING, order: 1 },
    { name: 'Same', kind: 'action', script: ACTION, order: 2 },
  ] as const
  const first = withRules(NONE, both, ids())
  const second = withRules(first.settings, both, ids())
  assert.deepEqual(second.changes, [])
  assert.deepEqual(second.settings, first.settings)
  const files = filesOf(first.settings.rules)
  assert.deepEqual(Object.keys(files), ['Same.js', 'Same.json', 'Same action 2.js', 'Same action 2.json'])
  const { rules, findings } = read(files)
  assert.deepEqual(findings, [])
  assert.deepEqual(withRules(first.settings, rules, ids()).changes, [])
})

test('no name makes a file of another rule’s, or one that no folder takes', () => {
  const long = '\u{6F22}'.repeat(120)
  const named = [
    { name: 'x', kind: 'rule', script: GREETING, order: 1 },
    { name: 'x action 3', kind: 'rule', script: `${GREETING}//`, order: 2 },
    { name: 'x', kind: 'action', script: ACTION, order: 3 },
    { name: 'X ACTION 3 (2)', kind: 'action', script: ACTION, order: 4 },
    { name: 'a:b', kind: 'rule', script: GREETING, order: 5 },
    { name: 'a*b', kind: 'rule', script: GREETING, order: 6 },
    { name: long, kind: 'rule', script: GREETING, order: 7 },
    { name: `${long.slice(0, -1)}x`, kind: 'rule', script: GREETING, order: 8 },
  ] as const
  const { settings } = withRules(NONE, named, ids())
  const files = filesOf(settings.rules)
  const names = Object.keys(files)
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 2 * named.length)
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 255 && !/[/\\]/.test(name), name)
  const { rules, findings } = read(files)
  assert.deepEqual(findings, [])
  assert.equal(rules.length, named.length)
  assert.deepEqual(withRules(settings, rules, ids()).changes, [])
})

test('a rule that became an action stays one thing', () => {
  const { settings } = withRules(NONE, [{ name: 'One', kind: 'rule', script: GREETING }], ids())
  const after = withRules(settings, [{ name: 'One', kind: 'action', script: ACTION }], ids())
  assert.deepEqual(after.changes, ['action One changed: script, kind'])
  assert.deepEqual(
    after.settings.rules.map(({ id, kind }) => [id, kind]),
    [['rul_1', 'action']],
  )
})

test('everything wrong is told with its place, and nothing else is kept back', () => {
  const { rules, findings } = read({
    'Broken.js': 'function (user, context, callback) {\n  callback(null user)\n}',
    'Odd.js': GREETING,
    'Odd.json': { enabled: 'yes', shape: 'red' },
    'Two.js': GREETING,
    'Two.json': { name: 'Fine' },
    'Fine.js': GREETING,
  })
  assert.deepEqual(
    findings.map(({ file, text }) => `${file}: ${text}`),
    [
      'Broken.js: line 2, column 17: Unexpected token',
      'Odd.js: Odd.json: enabled: Invalid input: expected boolean, received string; : Unrecognized key: "shape"',
      'undefined: there are two rules Fine',
    ],
  )
  assert.deepEqual(
    rules.map(({ name }) => name),
    ['Fine', 'Fine'],
  )
})

test('a place that another rule has is not taken from it; secrets that were set here stay', () => {
  const [first] = withRules(NONE, [{ name: 'First', kind: 'rule', script: GREETING, order: 10 }], ids()).settings.rules
  assert.ok(first)
  const here: RuleSettings = { ...NONE, rules: [{ ...first, secrets: { KEY: new Secret('set here') } }] }
  const wanted = [
    { name: 'Second', kind: 'rule', script: GREETING, order: 10 },
    { name: 'First', kind: 'rule', script: `${GREETING}//`, secrets: {} },
  ] as const
  const { settings, changes } = withRules(here, wanted, () => 'rul_9')
  assert.deepEqual(changes, ['rule Second added', 'rule First changed: script, order'])
  assert.deepEqual(
    settings.rules.map(({ name, order }) => [name, order]),
    [
      ['Second', 10],
      ['First', 11],
    ],
  )
  assert.equal(settings.rules[1]?.secrets?.['KEY']?.reveal(), 'set here')
})

test('a new rule without a place goes behind all there are', () => {
  const { settings } = withRules(NONE, [{ name: 'Zz1', kind: 'rule', script: GREETING }], ids())
  const both = [
    { name: 'Aa1', kind: 'rule', script: GREETING },
    { name: 'Zz1', kind: 'rule', script: GREETING },
  ] as const
  const after = withRules(settings, both, () => 'rul_9')
  assert.deepEqual(after.changes, ['rule Aa1 added'])
  assert.deepEqual(
    after.settings.rules.map(({ name, order }) => [name, order]),
    [
      ['Aa1', 20],
      ['Zz1', 10],
    ],
  )
})

test('rules change places between them', () => {
  const wanted = ['A1', 'B1', 'C1'].map((name) => ({ name, kind: 'rule', script: GREETING }) as const)
  const { settings } = withRules(NONE, wanted, ids())
  const after = reordered(settings, ['rul_3', 'rul_1'])
  assert.deepEqual(
    after.rules.map(({ name, order }) => [name, order]),
    [
      ['A1', 30],
      ['B1', 20],
      ['C1', 10],
    ],
  )
})
