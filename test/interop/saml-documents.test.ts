import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import type { Departure } from '#connections/connection.ts'
import { Secret } from '#kernel/secret.ts'
import { CALLBACK } from '../support/fake-provider/provider-state.ts'
import { SAML_KEYS } from '../support/saml-identity-provider.ts'
import { samlStage } from '../support/saml-stage.ts'
import { folder, must, run } from './support/commands.ts'
import { schemaCheck } from './support/schemas.ts'

const problemOf = schemaCheck()
const files = folder()
const OURS = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const MFA = 'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'

const keep = (name: string, content: string | Buffer): string => {
  const file = join(files, name)
  writeFileSync(file, content)
  return file
}

const certificate = keep('certificate.pem', SAML_KEYS.ours.certificate)

const requestOf = ({ location, fields }: Departure): string =>
  fields
    ? Buffer.from(fields['SAMLRequest'] ?? '', 'base64').toString()
    : inflateRawSync(Buffer.from(new URL(location).searchParams.get('SAMLRequest') ?? '', 'base64')).toString()

const everything = {
  connection: { secondFactor: { trusted: true, amr: [MFA] }, homeRealms: ['acme.example'] },
  settings: { signing: OURS, decryption: OURS, nameIdFormat: EMAIL, loginHint: 'subject', requestsSecondFactor: true },
} as const

test('our metadata is valid after the schema of SAML 2.0', async () => {
  for (const options of [{}, everything]) {
    const { connection } = samlStage(options)
    assert.equal(problemOf((await connection.document?.(CALLBACK))?.body ?? ''), undefined)
  }
})

test('our requests are valid after the schema of SAML 2.0, whatever is asked and however they go', async () => {
  for (const binding of ['redirect', 'post'] as const)
    for (const options of [{}, everything]) {
      const { leave } = samlStage({ ...options, binding })
      const { departure } = await leave({ username: 'anna@acme.example', freshness: { maxAgeMs: 0, secondFactor: {} } })
      assert.equal(problemOf(requestOf(departure)), undefined)
      assert.match(problemOf(requestOf(departure).replace(' Version="2.0"', '')) ?? 'valid', /validity error/)
    }
})

test('xmlsec1 finds our signature on a request that is posted, and that it is gone when something changes', async () => {
  const { leave } = samlStage({ ...everything, binding: 'post' })
  const request = requestOf((await leave()).departure)
  const verified = (xml: string) => {
    const id = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest']
    return run('xmlsec1', ['--verify', '--pubkey-cert-pem', certificate, '--enabled-key-data', 'rsa,x509', ...id, keep('request.xml', xml)])
      .status
  }
  assert.equal(verified(request), 0)
  assert.notEqual(verified(request.replace(EMAIL, `${EMAIL}x`)), 0)
})

test('openssl finds our signature in an address, over what stands before it', async () => {
  const { leave } = samlStage(everything)
  const query = new URL((await leave({ username: 'anna@acme.example' })).departure.location).search.slice(1)
  const [signed = '', signature = ''] = query.slice(query.indexOf('SAMLRequest=')).split('&Signature=')
  const key = keep('key.pem', must('openssl', ['x509', '-in', certificate, '-pubkey', '-noout']))
  const proof = keep('signature', Buffer.from(decodeURIComponent(signature), 'base64'))
  const check = (text: string) => run('openssl', ['dgst', '-sha256', '-verify', key, '-signature', proof, keep('signed', text)]).status
  assert.match(signed, /^SAMLRequest=[^&]+&RelayState=[^&]+&SigAlg=[^&]+$/)
  assert.equal(check(signed), 0)
  assert.notEqual(check(signed.replace('RelayState=', 'RelayState=x')), 0)
})
