import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import type { LegOrder } from '../connection.ts'
import { attributeOf, isNamed, type StrictElement, textIn } from '#lib/strict-xml.ts'
import { requestIn, SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { SAML_ISSUER, samlStage } from '../../../test/support/saml-stage.ts'
import { allIn } from './saml-elements.ts'
import { ASSERTION, PROTOCOL } from './saml-names.ts'

type Stage = Parameters<typeof samlStage>[0]
const MFA = 'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'

const leaveWith = async (order: Partial<LegOrder>, stage: Stage = {}) => {
  const leg = await samlStage(stage).leave(order)
  const { request, relayState } = requestIn(leg.departure)
  return { ...leg, request, relayState, query: new URL(leg.location).searchParams }
}

const textsOf = (request: StrictElement, namespace: string, name: string): readonly string[] =>
  allIn(request)
    .filter((one) => isNamed(one, namespace, name))
    .map(textIn)

test('a request says who asks, whom, and where the answer goes', async () => {
  const { request, relayState, order, departure } = await leaveWith({})
  assert.ok(isNamed(request, PROTOCOL, 'AuthnRequest'))
  assert.deepEqual(textsOf(request, ASSERTION, 'Issuer'), ['https://usher.example/samlp/metadata?connection=acme'])
  assert.equal(attributeOf(request, 'AssertionConsumerServiceURL'), order.callbackUrl)
  assert.equal(attributeOf(request, 'Destination'), 'https://login.acme.example/saml/sign-in')
  assert.equal(attributeOf(request, 'ID'), departure.memory['request'])
  assert.match(departure.memory['request'] ?? '', /^_[0-9a-f]{40}$/)
  assert.equal(departure.memory['issuer'], SAML_ISSUER)
  assert.equal(relayState, order.state)
  assert.equal(attributeOf(request, 'ForceAuthn'), undefined)
  assert.deepEqual(textsOf(request, ASSERTION, 'NameID'), [])
})

test('we are called as it was agreed, where it was', async () => {
  const { request } = await leaveWith({}, { settings: { entityId: 'urn:auth0:contoso:acme' } })
  assert.deepEqual(textsOf(request, ASSERTION, 'Issuer'), ['urn:auth0:contoso:acme'])
})

test('credentials are asked for again where they must be recent, or somebody else is meant', async () => {
  const fresh = [{ freshness: { maxAgeMs: 0 } }, { freshness: { maxAgeMs: 60_000 } }, { freshness: { secondFactor: { maxAgeMs: 1 } } }]
  for (const order of [...fresh, { choose: true }])
    assert.equal(attributeOf((await leaveWith(order)).request, 'ForceAuthn'), 'true', JSON.stringify(order))
  assert.equal(attributeOf((await leaveWith({ freshness: { secondFactor: {} } })).request, 'ForceAuthn'), undefined)
})

test('a second factor is asked for by its names, where the settings say so and one is demanded', async () => {
  const connection = { secondFactor: { trusted: true, amr: [MFA] } } as const
  const contexts = async (order: Partial<LegOrder>, settings = {}) =>
    textsOf((await leaveWith(order, { connection, settings })).request, ASSERTION, 'AuthnContextClassRef')
  const asked = { requestsSecondFactor: true }
  assert.deepEqual(await contexts({ freshness: { secondFactor: {} } }, asked), [MFA])
  assert.deepEqual(await contexts({}, asked), [])
  assert.deepEqual(await contexts({ freshness: { secondFactor: {} } }), [])
})

test('a name is mentioned where it may be known, the way the identity provider takes it', async () => {
  const username = 'anna@acme.example'
  const connection = { homeRealms: ['Acme.example'] }
  assert.equal((await leaveWith({ username }, { connection })).query.get('login_hint'), username)
  const inside = await leaveWith({ username }, { connection, settings: { loginHint: 'subject' } })
  assert.deepEqual(textsOf(inside.request, ASSERTION, 'NameID'), [username])
  assert.equal(inside.query.get('login_hint'), null)
  for (const stage of [{}, { connection, settings: { loginHint: 'none' } }]) {
    const silent = await leaveWith({ username }, stage)
    assert.equal(silent.query.get('login_hint'), null)
    assert.ok(
      !JSON.stringify([...allIn(silent.request)].map(({ children }) => children.filter((one) => typeof one === 'string'))).includes(
        username,
      ),
    )
  }
})

test('an address that has a query keeps it, and a request in a form is not in the address', async () => {
  const signInUrl = 'https://login.acme.example/saml/in?tenant=a%20b'
  const { query, departure } = await leaveWith({}, { signInUrl })
  assert.equal(query.get('tenant'), 'a b')
  assert.equal(departure.fields, undefined)
  const posted = await leaveWith({}, { signInUrl, binding: 'post' })
  assert.equal(posted.departure.location, signInUrl)
  assert.deepEqual(Object.keys(posted.departure.fields ?? {}), ['SAMLRequest', 'RelayState'])
})

test('our metadata names us, our address and our certificates, and no key', async () => {
  const key = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }
  const { connection } = samlStage({ settings: { signing: key, decryption: key } })
  const document = await connection.document?.('https://usher.example/login/callback/acme')
  assert.match(document?.body ?? '', /entityID="https:\/\/usher\.example\/samlp\/metadata\?connection=acme"/)
  assert.match(document?.body ?? '', /AuthnRequestsSigned="true"/)
  assert.equal(document?.body.match(/<ds:X509Certificate>/g)?.length, 2)
  const middle = SAML_KEYS.ours.privateKey.split('\n')[3] ?? 'none'
  assert.ok(!document?.body.includes(middle))
})
