import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providerOf, publicIdOf } from './provider.ts'

/** Connection type, a user id of one of its people, and whether rules find `isSocial`. */
const forms: readonly (readonly [string, string, boolean])[] = [
  ['database', 'auth0|1234', false],
  ['google', 'google-oauth2|1234', true],
  ['google-workspace', 'google-apps|1234', false],
  ['linkedin', 'linkedin|1234', true],
  ['microsoft', 'waad|1234', false],
  ['microsoft-personal', 'windowslive|1234', true],
  ['apple', 'apple|1234', true],
  ['facebook', 'facebook|1234', true],
  ['github', 'github|1234', true],
  ['oidc', 'oidc|acme|1234', false],
  ['oauth2', 'oauth2|acme|1234', true],
  ['saml', 'samlp|acme|1234', false],
  ['something-new', 'something-new|acme|1234', false],
]
for (const [type, id, isSocial] of forms)
  test(`people of ${type} are called ${id}`, () => {
    assert.equal(publicIdOf({ type, name: 'acme' }, '1234'), id)
    assert.equal(providerOf({ type }).isSocial, isSocial)
  })
