import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'
import { PUBLIC_URL } from '../../../test/support/oidc-stage.ts'
import { readOidcSettings } from './oidc-settings.ts'
import type { Provider } from '../provider-row.ts'

const provider: Provider = { scopes: ['openid'], endpointHosts: [], freshness: 'login', takesTextForTrue: false }
const GOOD = { issuer: 'https://login.acme.example', clientId: 'usher', clientSecret: new Secret('s') }
const HERE = new URL('http://usher.localhost:8080')

const read = (settings: Readonly<Record<string, unknown>>, publicUrl = PUBLIC_URL, row = provider) =>
  readOidcSettings(settingsOf('oidc', { settings }), row, publicUrl)
const refuses = (settings: Readonly<Record<string, unknown>>, publicUrl = PUBLIC_URL) =>
  assert.throws(
    () => read(settings, publicUrl),
    (error) => {
      assert.ok(error instanceof UsherError && error.code === 'settings_invalid', String(error))
      assert.match(String(error.detail.problem), /^acme: /, 'says which connection')
      return true
    },
  )

test('good settings are read, and what is not written is taken from the provider', () => {
  const settings = read(GOOD)
  assert.equal(settings.issuerText, GOOD.issuer)
  assert.deepEqual(settings.scopes, ['openid'])
  assert.equal(
    read({ clientId: 'usher', clientSecret: GOOD.clientSecret }, PUBLIC_URL, { ...provider, issuer: 'https://known.example' }).issuerText,
    'https://known.example',
  )
})

const issuers = [
  'http://login.acme.example',
  'ftp://login.acme.example',
  'login.acme.example',
  '',
  'https://login.acme.example?tenant=1',
  'https://login.acme.example/?',
  'https://login.acme.example#x',
  'https://user@login.acme.example',
  'https://10.0.0.5',
  'https://169.254.169.254/latest',
  'https://[fd00::1]/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://localhost',
  'https://localhost.',
  'https://idp.localhost',
  'https://[::1]:8443',
  'https://login.acme.example.',
  'https://intranet',
]
for (const issuer of issuers) test(`issuer ${issuer || '(empty)'} is refused`, () => refuses({ ...GOOD, issuer }))

test('this machine is an issuer only while Usher is on it too', () => {
  for (const issuer of ['http://accounts.localhost:9000', 'http://127.0.0.1:9000', 'https://localhost:9000', 'http://[::1]:9000']) {
    assert.equal(read({ ...GOOD, issuer }, HERE).issuerText, issuer)
    refuses({ ...GOOD, issuer })
  }
  refuses({ ...GOOD, issuer: 'http://login.acme.example' }, HERE)
  refuses({ ...GOOD, issuer: 'http://10.0.0.5' }, HERE)
})

const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a client secret in the open': { clientSecret: 'text' },
  'no client id': { clientId: '' },
  'scopes without openid': { scopes: ['email'] },
  'a scope that is two': { scopes: ['openid', 'email profile'] },
  'an algorithm that everybody can sign with': { signatures: ['HS256'] },
  'no algorithm at all': { signatures: [] },
  'algorithm none': { signatures: ['none'] },
  'an endpoint host that is an address': { endpointHosts: ['10.0.0.5'] },
  'an endpoint host on this machine': { endpointHosts: ['x.localhost'] },
  'an endpoint host that is everybody': { endpointHosts: ['com'] },
  'a word nobody knows': { verifySignatures: false },
}
for (const [name, more] of Object.entries(wrong)) test(`${name} is refused`, () => refuses({ ...GOOD, ...more }))

test('a refusal does not repeat the secret', () => {
  const error: unknown = (() => {
    try {
      return read({ ...GOOD, clientSecret: 'hunter2hunter2' })
    } catch (thrown) {
      return thrown
    }
  })()
  assert.ok(error instanceof UsherError)
  assert.ok(!JSON.stringify(error.detail).includes('hunter2'))
})
