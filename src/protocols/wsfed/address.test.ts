import assert from 'node:assert/strict'
import { test } from 'node:test'
import { microsoft365, REALM, settingsWith } from '../../../test/support/wsfed-samples.ts'
import { byClientId, byRealm, readAddress } from './address.ts'

const at = (path: string) => readAddress(new URL(path, 'https://id.fabrikam.com'))

test('the client id is what follows, with or without a slash behind it', () => {
  assert.deepEqual(at('/wsfed'), { isMetadata: false })
  assert.deepEqual(at('/wsfed/'), { isMetadata: false })
  assert.deepEqual(at('/wsfed/m365'), { isMetadata: false, clientId: 'm365' })
  assert.deepEqual(at('/wsfed/m365/'), { isMetadata: false, clientId: 'm365' })
  assert.deepEqual(at('/wsfed/a%2Fb%20c'), { isMetadata: false, clientId: 'a/b c' })
})

test('metadata is found in either spelling, with and without a client id', () => {
  for (const path of ['FederationMetadata/2007-06/FederationMetadata.xml', 'federationmetadata/2007-06/federationmetadata.xml']) {
    assert.deepEqual(at(`/wsfed/${path}`), { isMetadata: true })
    assert.deepEqual(at(`/wsfed/m365/${path}`), { isMetadata: true, clientId: 'm365' })
  }
})

test('there is nothing else', () => {
  for (const path of ['/wsfed/a/b', '/wsfedx', '/wsfed/m365/FederationMetadata', '/wsfed/%ff', '/wsfed/%', '/other'])
    assert.throws(() => at(path), { code: 'page_unknown' }, path)
})

test('a relying party is known by its client id, in its own protocol alone', () => {
  const settings = settingsWith(microsoft365, { ...microsoft365, clientId: 'other', protocol: 'saml' })
  assert.equal(byClientId(settings, 'm365'), microsoft365)
  for (const clientId of ['other', 'M365', '', '__proto__'])
    assert.throws(() => byClientId(settings, clientId), { code: 'relying_party_unknown' }, clientId)
})

test('a realm names a relying party only while it names one', () => {
  assert.equal(byRealm(settingsWith(microsoft365), REALM), microsoft365)
  assert.equal(byRealm(settingsWith(microsoft365, { ...microsoft365, clientId: 'other' }), REALM), undefined)
  assert.equal(byRealm(settingsWith(microsoft365, { ...microsoft365, clientId: 'other', protocol: 'saml' }), REALM), microsoft365)
  assert.equal(byRealm(settingsWith(microsoft365), REALM.toLowerCase()), undefined)
})
