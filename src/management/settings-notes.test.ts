import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, RelyingParty, TargetSettings } from '#kernel/settings.ts'
import { settingsNotes } from './settings-notes.ts'

const at = (name: string, more: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  id: `con_${name}`,
  name,
  type: 'oidc',
  label: name,
  brand: 'oidc',
  homeRealms: [],
  settings: {},
  ...more,
})

const party = (connections: readonly string[]): RelyingParty => ({
  clientId: 'm365',
  name: 'Microsoft 365',
  protocol: 'wsfed',
  realm: 'urn:federation:MicrosoftOnline',
  replyUrls: ['https://login.microsoftonline.com/login.srf'],
  format: 'saml11',
  lifetimeSeconds: 300,
  sessionMaxAgeSeconds: 0,
  target: 't',
  connections,
  admission: { policy: 'everyone' },
  domains: { 'guests.contoso.example': { issuer: 'i' } },
  signInUrl: 'https://login.microsoftonline.com/login.srf',
  links: {},
  deepLinkPrefixes: [],
})

const notes = (connections: readonly ConnectionSettings[], used = connections.map(({ name }) => name)): readonly string[] =>
  settingsNotes({ relyingParties: [party(used)], connections, targets: [] })

test('where a domain leads to several connections it is said between which people choose', () => {
  const three = ['a', 'b', 'c'].map((name) => at(name, { homeRealms: ['both.example', `${name}.example`] }))
  assert.deepEqual(notes(three), ['relying party m365: people of both.example choose between a, b and c'])
  assert.deepEqual(notes(three, ['a']), [], 'each application has its own')
  assert.deepEqual(notes([at('a', { homeRealms: ['x.example', 'x.example'] }), at('b', { homeRealms: ['x.example'], disabled: true })]), [])
})

test('a domain of our own accounts is said to lead nowhere, unless a directory gave it', () => {
  const said = (homeRealm: string, more: Partial<ConnectionSettings> = {}) => notes([at('a', { homeRealms: [homeRealm], ...more })])
  for (const realm of ['guests.contoso.example', 'team.guests.contoso.example'])
    assert.deepEqual(said(realm), [`relying party m365: ${realm} is federated with Usher, so it leads nobody to connection a`])
  const directory = { immutableIdAttribute: 'i', userPrincipalNameAttribute: 'u' }
  assert.deepEqual(said('guests.contoso.example', { directory }), [])
  for (const other of ['contoso.example', 'myguests.contoso.example']) assert.deepEqual(said(other), [], other)
})

test('connections that share an address to come back to are named', () => {
  const shared = ['a', 'b'].map((name) => at(name, { legacyCallback: true }))
  assert.deepEqual(notes([...shared, at('c')]), [
    'connections a and b share /login/callback: register an address of its own for each when you can',
  ])
  assert.deepEqual(notes([at('a', { legacyCallback: true }), at('b')]), [])
})

const target = (domain: string): TargetSettings => ({
  name: 't',
  type: 'graph',
  tenant: 'contoso',
  clientId: '00000000-0000-4000-8000-000000000002',
  credential: { kind: 'secret', secret: new Secret('s') },
  cloud: 'global',
  domain,
  userPrincipalName: 'name',
  protectedNames: [],
  usageLocation: { default: 'DE' },
  licenses: [],
  settleMs: 0,
})

test('a target that makes accounts in a domain without an issuer is named; one of a federated domain, or below it, is not', () => {
  const said = (domain: string) => settingsNotes({ relyingParties: [party([])], connections: [], targets: [target(domain)] })
  const [only, ...more] = said('other.contoso.example')
  assert.match(only ?? '', /^relying party m365: target t makes accounts in other\.contoso\.example, which has no issuer/)
  assert.deepEqual(more, [])
  assert.equal(said('notguests.contoso.example').length, 1)
  assert.deepEqual(said('guests.contoso.example'), [])
  assert.deepEqual(said('berlin.guests.contoso.example'), [])
  const another = settingsNotes({ relyingParties: [party([])], connections: [], targets: [{ ...target('other.example'), name: 'u' }] })
  assert.deepEqual(another, [])
})
