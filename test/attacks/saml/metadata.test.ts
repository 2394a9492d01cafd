import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { readIdentityProvider } from '#connections/saml/saml-identity-provider.ts'
import { authority } from '../../support/fake-ldap-certificates.ts'
import { samlStage } from '../../support/saml-stage.ts'

test('whoever certified a key does not sign with it', (t) => {
  const { certificate, certify, remove } = authority()
  t.after(remove)
  const [own = '', issuing = ''] = [certify().cert, certificate].map((pem) => new X509Certificate(pem).raw.toString('base64'))
  const metadata = samlStage().provider.metadata()
  const namesIn = (...chain: readonly string[]) => {
    const written = chain.map((one) => `<ds:X509Certificate>${one}</ds:X509Certificate>`).join('')
    const text = metadata.replace(/<ds:X509Certificate>[\s\S]*<\/ds:X509Certificate>/, written)
    return readIdentityProvider(text, undefined).certificates.map(({ subject }) => subject)
  }
  for (const chain of [[own], [own, issuing], [issuing, own]]) assert.deepEqual(namesIn(...chain), ['CN=directory'])
  assert.deepEqual(namesIn(issuing), ['CN=Test authority'], 'one that signs for itself is taken at its word')
})
