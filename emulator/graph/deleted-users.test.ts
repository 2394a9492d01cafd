import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASIC, guest, openGraph, STANDARD, type TestGraph } from './testing.ts'

const DAY_MS = 24 * 60 * 60_000
const BIN = '/directory/deletedItems'

const withDeletedAna = async (changes = {}): Promise<TestGraph & { readonly ana: string }> => {
  const graph = await openGraph()
  const { body } = await graph.call('POST', '/users', guest('ana', changes))
  await graph.call('DELETE', `/users/${body.id}`)
  return { ...graph, ana: body.id }
}

test('a deleted person is in the recycle bin only, under a name that frees the old one', async () => {
  const { call, ana } = await withDeletedAna()
  assert.equal((await call('GET', `/users/${ana}`)).status, 404)
  assert.equal((await call('DELETE', `/users/${ana}`)).status, 404)
  const found = await call(
    'GET',
    `${BIN}/microsoft.graph.user?$filter=onPremisesImmutableId eq 'anchor-of-ana'&$select=id,userPrincipalName,deletedDateTime`,
  )
  assert.deepEqual(found.body.value, [
    {
      id: ana,
      userPrincipalName: `${ana.replaceAll('-', '')}ana@guests.contoso.example`,
      deletedDateTime: '2026-03-02T09:00:00Z',
    },
  ])
  const one = await call('GET', `${BIN}/${ana}`)
  assert.equal(one.body['@odata.type'], '#microsoft.graph.user')
  assert.equal((await call('POST', '/users', guest('ana', { onPremisesImmutableId: 'other' }))).status, 201)
})

test('a deleted person keeps all but the licenses', async () => {
  const { call } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana', { otherMails: ['ana@fabrikam.example'] }))
  const order = { addLicenses: [{ skuId: BASIC, disabledPlans: [] }], removeLicenses: [] }
  await call('POST', `/users/${body.id}/assignLicense`, order)
  await call('DELETE', `/users/${body.id}`)
  const names = 'otherMails,assignedLicenses,licenseAssignmentStates,proxyAddresses'
  const { value } = (await call('GET', `${BIN}/microsoft.graph.user?$select=${names}`)).body
  assert.deepEqual(value, [
    {
      otherMails: ['ana@fabrikam.example'],
      assignedLicenses: [],
      licenseAssignmentStates: [],
      proxyAddresses: ['SMTP:ana@guests.contoso.example'],
    },
  ])
})

test('a restored person is the same person with the same name', async () => {
  const { call, ana } = await withDeletedAna()
  const restored = await call('POST', `${BIN}/${ana}/restore`)
  assert.equal(restored.status, 200)
  assert.equal(restored.body['@odata.context'], 'https://graph.microsoft.com/v1.0/$metadata#directoryObjects/$entity')
  const { body } = await call('GET', `/users/${ana}?$select=userPrincipalName,onPremisesImmutableId,deletedDateTime`)
  assert.deepEqual(
    [body.userPrincipalName, body.onPremisesImmutableId, body.deletedDateTime],
    ['ana@guests.contoso.example', 'anchor-of-ana', null],
  )
  assert.equal((await call('POST', `${BIN}/${ana}/restore`)).status, 404)
})

test('a restore into a taken name is refused; another name works', async () => {
  const { call, ana } = await withDeletedAna()
  await call('POST', '/users', guest('ana', { onPremisesImmutableId: 'other' }))
  const refused = await call('POST', `${BIN}/${ana}/restore`)
  assert.equal(refused.status, 400)
  assert.equal(refused.body.error.details[0].target, 'userPrincipalName')
  const newUserPrincipalName = 'ana.again@guests.contoso.example'
  assert.equal((await call('POST', `${BIN}/${ana}/restore`, { newUserPrincipalName })).status, 200)
  assert.equal((await call('GET', `/users/${newUserPrincipalName}`)).body.id, ana)
})

test('a restore with a taken address is refused unless it may be dropped', async () => {
  const { call, ana } = await withDeletedAna({ mail: 'boss@guests.contoso.example' })
  await call('POST', '/users', guest('bea', { mail: 'boss@guests.contoso.example' }))
  assert.equal((await call('POST', `${BIN}/${ana}/restore`)).body.error.details[0].target, 'proxyAddresses')
  assert.equal((await call('POST', `${BIN}/${ana}/restore`, { autoReconcileProxyConflict: true })).status, 200)
  assert.deepEqual((await call('GET', `/users/${ana}?$select=proxyAddresses`)).body.proxyAddresses, [])
})

test('licenses come back with their holder as long as a seat is free', async () => {
  const graph = await openGraph()
  const { call } = graph
  const give = (id: string) =>
    call('POST', `/users/${id}/assignLicense`, {
      addLicenses: [{ skuId: BASIC, disabledPlans: [] }],
      removeLicenses: [],
    })
  const { body } = await call('POST', '/users', guest('ana'))
  await give(body.id)
  await call('DELETE', `/users/${body.id}`)
  await call('POST', `${BIN}/${body.id}/restore`)
  assert.equal(graph.world.seats(BASIC)?.consumed, 7)
  await call('DELETE', `/users/${body.id}`)
  for (const name of ['b', 'c', 'd', 'e']) await give((await call('POST', '/users', guest(name))).body.id)
  await call('POST', `${BIN}/${body.id}/restore`)
  assert.deepEqual(graph.world.truth.find(body.id)?.assignedLicenses, [])
  assert.equal(graph.world.seats(BASIC)?.consumed, 10)
  assert.equal(graph.world.seats(STANDARD)?.consumed, 14)
})

test('after 30 days, or when removed for good, nobody comes back', async () => {
  const { call, clock, ana } = await withDeletedAna()
  clock.advance(30 * DAY_MS - 1)
  assert.equal((await call('GET', `${BIN}/${ana}`)).status, 200)
  clock.advance(1)
  assert.equal((await call('GET', `${BIN}/${ana}`)).status, 404)
  assert.equal((await call('POST', `${BIN}/${ana}/restore`)).status, 404)
  const bea = (await call('POST', '/users', guest('bea'))).body.id
  await call('DELETE', `/users/${bea}`)
  assert.equal((await call('DELETE', `${BIN}/${bea}`)).status, 204)
  assert.equal((await call('POST', `${BIN}/${bea}/restore`)).status, 404)
})

test('a restore with a word it does not know is refused', async () => {
  const { call, ana } = await withDeletedAna()
  assert.equal((await call('POST', `${BIN}/${ana}/restore`, { newName: 'x' })).status, 400)
})
