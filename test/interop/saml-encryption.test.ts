import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import { ANNA_SAML, SAML_KEYS } from '../support/saml-identity-provider.ts'
import { samlStage } from '../support/saml-stage.ts'
import { folder, must } from './support/commands.ts'

const OURS = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }
const XENC = 'http://www.w3.org/2001/04/xmlenc#'

const template = (
  content: string,
  key: string,
): string => `<xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="${content}"/>
<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${key}"/>
<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>
<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`

interface Methods {
  readonly content: string
  readonly key: string
  readonly session: string
}

const files = folder()

/** What xmlsec1 makes of an assertion for our certificate. */
const encryptedByXmlsec = (assertion: string, { content, key, session }: Methods): string => {
  const at = (name: string) => join(files, name)
  writeFileSync(at('certificate.pem'), SAML_KEYS.ours.certificate)
  writeFileSync(at('assertion.xml'), assertion)
  writeFileSync(at('template.xml'), template(content, key))
  const keys = ['--pubkey-cert-pem', at('certificate.pem'), '--session-key', session]
  const data = must('xmlsec1', ['--encrypt', ...keys, '--xml-data', at('assertion.xml'), at('template.xml')]).replace(/^<\?xml[^>]*\?>/, '')
  return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${data}</saml:EncryptedAssertion>`
}

const comeBackWith = async (methods: Methods) => {
  const { leave, comeBack, provider } = samlStage({ settings: { decryption: OURS } })
  const leg = await leave()
  return comeBack(provider.agree(leg.departure, { alterAssertion: (assertion) => encryptedByXmlsec(assertion, methods) }), leg)
}

const OAEP = `${XENC}rsa-oaep-mgf1p`

test('what xmlsec1 encrypts with AES-GCM and RSA-OAEP is read', async () => {
  for (const bits of ['128', '256']) {
    const profile = await comeBackWith({ content: `http://www.w3.org/2009/xmlenc11#aes${bits}-gcm`, key: OAEP, session: `aes-${bits}` })
    assert.equal(profile.subject, ANNA_SAML.nameId)
  }
})

test('what it encrypts without authentication, or with RSA 1.5, is not', async () => {
  const gcm = { content: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', session: 'aes-256' }
  const refused = [
    [{ content: `${XENC}aes256-cbc`, key: OAEP, session: 'aes-256' }, 'encryption method'],
    [{ content: `${XENC}tripledes-cbc`, key: OAEP, session: 'des-192' }, 'encryption method'],
    [{ ...gcm, key: `${XENC}rsa-1_5` }, 'key transport'],
  ] as const
  for (const [methods, reason] of refused)
    await assert.rejects(comeBackWith(methods), { code: 'connection_answer_invalid', detail: { connection: 'acme', reason } })
})
