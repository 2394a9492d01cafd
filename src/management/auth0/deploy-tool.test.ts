import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLIENT_ID, DIRECTORY, GREETING, office365, YAML } from '../../../test/import/exports.ts'
import { planOf, said } from '../../../test/import/planning.ts'

// What auth0-deploy-cli 8.44 writes for tenants that were made to try it.

const CODE = 'exports.onExecutePostLogin = async (event, api) => {}'
const WITH_ID = { clientIds: { 'Office 365': CLIENT_ID } }

const action = (name: string, more: object = {}) => ({
  name,
  code: CODE,
  supported_triggers: [{ id: 'post-login', version: 'v3' }],
  secrets: [],
  deployed: true,
  ...more,
})

test('files are called as Auth0 lets things be called', () => {
  const plan = planOf({
    'rules/(Gate).json': { name: '(Gate)', enabled: true, order: 1, stage: 'login_success', script: './(Gate).js' },
    'rules/(Gate).js': GREETING,
    'actions/👩‍💻 Enrich (v2); x=1.json': action('👩‍💻 Enrich (v2); x=1', { code: './actions/👩‍💻 Enrich (v2); x=1/code.js' }),
    'actions/👩‍💻 Enrich (v2); x=1/code.js': CODE,
  })
  assert.deepEqual(said(plan, 'problem'), [])
  assert.deepEqual(
    plan.rules.map(({ name, script }) => [name, script]),
    [
      ['(Gate)', GREETING],
      ['👩‍💻 Enrich (v2); x=1', CODE],
    ],
  )
})

test('a folder under version control has files of other tools', () => {
  const others = { 'azure-pipelines.yml': 'trigger: [main]', '.github/workflows/x.yml': 'on: push', 'docker-compose.yaml': 'services: {}' }
  const plan = planOf({ ...DIRECTORY, ...others }, WITH_ID)
  assert.equal(plan.layout, 'directory')
  assert.equal(plan.rules.length, 3)
  assert.doesNotMatch(said(plan, 'left').join('\n'), /github/)
  assert.equal(planOf({ ...YAML, ...others }).rules.length, 1)
  const { 'tenant.yaml': content, ...beside } = YAML
  assert.equal(planOf({ ...beside, 'contoso.yml': content }).layout, 'yaml')
})

test('a script that is not there is no script of its own', () => {
  const plan = planOf({ 'rules/(Gate).json': { name: '(Gate)', script: './(Gate).js' } })
  assert.deepEqual(plan.rules, [])
  assert.match(said(plan, 'problem').join('\n'), /rules\/\(Gate\)\.js: cannot be read/)
})

test('quotes around a marker that stands for JSON are not meant, in code either', () => {
  const script = 'function (user, context, callback) { user.stage = \'@@STAGE@@\'; user.all = "@@ALL@@"; callback(null, user, context) }'
  const plan = planOf({ 'rules/M.js': script }, { mapping: { STAGE: 'prod', ALL: ['a'] } })
  assert.match(plan.rules[0]?.script ?? '', /user\.stage = "prod"; user\.all = \["a"\];/)
})

test('a marker may be called as its mapping calls it, and is found without one', () => {
  const files = { 'rules/M.js': 'function (user, context, callback) { user.x = "##my-key.v2##"; callback(null, user, context) }' }
  assert.match(planOf(files, { mapping: { 'my-key.v2': 'found' } }).rules[0]?.script ?? '', /user\.x = "found"/)
  assert.match(said(planOf(files), 'problem').join('\n'), /the marker in its code has no value: my-key\.v2;/)
  assert.equal(planOf({ 'rules/M.js': `//${'#'.repeat(40)}\n//##-----##\n${GREETING}` }).rules.length, 1)
})

test('a connection that cannot be called so here holds up no other', () => {
  const long = `acme-${'x'.repeat(80)}`
  const plan = planOf({
    'connections/a.json': { name: long, strategy: 'samlp', options: {} },
    'connections/b.json': { name: `${long}-sms`, strategy: 'sms', options: {} },
    'connections/c.json': { name: 'guests', strategy: 'auth0' },
  })
  assert.deepEqual(said(plan, 'problem'), [])
  assert.match(said(plan, 'left').join('\n'), /connection acme-x+: its name is not of at most 64 letters, digits and -, .*cannot sign in/)
  assert.match(said(plan, 'left').join('\n'), /sms is not supported yet/)
  assert.equal(plan.settings.connections.length, 1)
})

test('an action whose changes were never deployed is a draft, and that is told', () => {
  const plan = planOf({
    'actions/Draft.json': action('Draft', { deployed: false }),
    'actions/Fine.json': action('Fine'),
    'actions/Loose.json': action('Loose', { deployed: false }),
    'triggers/triggers.json': { 'post-login': [{ action_name: 'Draft' }, { action_name: 'Fine' }, { action_name: 'Store bought' }] },
  })
  assert.match(said(plan, 'needs').join('\n'), /actions\/Draft\.json: action Draft: Auth0 ran another version/)
  assert.doesNotMatch(said(plan, 'needs').join('\n'), /Fine|Loose/)
  assert.match(said(plan, 'left').join('\n'), /triggers\/triggers\.json: action Store bought: bound to post-login and not in the export/)
})

test('two actions of one name are told apart by nobody', () => {
  const plan = planOf({ 'actions/a.json': action('Same'), 'actions/b.json': action('Same') })
  assert.match(said(plan, 'problem').join('\n'), /actions\/b\.json: there are two actions Same/)
})

test('commands that are told can be pasted, whatever things are called', () => {
  const plan = planOf({
    'actions/a.json': action('It\'s "$(reboot)"', { secrets: [{ name: 'KEY', value: '_VALUE_NOT_SHOWN_' }] }),
    'clients/o.json': office365({ name: 'Office `365`' }),
    'rules/r.js': "function (user, context, callback) { user.x = configuration['A $(reboot)']; callback(null, user, context) }",
  })
  assert.match(said(plan, 'needs').join('\n'), /`usher config set KEY --action 'It'\\''s "\$\(reboot\)"'`/)
  assert.match(said(plan, 'needs').join('\n'), /`usher config set 'A \$\(reboot\)'`/)
  assert.match(said(plan, 'problem').join('\n'), /--map 'Office `365`=CLIENT_ID'/)
})

test('what of an export nobody has a use for is named', () => {
  const plan = planOf({
    ...DIRECTORY,
    'action-modules/shared.json': { name: 'shared' },
    'action-modules/shared/code.js': 'module.exports = {}',
    'organizations/fabrikam.json': { name: 'fabrikam' },
    'hooks/h.json': {},
  })
  assert.match(said(plan, 'left').join('\n'), /^what the export has of action-modules, hooks, organizations$/m)
  const yaml = planOf({ ...YAML, 'tenant.yaml': `${String(YAML['tenant.yaml'])}\nhooks: []\nroles: [{ name: x }]\nactionModules: [{}]\n` })
  assert.match(said(yaml, 'left').join('\n'), /^what the export has of actionModules, roles$/m)
  assert.doesNotMatch(said(planOf(DIRECTORY), 'left').join('\n'), /what the export has of/)
})

test('an export without the application of Microsoft 365 says so, and whom it may mean', () => {
  const wsfed = { name: 'M365 by hand', addons: { wsfed: {} }, callbacks: ['https://login.microsoftonline.com/login.srf'] }
  const plan = planOf({ 'clients/a.json': wsfed, 'clients/b.json': { name: 'Portal' }, 'rules/r.js': GREETING })
  const needs = said(plan, 'needs').join('\n')
  assert.match(needs, /no application is of the kind `office365`.*`usher apply`/)
  assert.match(needs, /M365 by hand speaks WS-Federation with Microsoft/)
  assert.doesNotMatch(needs, /Portal/)
  assert.doesNotMatch(said(planOf({ 'rules/r.js': GREETING }), 'needs').join('\n'), /office365/, 'scripts alone are no whole export')
  assert.doesNotMatch(said(planOf(DIRECTORY, WITH_ID), 'needs').join('\n'), /no application is of the kind/)
})

test('a name that was mistyped after --map is told', () => {
  const plan = planOf(DIRECTORY, { clientIds: { Office365: CLIENT_ID } })
  assert.match(said(plan, 'needs').join('\n'), /--map Office365: the export has no application of that name/)
  assert.doesNotMatch(said(planOf(DIRECTORY, WITH_ID), 'needs').join('\n'), /no application of that name/)
})

test('where people had a user name besides their address, that they have one from now on is told', () => {
  const plan = planOf({
    'database-connections/two/database.json': { name: 'two', strategy: 'auth0', options: { requires_username: true }, enabled_clients: [] },
    'database-connections/one/database.json': { name: 'one', strategy: 'auth0', options: {}, enabled_clients: [] },
  })
  const needs = said(plan, 'needs').join('\n')
  assert.match(needs, /connection two: people could type their user name or their address; here they type their address/)
  assert.doesNotMatch(needs, /connection one:/)
})

test('a database with people elsewhere, or where anybody could sign up', () => {
  const database = (name: string, options: object) => ({ name, strategy: 'auth0', options, enabled_clients: [] })
  const plan = planOf({
    'database-connections/own/database.json': database('own', { enabledDatabaseCustomization: true, disable_signup: true }),
    'database-connections/moving/database.json': database('moving', {
      enabledDatabaseCustomization: true,
      import_mode: true,
      disable_signup: true,
    }),
    'database-connections/open/database.json': database('open', {}),
  })
  const told = plan.findings.map(({ kind, text }) => `${kind}: ${text}`).join('\n')
  assert.match(told, /needs: connection own: its people lie in a database of your own/)
  assert.match(told, /needs: connection moving: whoever never signed in through Auth0 is still in a database of your own/)
  assert.match(told, /note: connection open: people could sign up there by themselves/)
  assert.doesNotMatch(told, /(own|moving): people could sign up/)
})
