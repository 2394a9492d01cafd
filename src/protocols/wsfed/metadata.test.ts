import assert from 'node:assert/strict'
import { test } from 'node:test'
import { descendants, DSIG, parseXml } from '../../../test/support/saml11-reader.ts'
import { ISSUER, microsoft365 } from '../../../test/support/wsfed-samples.ts'
import { federationMetadata } from './metadata.ts'

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata'
const FED = 'http://docs.oasis-open.org/wsfed/federation/200706'
const ADDRESS = 'https://id.fabrikam.com/wsfed/m365'
const order = { address: ADDRESS, relyingParty: microsoft365, certificates: ['Zmlyc3Q=', 'bmV4dA=='] }

test('both certificates are published to sign with, the one in use first', () => {
  const root = parseXml(federationMetadata(order))
  const keys = descendants(root, 'KeyDescriptor', MD)
  assert.deepEqual(
    keys.map((one) => one.getAttribute('use')),
    ['signing', 'signing'],
  )
  assert.deepEqual(
    descendants(root, 'X509Certificate', DSIG).map((one) => one.textContent),
    order.certificates,
  )
})

test('browsers are sent to the passive address', () => {
  const root = parseXml(federationMetadata(order))
  for (const name of ['PassiveRequestorEndpoint', 'SecurityTokenServiceEndpoint'])
    assert.deepEqual(
      descendants(root, name, FED).map((one) => one.textContent),
      [ADDRESS],
      name,
    )
})

test('the role is a security token service of WS-Federation', () => {
  const written = federationMetadata(order)
  const [role] = descendants(parseXml(written), 'RoleDescriptor', MD)
  assert.equal(role?.getAttributeNS('http://www.w3.org/2001/XMLSchema-instance', 'type'), 'fed:SecurityTokenServiceType')
  assert.equal(role?.lookupNamespaceURI('fed'), FED)
  assert.equal(role?.getAttribute('protocolSupportEnumeration'), FED)
})

test('it is named after the issuer where there is one for all, else after its address', () => {
  const entity = (relyingParty: typeof microsoft365 | undefined) =>
    parseXml(federationMetadata({ ...order, relyingParty })).getAttribute('entityID')
  assert.equal(entity(microsoft365), ISSUER)
  assert.equal(entity({ ...microsoft365, domains: { 'a.example': { issuer: 'urn:a' }, 'b.example': { issuer: 'urn:b' } } }), ADDRESS)
  assert.equal(entity({ ...microsoft365, domains: { 'a.example': { issuer: 'urn:a' }, 'b.example': { issuer: 'urn:a' } } }), 'urn:a')
  assert.equal(entity({ ...microsoft365, domains: {} }), ADDRESS)
  assert.equal(entity(undefined), ADDRESS)
})

test('an address with markup in it stays text', () => {
  const root = parseXml(federationMetadata({ ...order, address: 'https://id.fabrikam.com/wsfed/a&b"<' }))
  assert.equal(descendants(root, 'PassiveRequestorEndpoint', FED)[0]?.textContent, 'https://id.fabrikam.com/wsfed/a&b"<')
})
