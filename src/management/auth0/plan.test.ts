import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLIENT_ID, DIRECTORY, GATE, GREETING, office365, YAML } from '../../../test/import/exports.ts'
import { planOf, said } from '../../../test/import/planning.ts'
import { createFindings } from './findings.ts'

const WITH_ID = { clientIds: { 'Office 365': CLIENT_ID } }

test('a folder of Auth0’s own tool: rules unedited and in order, the relying party, what Usher has types for', () => {
  const plan = planOf(DIRECTORY, WITH_ID)
  assert.deepEqual(said(plan, 'problem'), [])
  assert.equal(plan.layout, 'directory')
  assert.deepEqual(
    plan.rules.map(({ name, kind, order, enabled, legacyGlobals }) => ({ name, kind, order, enabled, legacyGlobals })),
    [
      { name: 'Partners only', kind: 'rule', order: 10, enabled: false, legacyGlobals: true },
      { name: 'Greeting', kind: 'rule', order: 20, enabled: true, legacyGlobals: true },
      { name: 'Stamp', kind: 'action', order: 21, enabled: true, legacyGlobals: false },
    ],
  )
  assert.equal(plan.rules[0]?.script, GATE)
  assert.equal(plan.rules[1]?.script, GREETING)
  assert.deepEqual(plan.settings.relyingParties, [
    {
      clientId: CLIENT_ID,
      name: 'Office 365',
      target: 'contoso',
      connections: ['Username-Password-Authentication'],
      admission: { policy: 'rule' },
      domains: { 'guests.contoso.example': { issuer: 'https://id.contoso.example/issuer/guests.contoso.example' } },
    },
  ])
  assert.equal(plan.configuration['CITY']?.reveal(), 'Berlin')
})

test('what does not come over is told, with its file', () => {
  const plan = planOf(DIRECTORY, WITH_ID)
  const left = said(plan, 'left').join('\n')
  assert.match(left, /connections\/sms\.json: connection sms: sms is not supported yet, people of it cannot sign in/)
  assert.match(left, /rules\/Failed\.json: rule Failed: runs at login_failure/)
  assert.match(left, /1 applications that are not Microsoft 365/)
})

test('what wants a value is told: configuration read in any way, masked secrets, secrets of actions', () => {
  const plan = planOf(DIRECTORY, WITH_ID)
  assert.deepEqual(plan.missingConfiguration, ['AUTH0_OFFICE365_CLIENT_ID', 'MOTTO', 'PARTNER_DOMAIN'])
  const needs = said(plan, 'needs').join('\n')
  assert.match(needs, new RegExp(`configuration\\.AUTH0_OFFICE365_CLIENT_ID has no value: .*probably ${CLIENT_ID}`))
  assert.match(
    needs,
    /google-oauth2: its client secret is not in the export, so it does not come over; give CONNECTIONS_GOOGLE_OAUTH2_SECRET/,
  )
  assert.match(needs, /action Stamp: its secret STAMP_KEY has no value/)
  const given = planOf(DIRECTORY, {
    ...WITH_ID,
    values: {
      AUTH0_OFFICE365_CLIENT_ID: 'another',
      PARTNER_DOMAIN: 'f.example',
      STAMP_KEY: 's',
      UNUSED: 'x',
      CONNECTIONS_GOOGLE_OAUTH2_SECRET: 'g',
    },
  })
  assert.deepEqual(given.missingConfiguration, ['MOTTO'])
  assert.ok(!('UNUSED' in given.configuration), 'nobody reads it')
  assert.equal(given.settings.connections.length, 2)
  assert.match(said(given, 'needs').join('\n'), /register https:\/\/id\.contoso\.example\/login\/callback\/google-oauth2 as a redirect URI/)
  assert.match(said(given, 'needs').join('\n'), /AUTH0_OFFICE365_CLIENT_ID is not the client ID of the relying party/)
})

test('an export without client IDs is not written before somebody gives the one of Microsoft 365', () => {
  const plan = planOf(DIRECTORY)
  assert.match(said(plan, 'problem').join('\n'), /clients\/Office 365\.json: application Office 365: .*--map "Office 365=CLIENT_ID"/)
  assert.deepEqual(plan.settings.relyingParties, [])
})

test('YAML: scripts beside it, applications by id or by name, values as JSON', () => {
  const plan = planOf(YAML, { file: 'tenant.yaml', mapping: { PARTNERS_SECRET: 'p4rtners' } })
  assert.deepEqual(said(plan, 'problem'), [])
  assert.equal(plan.rules[0]?.script, GREETING)
  const [party] = plan.settings.relyingParties
  assert.deepEqual(party && 'connections' in party && party.connections, ['partners', 'guests'])
  assert.deepEqual(plan.settings.connections[0], {
    name: 'partners',
    type: 'oidc',
    label: 'Partner account',
    settings: {
      clientId: 'usher',
      clientSecret: plan.settings.connections[0] && Reflect.get(Reflect.get(plan.settings.connections[0], 'settings'), 'clientSecret'),
      issuer: 'https://id.fabrikam.example/',
      scopes: ['openid', 'email'],
    },
  })
  assert.ok(!JSON.stringify(plan).includes('p4rtners'))
  assert.equal(planOf(YAML).layout, 'yaml', 'the same when the folder is named')
})

test('an export without rules says so, instead of looking like one that has none', () => {
  const { 'rules/Greeting.json': _1, 'rules/Greeting.js': _2, ...rest } = DIRECTORY
  const without = Object.fromEntries(Object.entries(rest).filter(([path]) => !path.startsWith('rules/')))
  const plan = planOf(without, WITH_ID)
  assert.match(said(plan, 'note').join('\n'), /the export has no rules\. Auth0 no longer hands them out/)
  assert.doesNotMatch(said(planOf(DIRECTORY, WITH_ID), 'note').join('\n'), /has no rules/)
})

test('markers: JSON and bare text, in code as well; one that has no value keeps its file out', () => {
  const files = {
    'rules/Marked.js':
      'function (user, context, callback) { const all = @@PARTNERS@@; user.motto = "##MOTTO##"; callback(null, user, context) }',
    'clients/o.json':
      '{ "name": "##NAME##", "app_type": "office365", "client_id": "@@ID@@", "addons": { "office365": { "domain": "a.example" } } }',
    'database-connections/g/database.json': { name: 'g', enabled_clients: ['Office'] },
  }
  const plan = planOf(files, { mapping: { PARTNERS: ['a', { b: 1 }], MOTTO: 'costs $& more', NAME: 'Office', ID: 'abc' } })
  assert.deepEqual(said(plan, 'problem'), [])
  assert.match(plan.rules[0]?.script ?? '', /const all = \["a",\{"b":1\}\]; user\.motto = "costs \$& more"/)
  const open = planOf(files)
  assert.deepEqual(open.rules, [])
  assert.match(said(open, 'problem').join('\n'), /rules\/Marked\.js: markers in its code have no value: PARTNERS, MOTTO;/)
  assert.match(
    said(open, 'problem').join('\n'),
    /clients\/o\.json: the marker ID, NAME has no value|clients\/o\.json: the marker NAME, ID has no value/,
  )
})

test('a reference that leads out of the export is not read', () => {
  for (const script of ['../../etc/passwd.js', '/etc/passwd.js', '..\\..\\secret.js', 'C:\\secret.js']) {
    const plan = planOf({ 'rules/Evil.json': { name: 'Evil', script }, 'rules/Fine.js': GREETING })
    assert.match(said(plan, 'problem').join('\n'), /rules\/Evil\.json: refers to .*leads out of the export/, script)
    assert.deepEqual(
      plan.rules.map(({ name }) => name),
      ['Fine'],
    )
  }
})

test('one bad file hides no other', () => {
  const plan = planOf({
    'rules/A.json': '{ not JSON',
    'rules/B.js': 'function (user, context, callback) {\n  callback(null user)\n}',
    'rules/C.json': { name: 'C', script: './Gone.js' },
    'rules/D.json': { name: '-bad-', script: './D.js' },
    'rules/D.js': GREETING,
    'rules/E.js': GREETING,
  })
  const problems = said(plan, 'problem')
  assert.equal(problems.length, 4, problems.join('\n'))
  assert.match(problems.join('\n'), /rules\/B\.js: rule B: line 2, column 17: Unexpected token/)
  for (const file of ['A.json', 'Gone.js', 'D.json'])
    assert.ok(
      problems.some((one) => one.includes(file)),
      file,
    )
  assert.deepEqual(
    plan.rules.map(({ name }) => name),
    ['B', 'E'],
  )
})

test('a value nested without an end is told, and so are a hundred thousand things', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const plan = planOf({ 'clients/deep.json': `{ "name": "Deep", "addons": ${deep} }`, 'rules/E.js': GREETING })
  assert.match(said(plan, 'problem').join('\n'), /clients\/deep\.json: cannot be read: it is nested deeper than 100 levels/)
  assert.deepEqual(
    plan.rules.map(({ name }) => name),
    ['E'],
  )
  const findings = createFindings()
  for (let round = 0; round < 2; round += 1) for (let index = 0; index < 100_000; index += 1) findings.add('note', `note ${index}`)
  assert.equal(findings.all().length, 100_000)
})

test('names that every object has are names without a value', () => {
  const code = 'exports.onExecutePostLogin = async () => {}'
  const secrets = [{ name: 'constructor' }, { name: 'toString', value: 'given' }]
  const plan = planOf({
    'actions/Odd.json': { name: 'Odd', code, secrets, supported_triggers: [{ id: 'post-login' }] },
    'connections/odd.json': {
      name: 'odd',
      strategy: 'google-oauth2',
      options: { client_id: 'c', client_secret: '##constructor##' },
      enabled_clients: [],
    },
  })
  const needs = said(plan, 'needs').join('\n')
  assert.match(needs, /action Odd: its secret constructor has no value/)
  assert.ok(!needs.includes('toString'))
  const [odd] = plan.rules
  assert.deepEqual(
    Object.entries(odd?.secrets ?? {}).map(([name, secret]) => [name, secret.reveal()]),
    [['toString', 'given']],
  )
  assert.deepEqual(plan.settings.connections, [])
})

test('bare scripts and lists as the API answers them', () => {
  const bare = planOf({ 'Second.js': GREETING, 'First.js': GATE })
  assert.equal(bare.layout, 'scripts')
  assert.deepEqual(
    bare.rules.map(({ name, order }) => [name, order]),
    [
      ['First', 1],
      ['Second', 2],
    ],
  )
  const git = planOf({ 'rules/x1.js': GREETING, 'rules/x1.json': { enabled: false, order: 7 } })
  assert.deepEqual(
    git.rules.map(({ name, order, enabled }) => [name, order, enabled]),
    [['x1', 7, false]],
  )
  const dump = planOf(
    { 'rules.json': { total: 1, rules: [{ id: 'rul_abcdEFGH1234', name: 'Greeting', script: GREETING, order: 3, enabled: true }] } },
    { file: 'rules.json' },
  )
  assert.deepEqual(
    dump.rules.map(({ name, id }) => [name, id]),
    [['Greeting', 'rul_abcdEFGH1234']],
  )
  assert.equal(planOf({ 'Only.js': GREETING, 'Other.js': GATE }, { file: 'Only.js' }).rules.length, 1)
})

test('modules that are not there are told with the line', () => {
  const plan = planOf({ 'rules/M.js': 'function (user, context, callback) {\n  require("@onfido/api@1.5.1");\n  callback()\n}' })
  assert.match(said(plan, 'needs').join('\n'), /rules\/M\.js: rule M: line 2: require\('@onfido\/api@1\.5\.1'\) is not there/)
})

test('no target, an unknown one, or several: the relying party waits for a choice', () => {
  const files = { ...DIRECTORY, 'clients/Office 365.json': office365({ client_id: CLIENT_ID }) }
  assert.match(said(planOf(files, { around: { targets: [] } }), 'problem').join(), /declare one first with `usher apply`/)
  assert.match(said(planOf(files, { target: 'nowhere' }), 'problem').join(), /there is no target nowhere/)
  const two = { targets: ['contoso', 'fabrikam'] }
  assert.match(said(planOf(files, { around: two }), 'problem').join(), /choose one with --target: contoso, fabrikam/)
  assert.deepEqual(said(planOf(files, { around: two, target: 'fabrikam' }), 'problem'), [])
})

test('who comes in is for rules to decide; where none is enabled that is told', () => {
  const without = Object.fromEntries(Object.entries(DIRECTORY).filter(([path]) => !/^(rules|actions|triggers)\//.test(path)))
  assert.match(said(planOf(without, WITH_ID), 'needs').join('\n'), /no rule is enabled.*nobody is let in/)
  assert.doesNotMatch(said(planOf(DIRECTORY, WITH_ID), 'needs').join('\n'), /nobody is let in/)
})

test('an export that does not say which connections an application has gives it all of them, and says so', () => {
  const plan = planOf(
    { 'dump.json': [office365({ client_id: CLIENT_ID }), { name: 'guests', strategy: 'auth0' }, { name: 'ad', strategy: 'ad' }] },
    { file: 'dump.json' },
  )
  assert.deepEqual(said(plan, 'problem'), [])
  assert.match(said(plan, 'needs').join(), /does not say which connections it has, so it gets all of them; take away/)
  assert.deepEqual(
    plan.settings.relyingParties.map((one) => Reflect.get(one, 'connections')),
    [['guests']],
  )
})

test('two rules of one place get two', () => {
  const rule = (name: string, order: number) => ({ name, order, script: GREETING })
  const plan = planOf({ 'rules.json': [rule('bb1', 5), rule('aa1', 5), rule('cc1', 1)] }, { file: 'rules.json' })
  assert.deepEqual(
    plan.rules.map(({ name, order }) => [name, order]),
    [
      ['cc1', 1],
      ['aa1', 5],
      ['bb1', 6],
    ],
  )
})
