import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INITIAL_DOMAIN } from '../tenant.ts'
import { guest, openGraph, type Reply } from './testing.ts'

const DAY_MS = 24 * 60 * 60_000

const isRefused = (reply: Reply, message: RegExp): void => {
  assert.equal(reply.status, 400)
  assert.equal(reply.body.error.code, 'Request_BadRequest')
  assert.match(reply.body.error.message, message)
}

test('a new person is answered with the default properties and nothing more', async () => {
  const { call } = await openGraph()
  const reply = await call('POST', '/users', guest('ana', { givenName: 'Ana', companyName: 'Fabrikam' }))
  assert.equal(reply.status, 201)
  assert.equal(reply.body.givenName, 'Ana')
  assert.equal(reply.body.onPremisesImmutableId, undefined)
  assert.equal(reply.body.companyName, undefined)
  const { body } = await call('GET', `/users/${reply.body.id}?$select=companyName,onPremisesImmutableId,accountEnabled,userType`)
  assert.deepEqual(
    [body.companyName, body.onPremisesImmutableId, body.accountEnabled, body.userType, body.displayName],
    ['Fabrikam', 'anchor-of-ana', true, 'Member', undefined],
  )
})

test('the password can never be read back', async () => {
  const { call, world } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  const reply = await call('GET', `/users/${body.id}?$select=passwordProfile`)
  assert.equal(reply.body.passwordProfile, null)
  assert.doesNotMatch(JSON.stringify(world.state), /a-Very-long-passw0rd/)
})

test('a taken name is a conflict that names its property', async () => {
  const { call, world } = await openGraph()
  await call('POST', '/users', guest('ana'))
  const reply = await call('POST', '/users', guest('ANA', { onPremisesImmutableId: 'another' }))
  isRefused(reply, /^Another object with the same value for property userPrincipalName already exists\.$/)
  assert.deepEqual(reply.body.error.details, [{ code: 'ObjectConflict', message: reply.body.error.message, target: 'userPrincipalName' }])
  assert.equal(world.truth.live().length, 4)
})

test('a name that is somebody’s mail address is a conflict of addresses', async () => {
  const { call } = await openGraph()
  await call('POST', '/users', guest('ana', { mail: 'boss@guests.contoso.example' }))
  const reply = await call('POST', '/users', guest('boss'))
  isRefused(reply, /property proxyAddresses already exists/)
  assert.equal(reply.body.error.details[0].target, 'proxyAddresses')
})

test('a taken immutable id is a conflict that names nothing, also when its holder is deleted', async () => {
  const { call, clock } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  const again = guest('bea', { onPremisesImmutableId: 'anchor-of-ana' })
  isRefused(await call('POST', '/users', again), /^A conflicting object with one or more of the specified property values/)
  await call('DELETE', `/users/${body.id}`)
  isRefused(await call('POST', '/users', again), /^A conflicting object/)
  clock.advance(31 * DAY_MS)
  assert.equal((await call('POST', '/users', again)).status, 201)
})

test('immutable ids that differ in case are different', async () => {
  const { call } = await openGraph()
  await call('POST', '/users', guest('ana', { onPremisesImmutableId: 'aBc' }))
  assert.equal((await call('POST', '/users', guest('bea', { onPremisesImmutableId: 'abc' }))).status, 201)
  const found = await call('GET', "/users?$filter=onPremisesImmutableId eq 'abc'")
  assert.deepEqual(
    found.body.value.map(({ displayName }: { displayName: string }) => displayName),
    ['bea'],
  )
})

const refusals: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, RegExp]>> = {
  'of a federated domain without an immutable id': [{ onPremisesImmutableId: undefined }, /SourceAnchor is a required property/],
  'of a domain that is not verified': [{ userPrincipalName: 'ana@elsewhere.example' }, /domain portion of the userPrincipalName/],
  'of a subdomain that was never added': [{ userPrincipalName: 'ana@x.guests.contoso.example' }, /domain portion/],
  'with an accent in the name': [{ userPrincipalName: 'aná@guests.contoso.example' }, /'userPrincipalName'/],
  'with a dot at the end of the name': [{ userPrincipalName: 'ana.@guests.contoso.example' }, /'userPrincipalName'/],
  'with a name that is too long': [{ userPrincipalName: `${'a'.repeat(65)}@guests.contoso.example` }, /'userPrincipalName'/],
  'with a short password': [{ passwordProfile: { password: 'aB3!' } }, /complexity/],
  'with a plain password': [{ passwordProfile: { password: 'aaaaaaaaaaaaaaa' } }, /complexity/],
  'without a password': [{ passwordProfile: {} }, /complexity/],
  'without a password profile': [{ passwordProfile: undefined }, /'passwordProfile'/],
  'without a display name': [{ displayName: undefined }, /A value is required for property 'displayName'/],
  'with an empty display name': [{ displayName: '' }, /'displayName'/],
  'without a nickname': [{ mailNickname: undefined }, /'mailNickname'/],
  'with a space in the nickname': [{ mailNickname: 'a b' }, /'mailNickname'/],
  'from no country': [{ usageLocation: 'XX' }, /'usageLocation'/],
  'from a country in lower case': [{ usageLocation: 'de' }, /'usageLocation'/],
  'with an underscore in the immutable id': [{ onPremisesImmutableId: 'a_b' }, /'onPremisesImmutableId'/],
  'with a long immutable id': [{ onPremisesImmutableId: 'a'.repeat(65) }, /'onPremisesImmutableId'/],
  'with a long given name': [{ givenName: 'a'.repeat(65) }, /'givenName'/],
  'with the old immutableId': [{ immutableId: 'a' }, /Invalid property 'immutableId'/],
  'with the old password flag': [
    { passwordProfile: { password: 'a-Very-long-passw0rd', forceChangePasswordNextLogin: false } },
    /forceChangePasswordNextLogin/,
  ],
  'with text for a flag': [{ accountEnabled: 'yes' }, /Edm\.Boolean/],
  'with its own id': [{ id: 'a' }, /read-only/],
  'with licenses': [{ assignedLicenses: [] }, /read-only/],
}
for (const [what, [changes, message]] of Object.entries(refusals)) {
  test(`a person ${what} is refused`, async () => {
    const { call, world } = await openGraph()
    isRefused(await call('POST', '/users', guest('ana', changes)), message)
    assert.equal(world.truth.live().length, 3)
  })
}

test('a person of a managed domain needs no immutable id', async () => {
  const { call } = await openGraph()
  const changes = { userPrincipalName: `ana@${INITIAL_DOMAIN}`, onPremisesImmutableId: undefined }
  assert.equal((await call('POST', '/users', guest('ana', changes))).status, 201)
})

test('a person is found by id, by name in any case, and by a key in parentheses', async () => {
  const { call } = await openGraph()
  const { body } = await call('POST', '/users', guest("o'hara"))
  const name = "o'hara@guests.contoso.example"
  for (const key of [body.id, body.id.toUpperCase(), name, name.toUpperCase(), encodeURIComponent(name)]) {
    assert.equal((await call('GET', `/users/${key}`)).body.id, body.id)
  }
  assert.equal((await call('GET', "/users('O''HARA@guests.contoso.example')".replace("''", '%27'))).body.id, body.id)
})

test('a change shows in what is read afterwards, and null clears', async () => {
  const { call } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana', { givenName: 'Ana', companyName: 'Fabrikam' }))
  const change = {
    givenName: null,
    companyName: null,
    surname: 'Ruiz',
    otherMails: ['ana@fabrikam.example'],
    onPremisesExtensionAttributes: { extensionAttribute1: 'usher' },
  }
  assert.equal((await call('PATCH', `/users/${body.id}`, change)).status, 204)
  await call('PATCH', `/users/${body.id}`, { onPremisesExtensionAttributes: { extensionAttribute2: 'v1' } })
  const names = 'givenName,companyName,surname,otherMails,onPremisesExtensionAttributes,onPremisesImmutableId'
  const reply = await call('GET', `/users/${body.id}?$select=${names}`)
  const { givenName, companyName, surname, otherMails, onPremisesExtensionAttributes, onPremisesImmutableId } = reply.body
  assert.deepEqual([givenName, companyName, surname, otherMails], [null, null, 'Ruiz', ['ana@fabrikam.example']])
  assert.equal(onPremisesExtensionAttributes.extensionAttribute1, 'usher')
  assert.equal(onPremisesExtensionAttributes.extensionAttribute2, 'v1')
  assert.equal(onPremisesExtensionAttributes.extensionAttribute3, null)
  assert.equal(onPremisesImmutableId, 'anchor-of-ana')
})

const badChanges: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'of the password of a federated person': [{ passwordProfile: { password: 'a-Very-long-passw0rd' } }, /password/],
  'that clears the immutable id of a federated person': [{ onPremisesImmutableId: null }, /SourceAnchor/],
  'that clears the display name': [{ displayName: null }, /'displayName'/],
  'that clears the usage location': [{ usageLocation: null }, /'usageLocation'/],
  'to a name that is taken': [{ userPrincipalName: 'bea@guests.contoso.example' }, /userPrincipalName already exists/],
  'to an immutable id that is taken': [{ onPremisesImmutableId: 'anchor-of-bea' }, /conflicting object/],
}
for (const [what, [change, message]] of Object.entries(badChanges)) {
  test(`a change ${what} is refused and changes nothing`, async () => {
    const { call, world } = await openGraph()
    const { body } = await call('POST', '/users', guest('ana'))
    await call('POST', '/users', guest('bea'))
    const before = world.truth.find(body.id)
    isRefused(await call('PATCH', `/users/${body.id}`, change), message)
    assert.deepEqual(world.truth.find(body.id), before)
  })
}

test('a person comes into the federated domain only with an immutable id', async () => {
  const { call } = await openGraph()
  const name = `ana@${INITIAL_DOMAIN}`
  const { body } = await call('POST', '/users', guest('ana', { userPrincipalName: name, onPremisesImmutableId: undefined }))
  const move = { userPrincipalName: 'ana@guests.contoso.example' }
  isRefused(await call('PATCH', `/users/${body.id}`, move), /SourceAnchor/)
  assert.equal((await call('PATCH', `/users/${body.id}`, { onPremisesImmutableId: 'a1' })).status, 204)
  assert.equal((await call('PATCH', `/users/${body.id}`, move)).status, 204)
})

test('people who come from an on-premises directory cannot be changed', async () => {
  const { call, world } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  const ana = world.truth.find(body.id)
  assert.ok(ana !== undefined)
  await world.write((edit) => edit.saveUser({ ...ana, properties: { onPremisesSyncEnabled: true } }))
  isRefused(await call('PATCH', `/users/${body.id}`, { surname: 'X' }), /on-premises mastered/)
})

test('signing out everywhere moves the date before which sessions are void', async () => {
  const { call, clock } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  clock.advance(5_000)
  assert.deepEqual((await call('POST', `/users/${body.id}/revokeSignInSessions`)).body, {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean',
    value: true,
  })
  const reply = await call('GET', `/users/${body.id}?$select=signInSessionsValidFromDateTime`)
  assert.equal(reply.body.signInSessionsValidFromDateTime, '2026-03-02T09:00:05Z')
})

test('what was written is not there for a while, by id, by name and by filter, and writes meet 404', async () => {
  const { call, clock, world } = await openGraph({ delaysMs: { graph: [4_000, 4_000], signIn: [0, 0] } })
  const { body } = await call('POST', '/users', guest('ana'))
  const filter = "/users?$filter=onPremisesImmutableId eq 'anchor-of-ana'"
  assert.equal((await call('GET', `/users/${body.id}`)).status, 404)
  assert.equal((await call('GET', '/users/ana@guests.contoso.example')).status, 404)
  assert.deepEqual((await call('GET', filter)).body.value, [])
  assert.equal((await call('PATCH', `/users/${body.id}`, { surname: 'X' })).status, 404)
  assert.equal((await call('POST', '/users', guest('ana'))).status, 400)
  clock.advance(4_000)
  assert.equal((await call('GET', filter)).body.value.length, 1)
  assert.equal((await call('PATCH', `/users/${body.id}`, { surname: 'X' })).status, 204)
  assert.equal((await call('GET', `/users/${body.id}`)).body.surname, null)
  assert.equal(world.truth.find(body.id)?.surname, 'X')
})

test('replicas disagree while a write spreads, and agree in the end', async () => {
  const { call, clock } = await openGraph({ delaysMs: { graph: [1_000, 9_000], signIn: [0, 0] } })
  const { body } = await call('POST', '/users', guest('ana'))
  clock.advance(5_000)
  const statuses = new Set<number>()
  for (let round = 0; round < 30; round += 1) statuses.add((await call('GET', `/users/${body.id}`)).status)
  assert.deepEqual([...statuses].toSorted(), [200, 404])
  clock.advance(4_000)
  for (let round = 0; round < 30; round += 1) assert.equal((await call('GET', `/users/${body.id}`)).status, 200)
})
