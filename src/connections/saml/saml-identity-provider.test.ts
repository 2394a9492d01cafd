import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAML_ISSUER, samlStage } from '../../../test/support/saml-stage.ts'
import { readIdentityProvider } from './saml-identity-provider.ts'

const metadata = samlStage().provider.metadata()
const read = (text: string, issuer?: string) => readIdentityProvider(text, issuer)

const change = (from: string | RegExp, to: string): string => {
  const changed = metadata.replace(from, to)
  assert.notEqual(changed, metadata, 'the test changes something')
  return changed
}

/** Several entities in one document, as federations publish them. */
const together = (...others: readonly string[]): string => {
  const entities = [metadata, ...others].map((one) => one.replace(/<\?xml[^>]*\?>/, ''))
  return `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('')}</EntitiesDescriptor>`
}

test('an identity provider is read from its own metadata, and from among others by its name', () => {
  assert.equal(read(metadata).issuer, SAML_ISSUER)
  const other = metadata.replaceAll(SAML_ISSUER, 'urn:other')
  assert.equal(read(together(other), SAML_ISSUER).issuer, SAML_ISSUER)
  assert.throws(() => read(together(other)), /several entities/)
  assert.throws(() => read(together(metadata), SAML_ISSUER), /several entities/)
  assert.throws(() => read(together(other), 'urn:nobody'), /another issuer/)
})

test('a redirect is preferred to a form', () => {
  const post = '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://login.acme.example/post"/>'
  assert.equal(read(change('<SingleSignOnService', `${post}<SingleSignOnService`)).signIn.binding, 'redirect')
  assert.deepEqual(read(change(/<SingleSignOnService[^>]*>/, post)).signIn, {
    binding: 'post',
    location: 'https://login.acme.example/post',
  })
  assert.throws(() => read(change('HTTP-Redirect', 'HTTP-Artifact')), /no address to sign in at/)
  assert.throws(() => read(change(/Location="[^"]*"/, 'Location="sign-in"')), /no address to sign in at/)
})

test('keys for encryption are not keys for signatures; keys without a use are both', () => {
  assert.throws(() => read(change('use="signing"', 'use="encryption"')), /no certificate/)
  assert.equal(read(change(' use="signing"', '')).certificates.length, 1)
  assert.throws(() => read(change(/<ds:X509Certificate>[^<]*/, '<ds:X509Certificate>AAAA')), /no certificate/)
})

test('the first end counts, wherever it is written, and one that cannot be read has passed', () => {
  const at = (iso: string) => ` validUntil="${iso}"`
  const late = '2027-01-01T00:00:00Z'
  const soon = '2026-06-01T00:00:00Z'
  assert.equal(
    read(change(' entityID', `${at(late)} entityID`).replace('<IDPSSODescriptor', `<IDPSSODescriptor${at(soon)}`)).validUntil,
    Date.parse(soon),
  )
  assert.equal(read(together().replace('<EntitiesDescriptor', `<EntitiesDescriptor${at(soon)}`)).validUntil, Date.parse(soon))
  assert.equal(read(change(' entityID', `${at('soon')} entityID`)).validUntil, 0)
  assert.equal(read(metadata).validUntil, undefined)
})

test('the end of every group that an entity stands in counts', () => {
  const soon = '2026-06-01T00:00:00Z'
  const inner = together().replace('<EntitiesDescriptor', `<EntitiesDescriptor validUntil="${soon}"`)
  const outer = `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${inner}</EntitiesDescriptor>`
  assert.equal(read(outer).validUntil, Date.parse(soon))
})

test('what one entity says beside itself describes no other', () => {
  const bare = metadata.replace(/^[\s\S]*?(?=<EntityDescriptor)/, '')
  const member = bare
    .replaceAll(SAML_ISSUER, 'urn:member')
    .replace('<IDPSSODescriptor', `<Extensions>${bare}</Extensions><IDPSSODescriptor`)
  assert.equal(read(member).issuer, 'urn:member')
  assert.throws(() => read(member, SAML_ISSUER), /another issuer/)
  assert.equal(read(together(member), SAML_ISSUER).issuer, SAML_ISSUER)
})

test('as many certificates as nobody needs are refused before one is read', () => {
  const [one = ''] = /<KeyDescriptor[\s\S]*<\/KeyDescriptor>/.exec(metadata) ?? []
  assert.equal(read(change(one, one.repeat(16))).certificates.length, 16)
  assert.throws(() => read(change(one, one.repeat(17))), /more than 16 certificates/)
})

test('an address that cannot stand in a header is none', () => {
  for (const more of ['&#10;Set-Cookie: a=b', '&#9;', ' ', 'ä'])
    assert.throws(() => read(change(/Location="[^"]*/, `$&${more}`)), /no address to sign in at/)
})

test('what is no identity provider of SAML 2.0 is refused', () => {
  assert.throws(() => read(change('SAML:2.0:protocol', 'SAML:1.1:protocol')), /no identity provider of SAML 2.0/)
  assert.throws(() => read(change(/IDPSSODescriptor/g, 'SPSSODescriptor')), /no identity provider of SAML 2.0/)
})

test('comments are passed over in time that grows with the text, and nothing else that is not taken is', () => {
  assert.equal(read(change('<IDPSSODescriptor', '<!-- a -- b > --><!----><IDPSSODescriptor')).issuer, SAML_ISSUER)
  assert.throws(() => read(change('<IDPSSODescriptor', '<!--')), /comment/)
  assert.throws(() => read(`${metadata}${'<!--'.repeat(40_000)}`), /is not XML that is taken here/)
  assert.throws(() => read(change('<IDPSSODescriptor', '<![CDATA[<!--]]><IDPSSODescriptor')), /is not XML that is taken here/)
})
