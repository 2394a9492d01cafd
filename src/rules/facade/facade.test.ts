import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import { microsoft365 } from '../../../test/support/wsfed-samples.ts'
import { admitted, nadia, orderOf } from '../../../test/support/rule-samples.ts'
import { contextFor } from './context.ts'
import { userFor } from './person.ts'
import { verdictOf } from './verdict.ts'

const FOOD = 'http://schemas.example/food'

const decided = (user: JsonObject, context: JsonObject = {}, before: JsonObject = {}) => verdictOf({ before, user, context }, ['rul_1'])

test('app metadata is merged into the root of the user and wins over it', () => {
  const record = { ...nadia, appMetadata: { office365Provisioned: true, nickname: 'from metadata' } }
  const user = userFor({ record, relyingParty: microsoft365 })
  assert.equal(user['office365Provisioned'], true)
  assert.equal(user['nickname'], 'from metadata')
  assert.deepEqual(user['app_metadata'], record.appMetadata)
  assert.equal(user['user_id'], 'google-oauth2|118212')
})

test('the context is never without the objects that rules write into unseen', () => {
  const context = contextFor(orderOf())
  for (const name of ['samlConfiguration', 'idToken', 'accessToken', 'clientMetadata', 'connectionOptions', 'stats', 'sso', 'request'])
    assert.equal(typeof context[name], 'object', name)
  assert.equal(context['protocol'], 'wsfed')
  assert.equal(context['clientID'], microsoft365.clientId)
  assert.equal(context['connectionStrategy'], context['connection'])
})

test('a person who comes back is shown as one, with the protocol they came by first', () => {
  const context = contextFor(orderOf({ isContinued: true }))
  assert.deepEqual([context['protocol'], context['original_protocol']], ['redirect-callback', 'wsfed'])
})

test('neither user nor context holds a secret of the connection, the leg or the configuration', () => {
  const order = orderOf()
  assert.ok(!JSON.stringify([userFor(order), contextFor(order)]).includes('not for rules'))
})

test('a second factor that was used is told with its time in milliseconds', () => {
  const authentication = { at: 5_000, method: 'federated', secondFactor: { at: 6_000 } } as const
  const context = contextFor(orderOf({ transaction: { ...admitted, authentication } }))
  assert.deepEqual(context['authentication'], {
    methods: [
      { name: 'federated', timestamp: 5_000 },
      { name: 'mfa', timestamp: 6_000 },
    ],
  })
})

test('mappings make claims of paths into the user; what a token cannot carry is left out', () => {
  const mappings = {
    [FOOD]: 'user_metadata.favorite_food',
    'http://schemas.example/many': 'list',
    'http://schemas.example/none': 'nothing.at.all',
  }
  const verdict = decided({ user_metadata: { favorite_food: 'soup' }, list: ['a', null, 2, {}] }, { samlConfiguration: { mappings } })
  assert.deepEqual(verdict.claims({}), { [FOOD]: ['soup'], 'http://schemas.example/many': ['a', '2'] })
})

test('nothing is passed through unless the configuration says so, and then never an access token', () => {
  const user = { email: 'n@mail.example', identities: [{ provider: 'google-oauth2', access_token: 'opens doors', isSocial: true }] }
  assert.deepEqual(decided(user).claims({}), {})
  const saml = { passthroughClaimsWithNoMapping: true, mapIdentities: true }
  const claims = decided(user, { samlConfiguration: saml }).claims({})
  assert.deepEqual(claims['http://schemas.auth0.com/email'], ['n@mail.example'])
  assert.deepEqual(claims['http://schemas.auth0.com/identities/default/isSocial'], ['true'])
  assert.ok(!JSON.stringify(claims).includes('opens doors'))
})

test('a claim made of a name of the subject says what the account row says', () => {
  const mappings = { 'http://schemas.example/name': 'upn' }
  const verdict = decided({ upn: 'auth0-second@guests.example' }, { samlConfiguration: { mappings } })
  assert.deepEqual(verdict.claims({ userPrincipalName: 'auth0-first@guests.example' }), {
    'http://schemas.example/name': ['auth0-first@guests.example'],
  })
})

test('only what a rule changed names a subject; what a provider sent along does not', () => {
  assert.deepEqual(decided({ upn: 'x@provider.example' }, {}, { upn: 'x@provider.example' }).named, {})
  assert.deepEqual(decided({ upn: 'y@guests.example', inmutableid: 'abc' }, {}, { upn: 'x@provider.example' }).named, {
    userPrincipalName: 'y@guests.example',
    immutableId: 'abc',
  })
})

test('a name that is no text, or two that differ, name nobody', () => {
  const left: readonly JsonObject[] = [{ inmutableid: { toString: 'x' } }, { inmutableid: 12 }, { inmutableid: 'a', immutableId: 'b' }]
  for (const user of left) assert.equal(decided(user).named.immutableId, '<nobody>')
})

test('wishes about the token are taken over in form alone', () => {
  const samlConfiguration = { issuer: 'urn:a', audience: 'urn:b', lifetimeInSeconds: '60', wctx: 'c', nameIdentifierProbes: ['x', 5] }
  assert.deepEqual(decided({}, { samlConfiguration }).wishes, {
    issuer: 'urn:a',
    audience: 'urn:b',
    context: 'c',
    lifetimeSeconds: 60,
    nameIdentifierProbes: ['x'],
  })
  assert.deepEqual(decided({}, { samlConfiguration: { lifetimeInSeconds: [{ toString: '' }] } }).wishes, {})
  assert.deepEqual(decided({}, { samlConfiguration: { issuer: 5, lifetimeInSeconds: -1, audience: {} } }).wishes, {})
})

test('whatever rules leave, reading it throws nothing and touches no prototype', () => {
  const json = fc.jsonValue({ maxDepth: 4 })
  const samlConfiguration = fc.dictionary(
    fc.constantFrom('mappings', 'attributes', 'issuer', 'audience', 'wctx', 'lifetimeInSeconds', 'nameIdentifierProbes', '__proto__'),
    json,
  )
  const context = fc.record({ samlConfiguration: fc.oneof(samlConfiguration, json), redirect: json, multifactor: json, primaryUser: json })
  const user = fc.dictionary(fc.constantFrom('upn', 'inmutableid', 'immutableId', 'constructor', '__proto__', 'email'), json)
  fc.assert(
    fc.property(user, context, (left, said) => {
      // fast-check has its own word for JSON values.
      const verdict = verdictOf({ before: {}, user: asObject(left), context: asObject(said) }, [])
      const claims = verdict.claims({})
      assert.ok(Object.values(claims).every((value) => typeof value !== 'string' && value.every((one) => typeof one === 'string')))
      assert.equal(Object.getOwnPropertyNames(Object.prototype).length, PROTOTYPE_SIZE)
    }),
    { numRuns: 500 },
  )
})

const PROTOTYPE_SIZE = Object.getOwnPropertyNames(Object.prototype).length

function asObject(value: unknown): JsonObject {
  const copy: Json = JSON.parse(JSON.stringify(value))
  return isJsonObject(copy) ? copy : {}
}
