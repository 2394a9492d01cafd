import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, microsoft365 } from '../support/wsfed-samples.ts'
import { issue, metadata, respond } from './support/issued.ts'
import { schemaCheck } from './support/schemas.ts'

const problemOf = schemaCheck()

const RICH = {
  claims: { nickname: 'Ünal "<&>\' \t\r\n', 'http://fabrikam.com/claims/team': ['blue', ''] },
  authentication: { at: AT, method: 'federated', secondFactor: { at: AT } },
} as const

test('assertions are valid after the schema of SAML 1.1', async () => {
  for (const method of ['password', 'federated', 'windows', 'certificate'] as const)
    assert.equal(problemOf(await issue({ authentication: { at: AT, method } })), undefined)
  assert.equal(problemOf(await issue(RICH)), undefined)
})

test('responses are valid after the schema of WS-Trust, with the assertion in them', async () => {
  assert.equal(problemOf(await respond()), undefined)
  assert.equal(problemOf(await respond(RICH)), undefined)
})

test('metadata is valid after the schemas of SAML 2.0 and WS-Federation', async () => {
  assert.equal(problemOf(await metadata()), undefined)
  assert.equal(problemOf(await metadata({ ...microsoft365, domains: {} })), undefined)
  assert.equal(problemOf(await metadata({ ...microsoft365, clientId: 'a b&c' })), undefined)
})

test('the schemas notice what is wrong', async () => {
  const changed = async (document: Promise<string>, from: string | RegExp, to: string) => {
    const original = await document
    const other = original.replace(from, to)
    assert.notEqual(other, original, String(from))
    return problemOf(other)
  }
  const wrong = [
    await changed(issue(), ' MajorVersion="1"', ''),
    await changed(issue(), /<saml:ConfirmationMethod>[^<]*<\/saml:ConfirmationMethod>/, ''),
    await changed(issue(), 'NotBefore="2026', 'NotBefore="soon 2026'),
    await changed(issue(), / AttributeNamespace="[^"]*"/, ''),
    await changed(issue(), 'AssertionID="_', 'AssertionID="1'),
    await changed(respond(), ' MinorVersion="1"', ''),
    await changed(metadata(), /<fed:SecurityTokenServiceEndpoint.*<\/fed:SecurityTokenServiceEndpoint>/, ''),
    await changed(metadata(), 'use="signing"', 'use="everything"'),
    await changed(metadata(), 'xsi:type="fed:SecurityTokenServiceType"', 'xsi:type="fed:SomethingElseType"'),
    await changed(metadata(), / entityID="[^"]*"/, ''),
    await changed(metadata(), '<fed:TokenTypesOffered>', '<fed:TokenTypesOffered><fed:Surprise></fed:Surprise>'),
  ]
  for (const problem of wrong) assert.match(problem ?? 'valid', /validity error/)
})
