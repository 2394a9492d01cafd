import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'
import { PUBLIC_URL } from '../../../test/support/oidc-stage.ts'
import { SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { SAML_ISSUER, samlStage } from '../../../test/support/saml-stage.ts'
import { readSettings } from '../../management/settings-file.ts'
import { selfSignedCertificate } from '../../tokens/self-signed-certificate.ts'
import { readSamlSettings } from './saml-settings.ts'

const PUBLISHED = { issuer: SAML_ISSUER, metadataUrl: 'https://login.acme.example/saml/metadata' }
const BY_HAND = { issuer: SAML_ISSUER, signInUrl: 'https://login.acme.example/in', certificates: SAML_KEYS.provider.certificate }
const HERE = new URL('http://usher.localhost:8080')
const OURS = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }

type Written = Readonly<Record<string, unknown>>

const read = (settings: Written, publicUrl = PUBLIC_URL, more: Partial<ConnectionSettings> = {}) =>
  readSamlSettings(settingsOf('saml', { ...more, settings }), publicUrl)

const assertRefused = (settings: Written, problem: RegExp, publicUrl = PUBLIC_URL): void =>
  assert.throws(
    () => read(settings, publicUrl),
    (error) => {
      assert.ok(error instanceof UsherError && error.code === 'settings_invalid', String(error))
      assert.match(String(error.detail.problem), problem)
      assert.match(String(error.detail.problem), /^acme: /, 'says which connection')
      return true
    },
  )

test('an identity provider is described at an address, in a text or by hand', () => {
  assert.equal(read(PUBLISHED).description.kind, 'published')
  const { metadata } = samlStage().provider
  const written = read({ metadata: metadata() }).description
  assert.ok(written.kind === 'written')
  assert.equal(written.provider.issuer, SAML_ISSUER)
  assert.equal(read({ metadata: new Secret(metadata()) }).issuer, SAML_ISSUER, 'a file is read like a secret')
  const byHand = read(BY_HAND).description
  assert.ok(byHand.kind === 'written')
  assert.equal(byHand.provider.signIn.binding, 'redirect')
})

test('certificates may be several, in PEM or bare', () => {
  const { provider, another } = SAML_KEYS
  const both = read({ ...BY_HAND, certificates: `${provider.certificate}\n${another.certificate}` }).description
  assert.equal(both.kind === 'written' && both.provider.certificates.length, 2)
  const bare = provider.certificate.replace(/-----[A-Z ]+-----/g, '')
  assert.ok(read({ ...BY_HAND, certificates: bare }))
})

const wrong: readonly (readonly [Written, RegExp])[] = [
  [{}, /one of the three/],
  [{ ...PUBLISHED, ...BY_HAND }, /one of the three/],
  [{ metadataUrl: PUBLISHED.metadataUrl }, /issuer: write the identity provider’s entity id down/],
  [{ ...PUBLISHED, certificates: SAML_KEYS.provider.certificate }, /metadata says so already/],
  [{ ...BY_HAND, metadataCertificates: SAML_KEYS.provider.certificate }, /metadataCertificates: only for metadata at an address/],
  [{ ...PUBLISHED, binding: 'post' }, /metadata says so already/],
  [{ ...BY_HAND, certificates: undefined }, /signInUrl needs issuer and certificates/],
  [{ ...BY_HAND, issuer: undefined }, /signInUrl needs issuer and certificates/],
  [{ ...BY_HAND, certificates: 'none' }, /certificates: certificates in PEM/],
  [{ ...BY_HAND, certificates: '' }, /certificates: certificates in PEM/],
  [{ ...BY_HAND, signInUrl: 'http://login.acme.example/in' }, /signInUrl: must be https/],
  [{ ...PUBLISHED, metadataUrl: 'http://login.acme.example/metadata' }, /metadataUrl: must be https/],
  [{ ...PUBLISHED, metadataUrl: 'https://10.0.0.1/metadata' }, /metadataUrl: must have a host name/],
  [{ ...PUBLISHED, metadataUrl: 'https://localhost/metadata' }, /metadataUrl: this machine/],
  [{ ...PUBLISHED, metadataUrl: 'https://a@login.acme.example/metadata' }, /metadataUrl: an address without user name/],
  [{ ...PUBLISHED, metadataUrl: 'file:///etc/passwd' }, /metadataUrl/],
  [{ ...PUBLISHED, another: 1 }, /another/],
  [{ ...PUBLISHED, issuer: 'with space' }, /issuer: a name without spaces/],
  [{ ...PUBLISHED, signing: { privateKey: 'text', certificate: OURS.certificate } }, /signing\.privateKey: a secret/],
  [{ ...PUBLISHED, signing: { ...OURS, certificate: SAML_KEYS.another.certificate } }, /signing: certificate: belongs to another key/],
  [{ ...PUBLISHED, decryption: { ...OURS, privateKey: new Secret('none') } }, /decryption: privateKey: an RSA key/],
  [{ ...PUBLISHED, requestsSecondFactor: true }, /requestsSecondFactor: the connection names no secondFactor/],
  [{ ...PUBLISHED, emailVerified: 'x'.repeat(201) }, /emailVerified/],
  [{ metadata: '<html></html>' }, /metadata: describes no entity/],
  [{ metadata: 'nothing' }, /metadata: is not XML that is taken here/],
  [{ metadata: '<!DOCTYPE a><EntityDescriptor/>' }, /metadata: is not XML that is taken here \(doctype\)/],
  [{ metadata: samlStage().provider.metadata(), issuer: 'urn:another' }, /metadata: describes another issuer/],
  [{ metadata: samlStage({ wantsSignedRequests: true }).provider.metadata() }, /signing: the identity provider wants signed requests/],
  [{ metadata: samlStage({ signInUrl: 'http://login.acme.example/in' }).provider.metadata() }, /signInUrl: must be https/],
]

for (const [settings, problem] of wrong)
  test(`settings are refused, and it is said how to mend them: ${problem.source}`, () => {
    const present = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
    assertRefused(present, problem)
  })

test('what the guide shows is accepted', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/saml-connection.md'), 'utf8')
  const shown = /```json connections\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(shown)
  const files: Readonly<Record<string, string>> = {
    'adatum.pem': SAML_KEYS.provider.certificate,
    'saml-key.pem': SAML_KEYS.ours.privateKey,
    'saml-certificate.pem': SAML_KEYS.ours.certificate,
  }
  const sources = { file: 'settings.json', read: (path: string) => files[path] ?? '', environment: {} }
  const { connections } = readSettings({ connections: JSON.parse(shown) }, sources)
  assert.equal(connections.length, 2)
  for (const connection of connections) assert.ok(readSamlSettings({ ...connection, id: connection.name }, PUBLIC_URL))
})

test('keys that are too weak are refused', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  const certificate = selfSignedCertificate({
    commonName: 'weak',
    serial: Buffer.alloc(16, 1),
    notBefore: 0,
    notAfter: Date.parse('2040-01-01'),
    publicKey,
    privateKey,
  })
  assertRefused({ ...BY_HAND, certificates: certificate }, /2,048 bits/)
  assertRefused({ ...BY_HAND, certificates: `${SAML_KEYS.provider.certificate}${certificate}` }, /2,048 bits/)
})

test('this machine is an identity provider only for a Usher on it', () => {
  assert.ok(read({ ...PUBLISHED, metadataUrl: 'http://acme.localhost:8443/metadata' }, HERE))
  assertRefused({ ...PUBLISHED, metadataUrl: 'http://acme.example/metadata' }, /must be https/, HERE)
})

test('a second factor can be asked for where the connection names one', () => {
  const secondFactor = { trusted: true, amr: ['urn:x'] } as const
  assert.equal(read({ ...PUBLISHED, requestsSecondFactor: true }, PUBLIC_URL, { secondFactor }).requestsSecondFactor, true)
})
