import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { connectionFingerprint } from './connection-fingerprint.ts'

const acme = {
  type: 'oidc',
  settings: { issuer: 'https://acme.example', clientId: 'usher', clientSecret: new Secret('one'), scopes: ['openid', 'email'] },
} as const

const withSettings = (more: object) => connectionFingerprint({ ...acme, settings: { ...acme.settings, ...more } })

test('secrets, the order of settings and what is undefined make no difference', () => {
  const { issuer, ...others } = acme.settings
  const same = [
    connectionFingerprint({ ...acme, settings: { ...others, issuer } }),
    withSettings({ clientSecret: new Secret('another') }),
    withSettings({ clientSecret: undefined }),
    withSettings({ more: undefined, also: new Secret('x') }),
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
