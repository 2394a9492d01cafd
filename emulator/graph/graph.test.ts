import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mintAccessToken } from '../access-tokens.ts'
import { openWorld } from '../open-world.ts'
import { createHandClock } from '../clock.ts'
import { graphApp } from './graph.ts'
import { guest, openGraph } from './testing.ts'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

test('every answer carries its own request id and gives the client’s back', async () => {
  const { call } = await openGraph()
  const first = await call('GET', '/users', undefined, { 'client-request-id': 'the-client-said' })
  const second = await call('GET', '/users')
  assert.equal(first.headers.get('client-request-id'), 'the-client-said')
  assert.match(first.headers.get('request-id') ?? '', GUID)
  assert.notEqual(first.headers.get('request-id'), second.headers.get('request-id'))
  assert.equal(first.headers.get('x-ms-resource-unit'), '2')
})

test('a refusal is an OData error with the same ids inside', async () => {
  const { call } = await openGraph()
  const reply = await call('GET', '/users/nobody@guests.contoso.example', undefined, { 'client-request-id': 'c-1' })
  assert.equal(reply.status, 404)
  assert.equal(reply.body.error.code, 'Request_ResourceNotFound')
  assert.match(reply.body.error.message, /^Resource 'nobody@guests.contoso.example' does not exist/)
  assert.equal(reply.body.error.innerError.date, '2026-03-02T09:00:00')
  assert.equal(reply.body.error.innerError['request-id'], reply.headers.get('request-id'))
  assert.equal(reply.body.error.innerError['client-request-id'], 'c-1')
})

test('no token, a foreign token, another audience and an expired token are each refused with 401', async () => {
  const { call, clock, token, world } = await openGraph()
  const claims = Buffer.from(JSON.stringify({ aud: 'https://graph.windows.net' })).toString('base64url')
  const other = await openWorld({ clock, seed: 99 })
  const foreign = mintAccessToken(other.state, { clientId: 'x', roles: ['User.ReadWrite.All'] }, clock.now())
  const old = token()
  clock.advance(3_600_000)
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['Bearer nonsense', /not well formed/],
    [`Bearer a.${claims}.b`, /Invalid audience/],
    [`Bearer ${foreign}`, /validation failure|expired/],
    [`Bearer ${old}`, /expired/],
  ]
  for (const [authorization, message] of refused) {
    const reply = await call('POST', '/users', guest('ana'), { authorization })
    assert.equal(reply.status, 401)
    assert.equal(reply.body.error.code, 'InvalidAuthenticationToken')
    assert.match(reply.body.error.message, message)
    assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer /)
  }
  assert.equal(world.truth.live().length, 3)
})

const permissions: readonly (readonly [string, string, string, number])[] = [
  ['User.Read.All', 'GET', '/users', 200],
  ['User.Read.All', 'GET', '/subscribedSkus', 403],
  ['User.Read.All', 'POST', '/users', 403],
  ['User.Read.All', 'DELETE', '/users/7d0f6a52-1f0e-4c57-9c0a-3f5f2f8c1a01', 403],
  ['User.ReadWrite.All', 'GET', '/domains', 403],
  ['User.ReadWrite.All', 'GET', '/organization', 403],
  ['User.ReadWrite.All', 'GET', '/directory/deletedItems/microsoft.graph.user', 200],
  ['LicenseAssignment.ReadWrite.All', 'GET', '/subscribedSkus', 200],
  ['LicenseAssignment.ReadWrite.All', 'GET', '/users', 403],
  ['User.ReadBasic.All', 'GET', '/users?$select=id,displayName', 200],
  ['User.ReadBasic.All', 'GET', '/users?$select=id,onPremisesImmutableId', 403],
  ['Domain-InternalFederation.Read.All', 'GET', '/domains/guests.contoso.example/federationConfiguration', 200],
  ['User.DeleteRestore.All', 'DELETE', '/users/7d0f6a52-1f0e-4c57-9c0a-3f5f2f8c1a01', 204],
]
for (const [role, method, path, status] of permissions) {
  test(`an app with ${role} alone is answered ${status} to ${method} ${path}`, async () => {
    const { call, token } = await openGraph()
    const authorization = `Bearer ${token([role])}`
    const reply = await call(method, path, method === 'POST' ? guest('ana') : undefined, { authorization })
    assert.equal(reply.status, status)
    if (status === 403) assert.equal(reply.body.error.code, 'Authorization_RequestDenied')
  })
}

test('the permission to disable people changes nothing else about them', async () => {
  const { call, token, world } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  const authorization = `Bearer ${token(['User.EnableDisableAccount.All'])}`
  assert.equal((await call('PATCH', `/users/${body.id}`, { surname: 'X' }, { authorization })).status, 403)
  assert.equal((await call('PATCH', `/users/${body.id}`, { accountEnabled: false }, { authorization })).status, 204)
  assert.equal(world.truth.find(body.id)?.surname, undefined)
  assert.equal(world.truth.find(body.id)?.accountEnabled, false)
})

test('a path or method this emulator does not have is answered 501, so that no test passes by luck', async () => {
  const { call } = await openGraph()
  for (const [method, path] of [
    ['GET', '/groups'],
    ['PUT', '/users'],
    ['POST', '/$batch'],
  ] as const) {
    const reply = await call(method, path)
    assert.equal(reply.status, 501)
    assert.equal(reply.headers.get('x-emulator-missing'), `${method} /v1.0${path}`)
  }
  assert.equal((await call('GET', '/users?$expand=manager')).status, 501)
})

test('a call that is not on the list is refused and does nothing', async () => {
  const allowedCalls = [
    { method: 'GET', path: '/users/{id}' },
    { method: 'POST', path: '/v1.0/users/{id}/assignLicense' },
  ]
  const { call, world } = await openGraph({ allowedCalls })
  const [megan] = world.truth.live()
  const refused = await call('POST', '/users', guest('ana'))
  assert.equal(refused.status, 403)
  assert.equal(refused.headers.get('x-emulator-refused'), 'POST /v1.0/users')
  assert.equal(world.truth.live().length, 3)
  const allowed = await call('GET', `/users/${megan?.id}`)
  assert.equal(allowed.status, 200)
  assert.equal(allowed.headers.get('x-emulator-refused'), null)
  assert.equal((await call('GET', `/users/${megan?.id}/licenseDetails`)).status, 403)
  assert.notEqual((await call('POST', `/users/${megan?.id}/assignLicense`, {})).headers.get('x-emulator-refused'), '')
})

test('the organization and its domains can be read', async () => {
  const { call, token } = await openGraph()
  const authorization = `Bearer ${token(['Directory.Read.All', 'Domain.Read.All'])}`
  const organization = await call('GET', '/organization', undefined, { authorization })
  assert.deepEqual(
    organization.body.value[0].verifiedDomains.map(({ name, type }: { name: string; type: string }) => [name, type]),
    [
      ['contoso.onmicrosoft.com', 'Managed'],
      ['guests.contoso.example', 'Federated'],
      ['employees.contoso.example', 'Managed'],
    ],
  )
  assert.equal((await call('GET', '/domains?$select=id', undefined, { authorization })).body.value.length, 3)
  const domain = await call('GET', '/domains/guests.contoso.example', undefined, { authorization })
  assert.equal(domain.body.authenticationType, 'Federated')
  const federation = await call('GET', '/domains/guests.contoso.example/federationConfiguration', undefined, {
    authorization,
  })
  assert.equal(federation.body.value[0].preferredAuthenticationProtocol, 'wsFed')
  assert.equal((await call('GET', '/domains/elsewhere.example', undefined, { authorization })).status, 404)
})

test('a body without its content type, or that is no JSON, is refused', async () => {
  const { call, world } = await openGraph()
  assert.equal((await call('POST', '/users', '{')).body.error.code, 'BadRequest')
  assert.equal((await call('POST', '/users', guest('ana'), { 'content-type': 'text/plain' })).status, 400)
  assert.equal(world.truth.live().length, 3)
})

test('a defect of the emulator is not dressed up as an answer of Microsoft’s', async () => {
  const world = await openWorld({ clock: createHandClock(), seed: 1 })
  const broken = {
    ...world,
    graphView: () => {
      throw new Error('a defect')
    },
  }
  const app = graphApp({ world: broken })
  const token = mintAccessToken(world.state, { clientId: 'a', roles: ['User.Read.All'] }, world.clock.now())
  const headers = { authorization: `Bearer ${token}` }
  await assert.rejects(async () => app.request('http://graph.localhost/v1.0/users', { headers }), /a defect/)
})
