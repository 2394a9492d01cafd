import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, TestedConnection } from '#kernel/settings.ts'
import { connectionFingerprint } from '#lib/connection-fingerprint.ts'
import { settingsOf } from '../../test/conformance/connection.ts'
import { standingOf } from './usable-connection.ts'

const acme = settingsOf('oidc', { settings: { issuer: 'https://acme.example' } })

const proof = (connection: ConnectionSettings): TestedConnection => ({
  connection: connection.name,
  fingerprint: connectionFingerprint(connection),
  at: 1,
  by: 'the test',
})

const worldOf = (
  tested: readonly TestedConnection[],
  publicUrl = 'https://usher.example',
  opens: (name: string) => boolean = () => true,
) => ({
  settings: { tested },
  parts: {
    publicUrl: new URL(publicUrl),
    connection: ({ name }: ConnectionSettings) => {
      if (!opens(name)) throw new UsherError('settings_invalid')
      return { kind: 'password', verify: async () => undefined } as const
    },
  },
})

const kindOf = (connection: ConnectionSettings, world = worldOf([proof(acme)])) => standingOf(connection, world).kind

test('tested with the settings it has: usable', () => {
  assert.equal(kindOf(acme), 'usable')
  assert.equal(kindOf({ ...acme, label: 'Another', brand: 'another', homeRealms: ['acme.example'] }), 'usable')
})

test('never tested, tested with others, or under another name: untested', () => {
  assert.equal(kindOf(acme, worldOf([])), 'untested')
  assert.equal(standingOf(acme, { ...worldOf([]), settings: {} }).kind, 'untested')
  assert.equal(kindOf({ ...acme, settings: { issuer: 'https://other.example' } }), 'untested')
  assert.equal(kindOf({ ...acme, name: 'other' }), 'untested')
})

test('tested with what a file said then, and the file says something else: untested', () => {
  const trusting = (certificate: string) => ({ ...acme, settings: { ...acme.settings, certificates: new Secret(certificate) } })
  const world = worldOf([proof(trusting('one'))])
  assert.equal(kindOf(trusting('one'), world), 'usable')
  assert.equal(kindOf(trusting('another'), world), 'untested')
  assert.equal(kindOf(acme, world), 'untested')
})

test('switched off goes before everything', () => {
  assert.equal(kindOf({ ...acme, disabled: true }), 'disabled')
  assert.equal(kindOf({ ...settingsOf('database'), disabled: true }), 'disabled')
  assert.equal(kindOf({ ...acme, disabled: true }, worldOf([], 'http://localhost:8080')), 'disabled')
})

test('settings that do not open are said, not thrown, and harm no neighbor, wherever Usher is', () => {
  const other = settingsOf('oidc', { name: 'other' })
  for (const publicUrl of ['https://usher.example', 'http://usher.localhost']) {
    const world = worldOf([proof(acme), proof(other)], publicUrl, (name) => name !== 'acme')
    const standing = standingOf(acme, world)
    assert.ok(standing.kind === 'broken' && standing.cause instanceof UsherError)
    assert.equal(standingOf(other, world).kind, 'usable')
  }
})

test('a database needs no test; nothing does where Usher is only on this machine', () => {
  assert.equal(kindOf(settingsOf('database'), worldOf([])), 'usable')
  for (const here of ['http://localhost:8080', 'http://127.0.0.1', 'http://usher.localhost', 'http://[::1]'])
    assert.equal(kindOf(acme, worldOf([], here)), 'usable', here)
  for (const away of ['https://localhost.example', 'https://127.0.0.1.example', 'https://10.0.0.1', 'https://usher.local'])
    assert.equal(kindOf(acme, worldOf([], away)), 'untested', away)
})
