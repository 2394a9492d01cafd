import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { saml11 } from '#tokens/saml11.ts'
import { signingKeys } from '#tokens/signing-keys.ts'
import { ANNA, ISSUER, memoryKeyBook, microsoft365, orderOf, REALM, seeded, sharedKeys } from '../support/wsfed-samples.ts'
import { tokenResponse } from '#protocols/wsfed/response.ts'
import { respond } from './support/issued.ts'
import { startShibboleth } from './support/shibboleth.ts'

const shibboleth = await startShibboleth({ issuer: ISSUER, realm: REALM, certificate: (await sharedKeys()).active().certificate })
after(() => shibboleth.stop())

// Shibboleth lives in real time.
const now = () => ({ at: Date.now(), authentication: { at: Date.now() - 60_000, method: 'password' } }) as const
const A_MINUTE_MS = 60_000

const refused = async (wresult: string): Promise<string> => {
  const verdict = await shibboleth.judge(wresult)
  assert.equal(verdict.attributes, undefined)
  assert.notEqual(verdict.reason, '')
  return verdict.reason
}

test('Shibboleth accepts a token and reads from it who came', async () => {
  const { attributes, reason } = await shibboleth.judge(await respond(now()))
  assert.equal(reason, '')
  assert.deepEqual(attributes?.get('upn'), [ANNA.userPrincipalName])
  assert.deepEqual(attributes?.get('immutableid'), [ANNA.immutableId])
  assert.deepEqual(attributes?.get('nameid'), [ANNA.immutableId])
  assert.equal(attributes?.get('methods'), undefined)
})

test('Shibboleth reads the second factor and claims as they were written', async () => {
  const order = { ...now(), claims: { nickname: ['Ünal "<&>\' \u{1f600}', 'second'] } }
  const authentication = { ...order.authentication, secondFactor: { at: Date.now() - 30_000 } }
  const { attributes } = await shibboleth.judge(await respond({ ...order, authentication }))
  assert.ok(attributes?.get('methods')?.includes('http://schemas.microsoft.com/claims/multipleauthn'))
  assert.deepEqual(attributes?.get('nickname'), order.claims.nickname)
})

test('Shibboleth takes a token once', async () => {
  const wresult = await respond(now())
  assert.ok((await shibboleth.judge(wresult)).attributes)
  await refused(wresult)
})

test('Shibboleth accepts a token when its clock is a minute slow', async () => {
  const at = Date.now() + A_MINUTE_MS
  assert.ok((await shibboleth.judge(await respond({ at, authentication: { at: at - A_MINUTE_MS, method: 'password' } }))).attributes)
})

test('Shibboleth refuses a token before and after its time', async () => {
  await refused(await respond({ ...now(), at: Date.now() - 7 * A_MINUTE_MS }))
  await refused(await respond({ ...now(), at: Date.now() + 5 * A_MINUTE_MS }))
})

test('Shibboleth refuses a token for somebody else, or by somebody else', async () => {
  await refused(await respond({ ...now(), relyingParty: { ...microsoft365, realm: 'urn:federation:other' } }))
  await refused(await respond({ ...now(), issuer: `${ISSUER}/` }))
  const book = memoryKeyBook()
  const stranger = await signingKeys({ book, clock: { now: Date.now }, randomness: seeded('stranger') })
  const token = await saml11({ keys: stranger, randomness: seeded('stranger') }).issue(orderOf(now()))
  await refused(tokenResponse(token, { realm: REALM }))
})

/** Ways to make a token say something that was not signed. Each gets a fresh token, since a seen one is refused anyway. */
const TAMPERINGS: Readonly<Record<string, (text: string) => string>> = {
  'another name': (text) => text.replaceAll(ANNA.userPrincipalName, 'ceo@guests.fabrikam.com'),
  'another immutable ID': (text) => text.replaceAll(ANNA.immutableId, 'abcdefghijklmnopqrstuvwxy3'),
  'one of the name identifiers': (text) =>
    text.replace(`>${ANNA.immutableId}</saml:NameIdentifier>`, '>abcdefghijklmnopqrstuvwxy3</saml:NameIdentifier>'),
  'a longer life': (text) => text.replace(/NotOnOrAfter="20\d\d/, 'NotOnOrAfter="2099'),
  'an earlier start': (text) => text.replace(/NotBefore="20\d\d/, 'NotBefore="2001'),
  'another id': (text) => text.replace(/AssertionID="_./, 'AssertionID="_x'),
  'a later authentication': (text) => text.replace(/AuthenticationInstant="20\d\d/, 'AuthenticationInstant="2025'),
  'a stronger method': (text) => text.replace('SAML:1.0:am:password', 'SAML:1.0:am:X509-PKI'),
  'one more attribute': (text) =>
    text.replace(
      '</saml:AttributeStatement>',
      '<saml:Attribute AttributeName="authnmethodsreferences" AttributeNamespace="http://schemas.microsoft.com/claims">' +
        '<saml:AttributeValue>http://schemas.microsoft.com/claims/multipleauthn</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
    ),
  'no signature': (text) => text.replace(/<ds:Signature .*<\/ds:Signature>/, ''),
  'an empty signature': (text) => text.replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>'),
  'another digest': (text) => text.replace(/<ds:DigestValue>./, '<ds:DigestValue>A').replace(/<ds:DigestValue>A(.)/, '<ds:DigestValue>B$1'),
  'another signature': (text) => text.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'),
  'a weaker algorithm': (text) => text.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#hmac-sha1'),
  'no canonical form': (text) =>
    text.replace(/<ds:Transform Algorithm="http:\/\/www.w3.org\/2001\/10\/xml-exc-c14n#"><\/ds:Transform>/, ''),
  'a reference to nothing': (text) => text.replace(/URI="#_[^"]*"/, 'URI="#_nothing"'),
  'a forged assertion before the signed one': (text) => wrapped(text, (forged, signed) => forged + signed),
  'a forged assertion around the signed one': (text) =>
    wrapped(text, (forged, signed) => forged.replace('</saml:Assertion>', `<saml:Advice>${signed}</saml:Advice></saml:Assertion>`)),
  'a forged assertion with the signature of the signed one in it': (text) =>
    wrapped(text, (forged, signed) => {
      const signature = /<ds:Signature .*<\/ds:Signature>/.exec(signed)?.[0] ?? ''
      const original = signed.replace(signature, '')
      return forged.replace(
        '</saml:Assertion>',
        `${signature.replace('</ds:Signature>', `<ds:Object>${original}</ds:Object></ds:Signature>`)}</saml:Assertion>`,
      )
    }),
}

const wrapped = (text: string, arrange: (forged: string, signed: string) => string): string => {
  const signed = /<saml:Assertion .*<\/saml:Assertion>/.exec(text)?.[0] ?? ''
  const forged = signed
    .replace(/<ds:Signature .*<\/ds:Signature>/, '')
    .replace(/AssertionID="[^"]*"/, 'AssertionID="_forged"')
    .replaceAll(ANNA.userPrincipalName, 'ceo@guests.fabrikam.com')
    .replaceAll(ANNA.immutableId, 'abcdefghijklmnopqrstuvwxy3')
  return text.replace(signed, () => arrange(forged, signed))
}

test('Shibboleth refuses every token that was tampered with', async (context) => {
  for (const [name, tamper] of Object.entries(TAMPERINGS)) {
    const text = await respond(now())
    const changed = tamper(text)
    assert.notEqual(changed, text, name)
    const verdict = await shibboleth.judge(changed)
    assert.equal(verdict.attributes, undefined, name)
  }
  assert.ok((await shibboleth.judge(await respond(now()))).attributes, 'an honest one is still accepted')
  context.diagnostic(`${Object.keys(TAMPERINGS).length} tampered tokens refused`)
})

test('a forged assertion behind the signed one is not read', async () => {
  const { attributes } = await shibboleth.judge(wrapped(await respond(now()), (forged, signed) => signed + forged))
  if (attributes) assert.deepEqual(attributes.get('upn'), [ANNA.userPrincipalName])
})

test('a comment put into a name does not cut it: Shibboleth reads all of what was signed', async () => {
  const text = await respond(now())
  const { attributes } = await shibboleth.judge(text.replace('anna.karlsson@', 'anna<!-- -->.karlsson@'))
  assert.deepEqual(attributes?.get('upn'), [ANNA.userPrincipalName])
})
