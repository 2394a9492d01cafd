import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitTo } from '../../../test/support/wsfed-samples.ts'
import { freshnessOf } from './freshness.ts'
import { readParameters } from './parameters.ts'

const freshness = (parameters: Readonly<Record<string, string>>) =>
  freshnessOf(readParameters(visitTo(`/wsfed?${new URLSearchParams(parameters)}`)))

const MULTIPLE = 'http://schemas.microsoft.com/claims/multipleauthn'
const PASSWORD = 'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'

test('nothing said, nothing asked', () => {
  assert.deepEqual(freshness({}), {})
  assert.deepEqual(freshness({ wfresh: '', wauth: '', prompt: '', mfa_max_age: '' }), {})
})

test('wfresh counts minutes, and zero asks for the credentials', () => {
  assert.deepEqual(freshness({ wfresh: '0' }), { maxAgeMs: 0 })
  assert.deepEqual(freshness({ wfresh: '00' }), { maxAgeMs: 0 })
  assert.deepEqual(freshness({ wfresh: '60' }), { maxAgeMs: 3_600_000 })
  assert.deepEqual(freshness({ wfresh: '999999999' }), { maxAgeMs: 59_999_999_940_000 })
})

test('a number that is none is refused, so that nobody gets a weaker check than was asked for', () => {
  for (const wfresh of ['-1', '1.5', '1e3', ' 0', '0x10', 'NaN', '٣', '9999999999', '0\n'])
    assert.throws(() => freshness({ wfresh }), { code: 'request_malformed' }, wfresh)
  assert.throws(() => freshness({ wauth: MULTIPLE, mfa_max_age: 'soon' }), { code: 'request_malformed' })
})

test('prompt=login is wfresh=0, whatever else is said', () => {
  assert.deepEqual(freshness({ prompt: 'login' }), { maxAgeMs: 0 })
  assert.deepEqual(freshness({ prompt: 'consent login' }), { maxAgeMs: 0 })
  assert.deepEqual(freshness({ prompt: 'login', wfresh: '60' }), { maxAgeMs: 0 })
  assert.deepEqual(freshness({ prompt: 'select_account' }), {})
  assert.deepEqual(freshness({ prompt: 'relogin' }), {})
})

test('a password is asked for in every spelling', () => {
  for (const wauth of [
    PASSWORD,
    PASSWORD.replace('http:', 'https:'),
    'urn:oasis:names:tc:SAML:1.0:am:password',
    'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
    'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  ]) {
    assert.deepEqual(freshness({ wauth }), { maxAgeMs: 0 }, wauth)
    assert.deepEqual(freshness({ wauth, wfresh: '5' }), { maxAgeMs: 300_000 }, wauth)
  }
})

test('a second factor is asked for in every spelling, no older than mfa_max_age seconds', () => {
  for (const name of ['multipleauthn', 'wiaormultiauthn'])
    for (const scheme of ['http', 'https']) {
      const wauth = `${scheme}://schemas.microsoft.com/claims/${name}`
      assert.deepEqual(freshness({ wauth }), { secondFactor: {} })
      assert.deepEqual(freshness({ wauth, mfa_max_age: '259200' }), { secondFactor: { maxAgeMs: 259_200_000 } })
      assert.deepEqual(freshness({ wauth, mfa_max_age: '0', wfresh: '0' }), { maxAgeMs: 0, secondFactor: { maxAgeMs: 0 } })
    }
})

test('any method will do when none is named', () => {
  assert.deepEqual(freshness({ wauth: 'urn:oasis:names:tc:SAML:1.0:am:unspecified' }), {})
  assert.deepEqual(freshness({ wauth: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified', wfresh: '5' }), { maxAgeMs: 300_000 })
})

test('a method nobody here can show is refused, not ignored', () => {
  for (const wauth of ['urn:federation:authentication:windows', 'urn:ietf:rfc:2246', `${MULTIPLE} `, MULTIPLE.toUpperCase(), 'x'])
    assert.throws(() => freshness({ wauth }), { code: 'parameter_refused' }, wauth)
})
