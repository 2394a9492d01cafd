import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, symlinkSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Installation, makeInstallation } from '../support/installation.ts'
import { settingsWith, type TappedTenant, tappedTenant } from '../support/tapped-tenant.ts'
import { CLIENT_ID, DIRECTORY, onDisk, YAML } from './exports.ts'

const PASSWORD = randomBytes(24).toString('base64url')
const MAP = ['--map', `Office 365=${CLIENT_ID}`]

let place: Installation
let tenant: TappedTenant
before(async () => {
  place = await makeInstallation()
  tenant = await tappedTenant(place.publicUrl)
  const { targets } = settingsWith(place.publicUrl, tenant, { entra: place.write('keys/entra', PASSWORD), google: '' })
  const { code, stderr } = await place.run(['apply', place.write('settings.json', { targets })])
  assert.equal(code, 0, stderr)
})
after(async () => {
  await place.close()
  await tenant.close()
})

const rules = async (): Promise<string> => (await place.run(['rules', 'list'])).stdout

test('a dry run tells everything and writes nothing', async (t) => {
  const { code, stdout, stderr } = await place.run(['import', 'auth0', onDisk(t, DIRECTORY), ...MAP, '--dry-run'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /Read as directory: 2 rules, 1 actions, 1 connections, 1 relying parties/)
  for (const told of [
    /\d+ would change\. Nothing was written\./,
    /rule Partners only {2}order 10 {2}disabled/,
    /sms is not supported yet/,
    /configuration\.MOTTO has no value/,
  ])
    assert.match(stderr, told)
  assert.match(stdout, /^ {2}-DomainId guests\.contoso\.example -InternalDomainFederationId/m)
  assert.equal(await rules(), '')
})

test('without its client ID nothing of an export is written, and how to give it is said', async (t) => {
  const { code, stderr, stdout } = await place.run(['import', 'auth0', onDisk(t, DIRECTORY)])
  assert.equal(code, 1)
  assert.match(stderr, /Give it as --map "Office 365=CLIENT_ID"\n✗ nothing was written: 1 problem/)
  assert.equal(stdout, '')
  assert.equal(await rules(), '')
  const asJson = await place.run(['import', 'auth0', onDisk(t, DIRECTORY), '--json'])
  assert.equal(asJson.code, 1)
  assert.deepEqual(JSON.parse(asJson.stdout).changes, [])
})

test('a folder is imported as one change, and the second time nothing changes', async (t) => {
  const folder = onDisk(t, DIRECTORY)
  const values = place.write(
    'rules.env',
    'PARTNER_DOMAIN=fabrikam.example\nSTAMP_KEY="a stamp"\nCONNECTIONS_GOOGLE_OAUTH2_SECRET=g00gle-secret\nCONNECTION_FACEBOOK_CLIENT_ID=123\nCONNECTIONS_FACEBOOK_SECRET=faceb00k-secret\n',
  )
  const first = await place.run(['import', 'auth0', folder, ...MAP, '--env-file', values])
  assert.equal(first.code, 0, first.stderr)
  for (const change of [
    'connection google-oauth2 added',
    'connection facebook added',
    'connection Username-Password-Authentication added',
    `relying party ${CLIENT_ID} added`,
  ])
    assert.ok(first.stderr.includes(change), change)
  for (const change of ['rule Greeting added', 'action Stamp added', 'configuration.PARTNER_DOMAIN set'])
    assert.ok(first.stderr.includes(change), change)
  for (const secret of ['g00gle-secret', 'faceb00k-secret', 'a stamp'])
    assert.ok(!`${first.stdout}${first.stderr}`.includes(secret), 'no secret is said')
  assert.match(await rules(), /^10\tPartners only\trule\tdisabled.*\n20\tGreeting\trule\tenabled.*\n21\tStamp\taction\tenabled/)
  const second = await place.run(['import', 'auth0', folder, ...MAP, '--env-file', values])
  assert.match(second.stderr, /✓ already so: nothing changed/)
  assert.doesNotMatch(second.stderr, /✓ \d+ changed|added/)
  assert.match((await place.run(['config', 'list'])).stdout, /^CITY\nPARTNER_DOMAIN\n$/)
})

test('the commands that point the domain here have its issuer, address and certificate', async (t) => {
  const { stdout } = await place.run(['import', 'auth0', onDisk(t, DIRECTORY), ...MAP, '--dry-run', '--json'])
  const { federation } = JSON.parse(stdout)
  const script = federation.join('\n')
  assert.match(script, new RegExp(`-IssuerUri ${place.publicUrl.origin}/issuer/guests\\.contoso\\.example`))
  assert.match(script, new RegExp(`-PassiveSignInUri ${place.publicUrl.origin}/wsfed/${CLIENT_ID} `))
  assert.match(script, /if \(-not \(Test-Path (federation-before\.guests\.contoso\.example\.json)\)\) \{ .* \| Set-Content \1 \}/)
  assert.match(script, /-SigningCertificate "MII[\w+/=]{300,}"/)
})

test('YAML is imported, with the values of its markers', async (t) => {
  const other = await makeInstallation()
  t.after(other.close)
  const { targets } = settingsWith(other.publicUrl, tenant, { entra: other.write('keys/entra', PASSWORD), google: '' })
  await other.run(['apply', other.write('settings.json', { targets })])
  const folder = onDisk(t, YAML)
  const refused = await other.run(['import', 'auth0', `${folder}/tenant.yaml`])
  assert.equal(refused.code, 0, 'a masked secret only keeps its connection out')
  assert.match(refused.stderr, /connection partners: its client secret is not in the export/)
  const mapping = other.write('keywords.json', { PARTNERS_SECRET: 'p4rtners-secret' })
  const { code, stderr } = await other.run(['import', 'auth0', folder, '--mapping', mapping])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /connection partners added/)
  assert.match(stderr, /relying party .* changed/, 'and its people may come that way')
  assert.match((await other.run(['import', 'auth0', folder, '--mapping', mapping])).stderr, /already so/)
})

for (const [args, code, says] of [
  [['import', 'auth0'], 2, /name an export, --users or --passwords/],
  [['import', 'auth0', '/nowhere'], 5, /no file or folder \/nowhere/],
  [['import', 'auth0', '.', '--map', 'x'], 2, /--map takes name=client_id/],
] as const)
  test(`usher ${args.join(' ')}: ${code}`, async () => {
    const ran = await place.run(args)
    assert.equal(ran.code, code)
    assert.match(ran.stderr, says)
    assert.equal(ran.stdout, '')
  })

test('a link that leads out of the folder is not followed', async (t) => {
  const folder = onDisk(t, { 'rules/Fine.js': 'function (user, context, callback) { callback() }' })
  symlinkSync(place.at('keys', 'kek'), `${folder}/rules/Key.js`)
  const { code, stdout, stderr } = await place.run(['import', 'auth0', folder])
  assert.equal(code, 1)
  assert.match(stderr, /rules\/Key\.js: cannot be read: it lies outside the export/)
  assert.ok(!`${stdout}${stderr}`.includes(readFileSync(place.at('keys', 'kek'), 'utf8').trim()))
})

test('a pipe, which may have no end, is not read', async (t) => {
  const folder = onDisk(t, { 'rules/Fine.js': 'function (user, context, callback) { callback() }' })
  execFileSync('mkfifo', [`${folder}/rules/Pipe.js`])
  const { code, stderr } = await place.run(['import', 'auth0', folder])
  assert.equal(code, 1)
  assert.match(stderr, /rules\/Pipe\.js: cannot be read: it is not a file/)
})

test('a rule is tried from the command line', async () => {
  const user = place.write('ada.json', { user_id: 'auth0|1', email: 'ada@fabrikam.example' })
  const { code, stdout, stderr } = await place.run(['rules', 'try', 'Greeting', '--user', user])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^lets the person pass {2}\d+ ms\nuser\.greeting = "Hello from \[?/)
  const json = JSON.parse((await place.run(['rules', 'try', 'Greeting', '--user', user, '--json'])).stdout)
  assert.equal(json.result.kind, 'passed')
  assert.equal((await place.run(['rules', 'try', 'Greeting'])).code, 2)
  assert.equal((await place.run(['rules', 'try', 'Greeting', '--run', 'nobody'])).code, 5)
  assert.match((await place.run(['rules', 'logs'])).stderr, /no run is recorded/)
  assert.match((await place.run(['rules', 'replay', 'Greeting'])).stderr, /0 recorded sign-ins/)
})
