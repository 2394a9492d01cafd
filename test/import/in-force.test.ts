import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { type Installation, localTarget, makeInstallation } from '../support/installation.ts'
import { CLIENT_ID, DIRECTORY, type Files, onDisk } from './exports.ts'

const MAP = ['--map', `Office 365=${CLIENT_ID}`]
const FILES: Files = {
  ...DIRECTORY,
  'connections/apple.json': {
    name: 'apple',
    strategy: 'apple',
    options: { client_id: 'com.contoso.x', app_secret: 'no key at all', team_id: 'TEAM123456', kid: 'KEY1234567' },
    enabled_clients: ['Office 365'],
  },
}

let place: Installation
before(async () => {
  place = await makeInstallation()
  const { code, stderr } = await place.run(['apply', place.write('settings.json', { targets: [localTarget] })])
  assert.equal(code, 0, stderr)
})
after(() => place.close())

test('a connection whose settings do not hold keeps out itself, and what comes over is named', async (t) => {
  const { code, stderr } = await place.run(['import', 'auth0', onDisk(t, FILES), ...MAP])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /connection apple: its settings do not hold, so it does not come over: apple: privateKey: the key Apple handed out/)
  assert.ok(!stderr.includes('no key at all'))
  assert.match(stderr, /^ {2}connection Username-Password-Authentication {2}database$/m)
  assert.match(stderr, /connection Username-Password-Authentication added/)
  assert.doesNotMatch(stderr, /connection apple added/)
  assert.doesNotMatch(stderr, /Comes over and wants/, 'what has no value may not come over at all')
})

test('the commands that point the domain here have the issuer that is in force', async (t) => {
  const folder = onDisk(t, DIRECTORY)
  const issuer = 'https://contoso.eu.auth0.com/kept'
  const party = {
    clientId: CLIENT_ID,
    name: 'Office 365',
    target: localTarget.name,
    connections: ['Username-Password-Authentication'],
    admission: { policy: 'rule' },
    domains: { [DEMO_TENANT.guestDomain]: { issuer } },
  }
  const applied = await place.run(['apply', place.write('party.json', { relyingParties: [party] })])
  assert.equal(applied.code, 0, applied.stderr)
  const { stdout, stderr } = await place.run(['import', 'auth0', folder, ...MAP])
  assert.match(stderr, /already so/)
  assert.match(stdout, new RegExp(`-DomainId ${DEMO_TENANT.guestDomain.replaceAll('.', '\\.')} `))
  assert.match(stdout, /-IssuerUri https:\/\/contoso\.eu\.auth0\.com\/kept /)
  assert.doesNotMatch(stdout, /-IssuerUri http:\/\/usher/)
})

test('the configuration of Auth0’s tool is a mapping', async (t) => {
  const folder = onDisk(t, { 'rules/M.js': 'function (user, context, callback) { user.x = "##MOTTO##"; callback(null, user, context) }' })
  const secret = 'not for any rule'
  const config = { AUTH0_DOMAIN: 'contoso.eu.auth0.com', AUTH0_CLIENT_SECRET: secret, AUTH0_KEYWORD_REPLACE_MAPPINGS: { MOTTO: 'found' } }
  const ran = await place.run(['import', 'auth0', folder, '--mapping', place.write('config.json', config), '--dry-run'])
  assert.equal(ran.code, 0, ran.stderr)
  assert.doesNotMatch(ran.stderr, /has no value/)
  const text = { ...config, AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ MOTTO: 'found' }) }
  const again = await place.run(['import', 'auth0', folder, '--mapping', place.write('config.json', text), '--dry-run'])
  assert.equal(again.code, 0, again.stderr)
  assert.ok(!`${ran.stdout}${ran.stderr}${again.stdout}${again.stderr}`.includes(secret))
})
