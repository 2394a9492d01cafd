import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionSettings, RelyingParty } from '#kernel/settings.ts'
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
  settingsNotes({ relyingParties: [party(used)], connections })

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
