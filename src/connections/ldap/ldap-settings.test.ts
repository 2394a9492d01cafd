import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'
import { readSettings } from '#management/settings-file.ts'
import { SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { isReachable, readLdapSettings } from './ldap-settings.ts'

const GOOD = {
  kind: 'active-directory',
  urls: ['ldaps://dc1.ad.example.com', 'ldaps://dc2.ad.example.com:1636'],
  bindDn: 'CN=svc,DC=ad,DC=example,DC=com',
  bindPassword: new Secret('hunter2 and more'),
  base: 'OU=People, DC=ad,DC=example,DC=com',
}
const FAR = new URL('https://usher.example')
const NEAR = new URL('http://usher.localhost:8443')
const read = (more: object, publicUrl = FAR) => readLdapSettings(settingsOf('ldap', { settings: { ...GOOD, ...more } }), publicUrl)
const refused = (problem: RegExp) => (error: unknown) =>
  error instanceof UsherError && error.code === 'settings_invalid' && problem.test(String(error.detail['problem']))

test('what need not be written follows from the kind of directory and its base', () => {
  const { servers, realm, subjectAttribute, principalAttribute, usernameAttributes, mailIsVerified } = read({})
  assert.deepEqual(servers, [
    { host: 'dc1.ad.example.com', port: 636, security: 'ldaps' },
    { host: 'dc2.ad.example.com', port: 1636, security: 'ldaps' },
  ])
  assert.deepEqual([realm, subjectAttribute, principalAttribute, mailIsVerified], ['AD.EXAMPLE.COM', 'objectGUID', 'sAMAccountName', false])
  assert.deepEqual(usernameAttributes, ['userPrincipalName', 'sAMAccountName', 'mail'])
  assert.deepEqual(read({ urls: ['ldap://dc1.ad.example.com'], startTls: true }).servers[0], {
    host: 'dc1.ad.example.com',
    port: 389,
    security: 'starttls',
  })
})

test('nothing goes over a network in plain text', () => {
  for (const urls of [['ldap://dc1.ad.example.com'], ['ldaps://dc1.ad.example.com', 'ldap://dc2.ad.example.com'], ['ldap://9.9.9.9']])
    assert.throws(() => read({ urls, allowPrivateAddresses: true }), refused(/needs startTls/))
  assert.throws(() => read({ urls: ['ldap://dc1.ad.example.com'] }, NEAR), refused(/needs startTls/))
})

test('this machine is a directory only while Usher is on it too', () => {
  for (const host of ['localhost', 'ldap.localhost', '127.0.0.1', '[::1]']) {
    assert.throws(() => read({ urls: [`ldap://${host}`] }), refused(/this machine/))
    assert.throws(() => read({ urls: [`ldaps://${host}`] }), refused(/this machine/))
    assert.equal(read({ urls: [`ldap://${host}`] }, NEAR).servers[0]?.security, 'plain')
  }
})

test('private addresses are taken where the settings say so, and no others', () => {
  const at = (url: string, allowPrivateAddresses: boolean) => read({ urls: [url], allowPrivateAddresses })
  for (const host of ['10.0.0.1', '192.168.1.1', '172.16.0.1', '[fd00::1]', '100.64.0.1']) {
    assert.throws(() => at(`ldaps://${host}`, false), refused(/private/))
    assert.ok(at(`ldaps://${host}`, true))
  }
  for (const host of ['169.254.169.254', '0.0.0.0', '224.0.0.1', '[fe80::1]', '[::]', '[::ffff:169.254.1.1]'])
    assert.throws(() => at(`ldaps://${host}`, true), refused(/private/), host)
})

test('a name that leads to this machine or its link is nobody’s directory', () => {
  for (const address of ['127.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1', '0.0.0.0'])
    assert.equal(isReachable(address, { isHere: false, allowPrivateAddresses: true }), false, address)
  assert.equal(isReachable('10.0.0.1', { isHere: true, allowPrivateAddresses: true }), false, 'nor does a local name lead elsewhere')
})

test('addresses that are not a scheme, a host and a port are refused', () => {
  for (const url of [
    '',
    'https://dc1.example',
    'ldaps://',
    'ldaps://a b',
    'ldaps://u:p@dc1.example',
    'ldaps://dc1.example/o=x',
    'ldaps://dc1.example?x',
    'ldaps://dc1.example:x',
    'ldapi:///x',
  ])
    assert.throws(() => read({ urls: [url] }), refused(/./), url)
})

test('what cannot work is refused before anybody signs in, without a word of a secret', () => {
  const wrong = [
    { kind: 'ad' },
    { urls: [] },
    { bindPassword: 'hunter2' },
    { bindPassword: new Secret('') },
    { bindPassword: new Secret('  ') },
    { bindDn: ' ' },
    { base: '' },
    { ca: 'no certificate' },
    { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    { urls: ['ldaps://dc1.example:99999'] },
    { urls: ['ldaps://dc1.example:0'] },
    { ca: new Secret('no certificate') },
    { usernameAttributes: [] },
    { usernameAttributes: ['mail)(x=*'] },
    { guesses: { tries: 100, minutes: 30 } },
    { startTls: true },
    { insecure: true },
  ]
  for (const more of wrong)
    assert.throws(
      () => read(more),
      (error) => refused(/./)(error) && !inspect(error).includes('hunter2'),
      JSON.stringify(more),
    )
})

test('what the guide shows is accepted', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/active-directory.md'), 'utf8')
  const shown = /```json connections\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(shown)
  const files: Readonly<Record<string, string>> = { 'contoso-ca.pem': SAML_KEYS.provider.certificate, 'campus.secret': 'campus' }
  const sources = { file: 'settings.json', read: (path: string) => files[path] ?? '', environment: { DIRECTORY_PASSWORD: 'office' } }
  const { connections } = readSettings({ connections: JSON.parse(shown) }, sources)
  const [office, campus, ...others] = connections.map((one) => readLdapSettings({ ...one, id: one.name }, FAR))
  assert.deepEqual(others, [])
  assert.deepEqual([office?.ca, office?.domain, office?.servers.length], [SAML_KEYS.provider.certificate, 'CONTOSO', 2])
  assert.deepEqual([campus?.realm, campus?.servers[0]?.security], ['CAMPUS.EXAMPLE', 'starttls'])
})
