import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertionIn, canonical, childrenOf, parseXml } from '../../../test/support/saml11-reader.ts'
import { ISSUER, orderOf, REALM, seeded, sharedKeys } from '../../../test/support/wsfed-samples.ts'
import { saml11 } from '#tokens/saml11.ts'
import { tokenResponse } from './response.ts'

const token = async () => saml11({ keys: await sharedKeys(), randomness: seeded('response') }).issue(orderOf())

test('the response is the one Microsoft documents, around the very bytes of the token', async () => {
  const signed = await token()
  const reference =
    '<o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">' +
    `<o:KeyIdentifier ValueType="http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID">${signed.id}</o:KeyIdentifier></o:SecurityTokenReference>`
  const utility = 'xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"'
  assert.equal(
    tokenResponse(signed, { realm: REALM }),
    '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:Lifetime>' +
      `<wsu:Created ${utility}>2026-11-24T08:59:30.000Z</wsu:Created><wsu:Expires ${utility}>2026-11-24T09:05:00.000Z</wsu:Expires></t:Lifetime>` +
      '<wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy"><wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing">' +
      `<wsa:Address>${REALM}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo><t:RequestedSecurityToken>${signed.value}</t:RequestedSecurityToken>` +
      `<t:RequestedAttachedReference>${reference}</t:RequestedAttachedReference><t:RequestedUnattachedReference>${reference}</t:RequestedUnattachedReference>` +
      '<t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType><t:RequestType>http://schemas.xmlsoap.org/ws/2005/02/trust/Issue</t:RequestType>' +
      '<t:KeyType>http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey</t:KeyType></t:RequestSecurityTokenResponse>',
  )
})

test('its lifetime is that of the token’s conditions', async () => {
  const response = parseXml(tokenResponse(await token(), { realm: REALM }))
  const [lifetime] = childrenOf(response)
  const [conditions] = childrenOf(assertionIn(tokenResponse(await token(), { realm: REALM })))
  assert.deepEqual(
    lifetime && childrenOf(lifetime).map((one) => one.textContent),
    conditions && ['NotBefore', 'NotOnOrAfter'].map((name) => conditions.getAttribute(name)),
  )
})

test('a realm with markup in it stays text', async () => {
  const signed = await token()
  const written = tokenResponse(signed, { realm: '"><t:X>&' })
  assert.equal(canonical(parseXml(written)), written)
  assert.ok(written.includes('<wsa:Address>"&gt;&lt;t:X&gt;&amp;</wsa:Address>'))
  assert.equal(assertionIn(written).getAttribute('Issuer'), ISSUER)
})
