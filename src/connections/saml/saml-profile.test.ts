import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA_SAML } from '../../../test/support/saml-identity-provider.ts'
import type { SamlAnswer } from '../../../test/support/saml-message.ts'
import { samlStage } from '../../../test/support/saml-stage.ts'

type Stage = Parameters<typeof samlStage>[0]
const ONE_HOUR_MS = 60 * 60_000
const MFA = 'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'

const signIn = async (says: Partial<SamlAnswer>, stage: Stage = {}, freshness = {}) => {
  const { leave, comeBack, provider } = samlStage({ ...stage, says })
  const leg = await leave({ freshness })
  return comeBack(provider.agree(leg.departure), leg)
}

test('names and address are read by the names that identity providers give them', async () => {
  const spellings: readonly SamlAnswer['attributes'][] = [
    ANNA_SAML.attributes,
    { 'urn:oid:0.9.2342.19200300.100.1.3': 'anna@acme.example', 'urn:oid:2.5.4.42': 'Anna', 'urn:oid:2.5.4.4': 'Acker' },
    { email: 'anna@acme.example', firstName: 'Anna', lastName: 'Acker' },
    { mail: 'anna@acme.example', givenName: 'Anna', sn: 'Acker' },
  ]
  for (const attributes of spellings) {
    const { email, names, emailVerified } = await signIn({ attributes })
    assert.deepEqual(
      { email, names, emailVerified },
      { email: 'anna@acme.example', names: { given: 'Anna', family: 'Acker' }, emailVerified: false },
    )
  }
})

test('the settings say where names stand elsewhere, and then nothing else counts', async () => {
  const attributes = { email: ['work', 'private'], name: 'full' }
  const said = { private: 'anna@home.example', full: 'Anna A.', mail: 'ceo@acme.example' }
  const { email, names } = await signIn({ attributes: said }, { settings: { attributes } })
  assert.equal(email, 'anna@home.example')
  assert.equal(names.display, 'Anna A.')
})

test('everything that was said is kept for rules, lists as lists', async () => {
  const { attributes } = await signIn({})
  assert.deepEqual(attributes['groups'], ['staff', 'sales'])
  assert.equal(attributes['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname'], 'Anna')
})

test('a list may come as an attribute for each of its values, but nobody has two subjects', async () => {
  const { leave, comeBack, provider } = samlStage()
  const second = '<saml:Attribute Name="groups"><saml:AttributeValue>more</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'
  const alterAssertion = (xml: string) => xml.replace('</saml:AttributeStatement>', second)
  const leg = await leave()
  const profile = await comeBack(provider.agree(leg.departure, { signs: 'response', alterAssertion }), leg)
  assert.deepEqual(profile.attributes['groups'], ['staff', 'sales', 'more'])
  const byGroup = samlStage({ settings: { subjectAttribute: 'groups' } })
  const other = await byGroup.leave()
  const attributes = { groups: 'one' }
  const answer = byGroup.provider.agree(other.departure, { signs: 'response', attributes, alterAssertion })
  await assert.rejects(byGroup.comeBack(answer, other), { code: 'profile_incomplete' })
})

test('attributes by the names of claims claim nothing: subject, confirmed address, authentication', async () => {
  const attributes = { sub: 'ceo', email_verified: 'true', auth_time: '1', amr: MFA, email: 'anna@acme.example', __proto__x: 'x' }
  const profile = await signIn({ attributes })
  assert.equal(profile.subject, ANNA_SAML.nameId)
  assert.equal(profile.emailVerified, false)
  assert.equal(profile.authentication.secondFactor, undefined)
})

test('an address is confirmed where the administrator says so of all, or of each by an attribute', async () => {
  const verified = async (emailVerified: unknown, value: string | readonly string[] = 'true') => {
    const attributes = { ...ANNA_SAML.attributes, confirmed: value }
    return (await signIn({ attributes }, { settings: { emailVerified } })).emailVerified
  }
  assert.equal(await verified(true), true)
  assert.equal(await verified('confirmed'), true)
  assert.equal(await verified('confirmed', '1'), true)
  for (const value of ['false', 'TRUE', 'yes', '', ['true', 'true'], ['true', 'false']])
    assert.equal(await verified('confirmed', value), false)
  assert.equal(await verified('elsewhere'), false)
})

test('a name that will be another one the next time is nobody', async () => {
  const nameIdFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
  await assert.rejects(signIn({ nameIdFormat }), { code: 'profile_incomplete' })
  const attributes = { uid: 'anna' }
  assert.equal((await signIn({ nameIdFormat, attributes }, { settings: { subjectAttribute: 'uid' } })).subject, 'anna')
})

test('the kind of name ID that was asked for is the kind that counts', async () => {
  const kind = (name: string) => `urn:oasis:names:tc:SAML:${name}`
  const persistent = kind('2.0:nameid-format:persistent')
  const settings = { nameIdFormat: persistent }
  // The request passes through the browser: whoever writes their own address there could ask for it instead.
  const ceo = { nameId: 'ceo@acme.example' }
  for (const nameIdFormat of [kind('1.1:nameid-format:emailAddress'), kind('1.1:nameid-format:unspecified'), `${persistent} `, ''])
    await assert.rejects(signIn({ ...ceo, nameIdFormat }, { settings }), { code: 'connection_answer_invalid' })
  assert.equal((await signIn({ nameIdFormat: persistent }, { settings })).subject, ANNA_SAML.nameId)
  const anyKind = { nameIdFormat: kind('1.1:nameid-format:unspecified') }
  assert.equal((await signIn({ nameIdFormat: persistent }, { settings: anyKind })).subject, ANNA_SAML.nameId)
  const byAttribute = { ...settings, subjectAttribute: 'uid' }
  assert.equal((await signIn({ ...ceo, nameIdFormat: '', attributes: { uid: 'anna' } }, { settings: byAttribute })).subject, 'anna')
})

test('the attribute that says who somebody is must say it once', async () => {
  const sayings: readonly SamlAnswer['attributes'][] = [{}, { uid: ['anna', 'ceo'] }, { uid: '' }, { uid: 'anna acker' }]
  for (const attributes of sayings)
    await assert.rejects(signIn({ attributes }, { settings: { subjectAttribute: 'uid' } }), { code: 'profile_incomplete' })
})

test('a name ID is nobody when it is empty, long or holds what nobody sees', async () => {
  for (const nameId of ['', ' ', ' a-0001', 'a-0001\n', 'a\u200b', 'ä', 'x'.repeat(256)])
    await assert.rejects(signIn({ nameId }), { code: 'profile_incomplete' })
})

test('a second factor counts where the connection is trusted with it, by its words alone', async () => {
  const secondFactor = { trusted: true, amr: [MFA] } as const
  const { authentication } = await signIn({ context: MFA }, { connection: { secondFactor } })
  assert.equal(authentication.secondFactor?.at, authentication.at)
  assert.equal((await signIn({ context: MFA })).authentication.secondFactor, undefined)
  assert.equal((await signIn({ context: `${MFA}X` }, { connection: { secondFactor } })).authentication.secondFactor, undefined)
})

test('who signed in there is known by their own time, and an old one is not fresh', async () => {
  const { clock, leave, comeBack, provider } = samlStage()
  const hourAgo = clock.now() - ONE_HOUR_MS
  const any = await leave()
  const { authentication } = await comeBack(provider.agree(any.departure, { authenticatedAt: hourAgo }), any)
  assert.equal(authentication.at, hourAgo)
  const fresh = await leave({ freshness: { maxAgeMs: 0 } })
  await assert.rejects(comeBack(provider.agree(fresh.departure, { authenticatedAt: hourAgo }), fresh), {
    code: 'connection_answer_invalid',
  })
  const recent = await leave({ freshness: { maxAgeMs: ONE_HOUR_MS } })
  assert.ok(await comeBack(provider.agree(recent.departure, { authenticatedAt: hourAgo }), recent))
})
