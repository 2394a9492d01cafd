import assert from 'node:assert/strict'
import { hash, verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { tokenFormatConformance } from '../../test/conformance/token-format.ts'
import { assertionIn, canonical, childrenOf, descendants, DSIG, readAssertion, signedBytes } from '../../test/support/saml11-reader.ts'
import { ANNA, AT, ISSUER, orderOf, REALM, seeded, sharedKeys } from '../../test/support/wsfed-samples.ts'
import { permittedClaims } from './claim-types.ts'
import { saml11 } from './saml11.ts'

const format = async (seed = 'tokens') => saml11({ keys: await sharedKeys(), randomness: seeded(seed) })
const unseeded = format()
const certificate = async () => (await sharedKeys()).active().certificate
const issued = async (changes: Parameters<typeof orderOf>[0] = {}) => (await unseeded).issue(orderOf(changes))

tokenFormatConformance({
  name: 'saml11',
  format: () => unseeded,
  read: async (value) => {
    const signed = signedBytes(value, await certificate())
    if (signed === undefined) return undefined
    const read = readAssertion(signed)
    const claims = new Map(read.attributes)
    return {
      id: read.id,
      issuer: read.issuer,
      audiences: read.audiences,
      notBefore: Date.parse(read.notBefore),
      notAfter: Date.parse(read.notOnOrAfter),
      authenticatedAt: Date.parse(read.instant),
      subjects: [...read.nameIdentifiers, ...(claims.get('http://schemas.microsoft.com/LiveID/Federation/2008/05 ImmutableID') ?? [])],
      claims,
      claimsSecondFactor:
        read.method.includes('multipleauthn') || read.attributes.some(([, values]) => values.some((one) => one.includes('multipleauthn'))),
    }
  },
})

test('the assertion is the one Microsoft documents', async () => {
  const { value, id } = await (await format('golden')).issue(orderOf())
  const subject =
    '<saml:Subject><saml:NameIdentifier Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">abcdefghijklmnopqrstuvwxy2</saml:NameIdentifier>' +
    '<saml:SubjectConfirmation><saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject>'
  const expected =
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="${id}" IssueInstant="2026-11-24T09:00:00.000Z"` +
    ` Issuer="${ISSUER}" MajorVersion="1" MinorVersion="1">` +
    '<saml:Conditions NotBefore="2026-11-24T08:59:30.000Z" NotOnOrAfter="2026-11-24T09:05:00.000Z">' +
    `<saml:AudienceRestrictionCondition><saml:Audience>${REALM}</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions>` +
    `<saml:AttributeStatement>${subject}` +
    '<saml:Attribute AttributeName="UPN" AttributeNamespace="http://schemas.xmlsoap.org/claims">' +
    '<saml:AttributeValue>anna.karlsson@guests.fabrikam.com</saml:AttributeValue></saml:Attribute>' +
    '<saml:Attribute AttributeName="ImmutableID" AttributeNamespace="http://schemas.microsoft.com/LiveID/Federation/2008/05">' +
    '<saml:AttributeValue>abcdefghijklmnopqrstuvwxy2</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>' +
    '<saml:AuthenticationStatement AuthenticationInstant="2026-11-24T07:00:00.000Z" AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:password">' +
    `${subject}</saml:AuthenticationStatement><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`
  assert.equal(value.slice(0, expected.length), expected)
  assert.match(id, /^_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('the bytes are canonical, and digest and signature are of them', async () => {
  const { value } = await issued({ claims: { nickname: 'Ünal "<&>" \r\n\t' } })
  const assertion = assertionIn(value)
  assert.equal(canonical(assertion), value)
  const [signature] = descendants(assertion, 'Signature', DSIG)
  assert.ok(signature && childrenOf(assertion).at(-1) === signature, 'the signature is the last child')
  const [info] = descendants(signature, 'SignedInfo', DSIG)
  const text = (name: string) => descendants(signature, name, DSIG)[0]?.textContent ?? ''
  assert.ok(info)
  const { publicKey } = new X509Certificate(Buffer.from(text('X509Certificate'), 'base64'))
  assert.ok(verify('sha256', Buffer.from(canonical(info)), publicKey, Buffer.from(text('SignatureValue'), 'base64')))
  assertion.removeChild(signature)
  assert.equal(text('DigestValue'), hash('sha256', canonical(assertion), 'base64'))
  assert.equal(text('X509Certificate'), await certificate())
})

test('only algorithms of today are used', async () => {
  const { value } = await issued()
  const algorithms = [...value.matchAll(/Algorithm="([^"]*)"/g)].map(([, name]) => name)
  assert.deepEqual(algorithms, [
    'http://www.w3.org/2001/10/xml-exc-c14n#',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
    'http://www.w3.org/2001/10/xml-exc-c14n#',
    'http://www.w3.org/2001/04/xmlenc#sha256',
  ])
})

test('the method is the one that was used', async () => {
  const methods = {
    password: 'urn:oasis:names:tc:SAML:1.0:am:password',
    federated: 'urn:oasis:names:tc:SAML:1.0:am:password',
    windows: 'urn:federation:authentication:windows',
    certificate: 'urn:oasis:names:tc:SAML:1.0:am:X509-PKI',
  } as const
  for (const method of ['password', 'federated', 'windows', 'certificate'] as const) {
    const read = readAssertion((await issued({ authentication: { at: AT, method } })).value)
    assert.equal(read.method, methods[method])
    assert.deepEqual(
      read.attributes.map(([type]) => type),
      ['http://schemas.xmlsoap.org/claims UPN', 'http://schemas.microsoft.com/LiveID/Federation/2008/05 ImmutableID'],
    )
  }
})

test('a second factor is told in both of Microsoft’s spellings, with its own time', async () => {
  const secondFactor = { at: AT - 60_000 }
  const { attributes } = readAssertion((await issued({ authentication: { at: AT - 90_000, method: 'password', secondFactor } })).value)
  assert.deepEqual(attributes.slice(2), [
    [
      'http://schemas.microsoft.com/claims authnmethodsreferences',
      [
        'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password',
        'http://schemas.microsoft.com/claims/multipleauthn',
      ],
    ],
    ['http://schemas.microsoft.com/ws/2008/06/identity/claims authenticationmethod', ['http://schemas.microsoft.com/claims/multipleauthn']],
    ['http://schemas.microsoft.com/ws/2017/04/identity/claims multifactorauthenticationinstant', ['2026-11-24T08:59:00.000Z']],
  ])
})

test('the first factor of a provider elsewhere is not called a password beside the second one', async () => {
  const { attributes } = readAssertion((await issued({ authentication: { at: AT, method: 'federated', secondFactor: { at: AT } } })).value)
  assert.deepEqual(attributes[2]?.[1], ['http://schemas.microsoft.com/claims/multipleauthn'])
})

const claimName = fc.oneof(
  fc.constantFrom(
    'UPN',
    'ImmutableID',
    'nickname',
    'a/b',
    'http://schemas.xmlsoap.org/claims/UPN',
    '"><saml:Attribute',
    '__proto__',
    'x"y',
    'a\u0000',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.webUrl(),
)
const claimValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('</saml:AttributeValue>', ']]>', '<!--', '&amp;', '\0', '\ud800', '\r', '\u0085', '\u2028'),
)

test('whatever a rule claims, the token is about its subject and says no more than it was allowed', async () => {
  let refused = 0
  const property = fc.asyncProperty(
    fc.dictionary(claimName, fc.oneof(claimValue, fc.array(claimValue, { maxLength: 3 })), { maxKeys: 5 }),
    async (claims) => {
      const token = await issued({ claims }).catch((error) => error)
      if (token instanceof Error) {
        refused += 1
        assert.equal('code' in token && token.code, 'claims_invalid')
        return
      }
      assert.equal(canonical(assertionIn(token.value)), token.value)
      const read = readAssertion(token.value)
      assert.deepEqual(read.nameIdentifiers, [ANNA.immutableId, ANNA.immutableId])
      assert.deepEqual(
        read.attributes.slice(0, 2).map(([, values]) => values),
        [[ANNA.userPrincipalName], [ANNA.immutableId]],
      )
      const allowed = permittedClaims(claims).map(({ type, values }) => [`${type.namespace} ${type.name}`, [...values]])
      assert.deepEqual(read.attributes.slice(2), allowed)
    },
  )
  await fc.assert(property, { numRuns: 400 })
  assert.ok(refused > 0, 'some could not be written')
})
