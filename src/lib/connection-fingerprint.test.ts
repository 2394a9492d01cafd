import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { connectionFingerprint, fingerprintWithoutFiles } from './connection-fingerprint.ts'

const acme = {
  type: 'oidc',
  settings: { issuer: 'https://acme.example', clientId: 'usher', clientSecret: new Secret('one'), scopes: ['openid', 'email'] },
} as const

const withSettings = (more: object) => connectionFingerprint({ ...acme, settings: { ...acme.settings, ...more } })

test('passwords of ours, the order of settings and what is undefined make no difference', () => {
  const { issuer, ...others } = acme.settings
  const same = [
    connectionFingerprint({ ...acme, settings: { ...others, issuer } }),
    withSettings({ clientSecret: new Secret('another') }),
    withSettings({ clientSecret: undefined }),
    withSettings({ more: undefined, bindPassword: new Secret('x') }),
  ]
  for (const one of same) assert.equal(one, connectionFingerprint(acme))
  assert.match(connectionFingerprint(acme), /^[\w-]{43}$/)
})

test('everything else does', () => {
  const all = [
    connectionFingerprint(acme),
    connectionFingerprint({ ...acme, type: 'google' }),
    connectionFingerprint({ ...acme, legacyCallback: true }),
    connectionFingerprint({ ...acme, secondFactor: { trusted: true, amr: ['otp'] } }),
    connectionFingerprint({ ...acme, directory: { immutableIdAttribute: 'a', userPrincipalNameAttribute: 'b' } }),
    connectionFingerprint({ ...acme, directory: { immutableIdAttribute: 'b', userPrincipalNameAttribute: 'a' } }),
    withSettings({ issuer: 'https://acme.example/' }),
    withSettings({ scopes: ['email', 'openid'] }),
    withSettings({ scopes: 'openid,email' }),
    withSettings({ scopes: { 0: 'openid', 1: 'email' } }),
    withSettings({ clientId: ['usher'] }),
    withSettings({ clientId: null }),
    withSettings({ deep: [{ pin: 1 }] }),
    withSettings({ deep: [{ pin: '1' }] }),
    withSettings({ 'a":1,"b': 2 }),
    withSettings({ a: 1, b: 2 }),
  ]
  assert.equal(new Set(all).size, all.length)
})

test('what is in a file makes a difference, wherever it stands, and the same as text in the settings', () => {
  const certificate = '-----BEGIN CERTIFICATE-----one'
  const places = [
    (pem: unknown) => withSettings({ ca: pem }),
    (pem: unknown) => withSettings({ signing: { privateKey: pem, certificate: 'c' } }),
    (pem: unknown) => withSettings({ certificates: [pem] }),
  ]
  for (const place of places) {
    const tested = place(new Secret(certificate))
    assert.equal(tested, place(certificate))
    assert.notEqual(tested, place(new Secret('-----BEGIN CERTIFICATE-----another')))
    assert.notEqual(tested, place(undefined))
  }
})

test('before files were covered no secret made a difference', () => {
  const { clientSecret: _, ...open } = acme.settings
  const before = fingerprintWithoutFiles({ ...acme, settings: { ...open, ca: new Secret('one') } })
  assert.equal(before, fingerprintWithoutFiles({ ...acme, settings: { ...acme.settings, ca: new Secret('another') } }))
  assert.equal(before, connectionFingerprint(acme), 'and where there is no file the two are the same')
})
