import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { formVisitAt } from '../../../test/conformance/connection.ts'
import { ANNA_SAML, SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import type { SamlAnswer, SamlSealing } from '../../../test/support/saml-message.ts'
import { SAML_ISSUER, samlStage } from '../../../test/support/saml-stage.ts'

const ONE_MINUTE_MS = 60_000
const ours = new X509Certificate(SAML_KEYS.ours.certificate)
const decryption = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }

type Stage = Parameters<typeof samlStage>[0]
type Change = Partial<SamlAnswer> & Partial<SamlSealing>

const comeBackWith = async (change: (now: number) => Change, stage: Stage = {}) => {
  const { leave, comeBack, provider, clock } = samlStage(stage)
  const leg = await leave()
  return comeBack(provider.agree(leg.departure, change(clock.now())), leg)
}

/** Refused for this reason and no other, whoever signed it. */
const assertRefused = async (change: (now: number) => Change, reason: string | RegExp, stage: Stage = {}): Promise<void> => {
  for (const signs of ['response', 'assertion', 'both'] as const)
    await assert.rejects(comeBackWith(change, { ...stage, signs }), (error) => {
      assert.ok(error instanceof UsherError, String(error))
      assert.equal(error.code, 'connection_answer_invalid', String(error.cause))
      assert.match(String(error.detail.reason), typeof reason === 'string' ? new RegExp(`^${reason}$`) : reason, signs)
      return true
    })
}

const elsewhere = 'https://usher.example/login/callback/another'

const wrong: Readonly<Record<string, readonly [Change | ((now: number) => Change), string | RegExp]>> = {
  'of another issuer': [{ issuer: 'https://login.acme.example/other' }, 'Issuer'],
  'for another address': [{ destination: elsewhere }, 'Destination'],
  'for another recipient': [{ recipient: elsewhere }, 'Recipient'],
  'for another audience': [{ audience: 'https://usher.example/samlp/metadata?connection=another' }, 'Audience'],
  'to another request': [{ inResponseTo: '_0000' }, 'InResponseTo'],
  'to no request': [{ inResponseTo: undefined }, 'InResponseTo'],
  'that has run out': [(now) => ({ notOnOrAfter: now - ONE_MINUTE_MS }), 'NotOnOrAfter'],
  'that is not valid yet': [(now) => ({ notBefore: now + ONE_MINUTE_MS + 1 }), 'NotBefore'],
  'that was made long ago': [(now) => ({ issuedAt: now - 12 * ONE_MINUTE_MS }), 'IssueInstant'],
  'that will be made': [(now) => ({ issuedAt: now + 2 * ONE_MINUTE_MS }), 'IssueInstant'],
  'of somebody who will sign in': [(now) => ({ authenticatedAt: now + 2 * ONE_MINUTE_MS }), 'AuthnInstant'],
  'signed by somebody else': [{ ...SAML_KEYS.another }, 'xml signature'],
}

for (const [what, [change, reason]] of Object.entries(wrong))
  test(`an answer ${what} is refused`, async () => {
    await assertRefused(typeof change === 'function' ? change : () => change, reason)
  })

test('an answer without a signature is refused, encrypted or not', async () => {
  for (const stage of [{}, { encryptFor: ours, settings: { decryption } }])
    await assert.rejects(
      comeBackWith(() => ({ signs: 'nothing' }), stage),
      { code: 'connection_answer_invalid' },
    )
})

test('clocks may differ by less than a minute', async () => {
  for (const change of [
    (now: number) => ({ notBefore: now + ONE_MINUTE_MS }),
    (now: number) => ({ notOnOrAfter: now - ONE_MINUTE_MS + 1 }),
    (now: number) => ({ issuedAt: now + ONE_MINUTE_MS, authenticatedAt: now + ONE_MINUTE_MS }),
  ])
    assert.equal((await comeBackWith(change)).subject, ANNA_SAML.nameId)
})

/** What somebody over there could put in before it is signed. */
const shapes: Readonly<Record<string, readonly [RegExp | string, string, RegExp]>> = {
  'two name IDs': [/(<saml:NameID.*<\/saml:NameID>)/, '$1$1', /2 of NameID/],
  'no name ID': [/<saml:NameID.*<\/saml:NameID>/, '', /0 of NameID/],
  'an encrypted name ID': [/<saml:NameID.*<\/saml:NameID>/, '<saml:EncryptedID/>', /something else in Subject/],
  'no conditions': [/<saml:Conditions.*<\/saml:Conditions>/, '', /0 of Conditions/],
  'no audience': [/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '', /0 of AudienceRestriction/],
  'a second audience': ['</saml:Audience>', '</saml:Audience><saml:Audience>urn:x</saml:Audience>', /2 of Audience/],
  'a condition nobody knows': ['</saml:Conditions>', '<x:New xmlns:x="urn:x"/></saml:Conditions>', /something else in Conditions/],
  'no end of its conditions': [/(<saml:Conditions[^>]*) NotOnOrAfter="[^"]*"/, '$1', /no NotOnOrAfter/],
  'no beginning of its conditions': [/(<saml:Conditions) NotBefore="[^"]*"/, '$1', /no NotBefore/],
  'no confirmation': [/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/, '', /0 of SubjectConfirmation/],
  'a confirmation by key': ['cm:bearer', 'cm:holder-of-key', /SubjectConfirmation/],
  'no end of its confirmation': [/(<saml:SubjectConfirmationData) NotOnOrAfter="[^"]*"/, '$1', /no NotOnOrAfter/],
  'no recipient': [/ Recipient="[^"]*"/, '', /Recipient/],
  'no authentication': [/<saml:AuthnStatement.*<\/saml:AuthnStatement>/, '', /0 of AuthnStatement/],
  'a time in a zone of its own': [/(AuthnInstant="[^"]*)Z"/, '$1+01:00"', /AuthnInstant/],
  'a session that has ended': [
    '<saml:AuthnStatement ',
    '<saml:AuthnStatement SessionNotOnOrAfter="2020-01-01T00:00:00Z" ',
    /SessionNotOnOrAfter/,
  ],
  'an attribute without a name': [/<saml:Attribute Name="groups">/, '<saml:Attribute>', /Attribute/],
  'a second statement of attributes': ['</saml:Assertion>', '<saml:AttributeStatement/></saml:Assertion>', /2 of AttributeStatement/],
  'another version': ['Version="2.0"', 'Version="2.1"', /Assertion/],
  'an assertion as advice': ['</saml:Conditions>', '</saml:Conditions><saml:Advice/>', /something else in Assertion/],
  'a name for another relying party': ['<saml:NameID ', '<saml:NameID SPNameQualifier="urn:other" ', /NameQualifier/],
  'a name by somebody else': ['<saml:NameID ', '<saml:NameID NameQualifier="urn:other" ', /NameQualifier/],
}

for (const [what, [from, to, reason]] of Object.entries(shapes))
  test(`${what} in an answer that is signed all the same is refused`, async () => {
    const alterAssertion = (xml: string): string => {
      const altered = xml.replace(from, to)
      assert.notEqual(altered, xml, 'the test changes something')
      return altered
    }
    // Signed around it, so that nothing but the shape is wrong.
    await assert.rejects(
      comeBackWith(() => ({ alterAssertion, signs: 'response' })),
      (error) => {
        assert.ok(error instanceof UsherError)
        assert.equal(error.code, 'connection_answer_invalid')
        assert.match(String(error.detail.reason), reason)
        return true
      },
    )
  })

test('what was changed after it was signed is refused', async () => {
  for (const signs of ['response', 'assertion', 'both'] as const)
    await assertRefused(() => ({ alter: (xml) => xml.replace(ANNA_SAML.nameId, 'a-0002') }), 'xml signature', { signs })
})

test('an assertion whose own signature is wrong is refused, also in a response that is signed', async () => {
  const broken = (xml: string) => xml.replace(/(?<=DigestValue>)[^<]/, (first) => (first === 'A' ? 'B' : 'A'))
  await assert.rejects(
    comeBackWith(() => ({ signs: 'both', alterAssertion: broken })),
    { code: 'connection_answer_invalid' },
  )
})

test('two assertions are refused, whichever of them is signed', async () => {
  for (const signs of ['response', 'assertion', 'both'] as const)
    await assert.rejects(
      comeBackWith(() => ({ signs, alterAssertion: (xml) => xml + xml.replace(/ ID="_/, ' ID="_x') })),
      {
        code: 'connection_answer_invalid',
      },
    )
})

test('an encrypted answer is refused where there is no key, or another one', async () => {
  const reasonOf = async (stage: Stage): Promise<unknown> => {
    const error = await comeBackWith(() => ({}), stage).catch((thrown: unknown) => thrown)
    return error instanceof UsherError && error.detail.reason
  }
  assert.equal(await reasonOf({ encryptFor: ours }), 'no key to decrypt with')
  assert.equal(await reasonOf({ encryptFor: new X509Certificate(SAML_KEYS.another.certificate), settings: { decryption } }), 'decryption')
})

test('a message that is no base64, too large or there twice is refused', async () => {
  const { leave, connection, provider, clock } = samlStage()
  const leg = await leave()
  const good = provider.agree(leg.departure)
  const message = good.searchParams.get('SAMLResponse') ?? ''
  const complete = (change: (form: URLSearchParams) => void) => {
    const back = new URL(good)
    change(back.searchParams)
    const { state, callbackUrl } = leg.order
    return connection.complete(formVisitAt(back, clock.now()), { state, callbackUrl, memory: leg.departure.memory })
  }
  const invalid = { code: 'connection_answer_invalid' }
  for (const posted of [
    '',
    ' ',
    `${message}=`,
    `${message}*`,
    `${message.slice(0, 8)} ${message.slice(8)}`,
    message.slice(0, -1),
    'A'.repeat(256 * 1024 + 4),
  ])
    await assert.rejects(
      complete((form) => form.set('SAMLResponse', posted)),
      invalid,
    )
  await assert.rejects(
    complete((form) => form.append('SAMLResponse', message)),
    invalid,
  )
  await assert.rejects(
    complete((form) => form.append('RelayState', leg.order.state)),
    invalid,
  )
  await assert.rejects(
    complete((form) => form.delete('RelayState')),
    invalid,
  )
  const lines = message.match(/.{1,76}/g)?.join('\r\n') ?? ''
  const profile = await complete((form) => form.set('SAMLResponse', lines))
  assert.equal(profile.issuer, SAML_ISSUER, 'line ends are what some write')
})

test('an answer in the address, where only a form is taken, is refused', async () => {
  const { leave, connection, provider, clock } = samlStage()
  const leg = await leave()
  const visit = formVisitAt(provider.agree(leg.departure), clock.now())
  const { state, callbackUrl } = leg.order
  const completing = (url: URL, method: 'GET' | 'POST') =>
    connection.complete({ ...visit, url, method }, { state, callbackUrl, memory: leg.departure.memory })
  await assert.rejects(completing(new URL('?a=b', visit.url), 'POST'), { code: 'connection_answer_invalid' })
  await assert.rejects(completing(visit.url, 'GET'), { code: 'connection_answer_invalid' })
})
