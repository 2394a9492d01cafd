import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'
import { fakeKerberos } from '../../../test/support/fake-kerberos.ts'
import { adSettings, ldapTypeStage } from '../../../test/support/fake-ldap-stage.ts'
import { ldapType } from './ldap.ts'
import { installedKerberos } from './windows-ticket.ts'

const KERBEROS = { via: 'kerberos', networks: ['192.0.2.0/24'], service: 'HTTP@usher.test' }
const HEADER = { via: 'header', networks: ['192.0.2.0/24'], proxies: ['192.0.2.1'] }

const openWith = (settings: Readonly<Record<string, unknown>>, isThere = true) => {
  const { parts } = ldapTypeStage()
  const opened = ldapType({ ...parts, kerberos: { ...fakeKerberos(), isThere: () => isThere } }).open(
    settingsOf('ldap', { settings: { ...adSettings(1), ...settings } }),
  )
  return opened.kind === 'password' ? opened : undefined
}

const refusedFor = (problem: RegExp) => (error: unknown) =>
  error instanceof UsherError && error.code === 'settings_invalid' && problem.test(String(error.detail['problem']))

test('a directory lets people in by tickets where its settings say so, and only there', () => {
  assert.equal(openWith({})?.windows, undefined)
  assert.ok(openWith({ windows: KERBEROS })?.windows)
  assert.ok(openWith({ windows: HEADER })?.windows)
})

test('without the package tickets are refused, with the way to install it; a proxy’s word needs none', () => {
  assert.throws(() => openWith({ windows: KERBEROS }, false), refusedFor(/npm install .*kerberos@7/))
  assert.ok(openWith({ windows: HEADER }, false)?.windows)
})

test('whose realm it is has to be known', () => {
  assert.throws(() => openWith({ base: 'o=acme', windows: HEADER }), refusedFor(/realm/))
  assert.ok(openWith({ base: 'o=acme', realm: 'AD.USHER.TEST', windows: HEADER })?.windows)
})

test('settings that are wrong are named', () => {
  assert.throws(() => openWith({ windows: { ...HEADER, proxies: ['0.0.0.0/0'] } }), refusedFor(/windows\.proxies/))
})

test('the package is there and loads, or is neither', async () => {
  if (installedKerberos.isThere()) assert.ok(await installedKerberos.load())
  else await assert.rejects(installedKerberos.load(), { code: 'ERR_MODULE_NOT_FOUND' })
})
