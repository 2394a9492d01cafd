import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASIC, FRONTLINE, guest, openGraph, type Reply, STANDARD, type TestGraph } from './testing.ts'

const SHAREPOINT = 'c7699d2e-19aa-44de-8edf-1736da088ca1'
const OFFICE_APPS = '094e7854-93fc-4d55-b2c0-3ab5369ebdc1'

const give = (graph: TestGraph, id: string, skuId: string, disabledPlans: readonly string[] = []): Promise<Reply> =>
  graph.call('POST', `/users/${id}/assignLicense`, { addLicenses: [{ skuId, disabledPlans }], removeLicenses: [] })

const take = (graph: TestGraph, id: string, skuId: string): Promise<Reply> =>
  graph.call('POST', `/users/${id}/assignLicense`, { addLicenses: [], removeLicenses: [skuId] })

const held = async (graph: TestGraph, id: string): Promise<unknown> =>
  (await graph.call('GET', `/users/${id}?$select=assignedLicenses`)).body.assignedLicenses

const isRefused = (reply: Reply, message: string | RegExp): void => {
  assert.equal(reply.status, 400)
  assert.equal(reply.body.error.code, 'Request_BadRequest')
  if (typeof message === 'string') assert.equal(reply.body.error.message, message)
  else assert.match(reply.body.error.message, message)
}

const withAna = async (options?: Parameters<typeof openGraph>[0], changes = {}): Promise<TestGraph & { readonly ana: string }> => {
  const graph = await openGraph(options)
  const { body } = await graph.call('POST', '/users', guest('ana', changes))
  return { ...graph, ana: body.id }
}

test('a license takes a seat, shows in the user and brings a mail address', async () => {
  const graph = await withAna()
  assert.equal((await give(graph, graph.ana, STANDARD, [OFFICE_APPS])).status, 200)
  const names = 'assignedLicenses,licenseAssignmentStates,mail,proxyAddresses'
  const { body } = await graph.call('GET', `/users/${graph.ana}?$select=${names}`)
  assert.deepEqual(body.assignedLicenses, [{ skuId: STANDARD, disabledPlans: [OFFICE_APPS] }])
  assert.equal(body.licenseAssignmentStates[0].state, 'Active')
  assert.equal(body.mail, 'ana@guests.contoso.example')
  const skus = await graph.call('GET', '/subscribedSkus?$select=skuId,consumedUnits')
  assert.equal(skus.body.value.find((sku: { skuId: string }) => sku.skuId === STANDARD).consumedUnits, 15)
  const details = await graph.call('GET', `/users/${graph.ana}/licenseDetails`)
  assert.deepEqual(
    details.body.value.map(({ skuPartNumber }: { skuPartNumber: string }) => skuPartNumber),
    ['O365_BUSINESS_PREMIUM'],
  )
})

test('the same license again takes no second seat and replaces the disabled plans', async () => {
  const graph = await withAna()
  await give(graph, graph.ana, STANDARD)
  await give(graph, graph.ana, STANDARD, [OFFICE_APPS])
  assert.deepEqual(await held(graph, graph.ana), [{ skuId: STANDARD, disabledPlans: [OFFICE_APPS] }])
  assert.equal(graph.world.seats(STANDARD)?.consumed, 15)
})

test('seats are finite: exactly the free ones are given, also to many at once', async () => {
  const graph = await openGraph()
  const people = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => graph.call('POST', '/users', guest(name))))
  const replies = await Promise.all(people.map(({ body }) => give(graph, body.id, BASIC)))
  assert.equal(replies.filter(({ status }) => status === 200).length, 4)
  const refused = replies.filter(({ status }) => status !== 200)
  for (const reply of refused) isRefused(reply, `Subscription with SKU ${BASIC} does not have any available licenses.`)
  assert.deepEqual(graph.world.seats(BASIC), { enabled: 10, consumed: 10, free: 0 })
})

test('a removed license and a deleted person each free a seat', async () => {
  const graph = await withAna()
  await give(graph, graph.ana, BASIC)
  assert.equal((await take(graph, graph.ana, BASIC)).status, 200)
  assert.equal(graph.world.seats(BASIC)?.consumed, 6)
  await give(graph, graph.ana, BASIC)
  await graph.call('DELETE', `/users/${graph.ana}`)
  assert.equal(graph.world.seats(BASIC)?.consumed, 6)
})

test('with the scenario of no seats, even a free seat is not given', async () => {
  const graph = await withAna()
  graph.world.scenarios.set('noSeats', true)
  isRefused(await give(graph, graph.ana, STANDARD), /does not have any available licenses/)
  const skus = await graph.call('GET', '/subscribedSkus')
  for (const sku of skus.body.value) assert.equal(sku.consumedUnits, sku.prepaidUnits.enabled)
  graph.world.scenarios.set('noSeats', false)
  assert.equal((await give(graph, graph.ana, STANDARD)).status, 200)
})

test('nobody is licensed without a usage location', async () => {
  const graph = await withAna({}, { usageLocation: undefined })
  isRefused(await give(graph, graph.ana, STANDARD), 'License assignment cannot be done for user with invalid usage location.')
  await graph.call('PATCH', `/users/${graph.ana}`, { usageLocation: 'DE' })
  assert.equal((await give(graph, graph.ana, STANDARD)).status, 200)
})

test('the usage location can take its time to reach the license service', async () => {
  const graph = await withAna()
  graph.world.scenarios.set('usageLocationLag', true)
  isRefused(await give(graph, graph.ana, STANDARD), /invalid usage location/)
  graph.clock.advance(8_000)
  assert.equal((await give(graph, graph.ana, STANDARD)).status, 200)
})

test('right after a create the license service may know the person but not where they are', async () => {
  const graph = await withAna({ delaysMs: { graph: [1_000, 9_000], signIn: [0, 0] } })
  assert.equal((await give(graph, graph.ana, STANDARD)).status, 404)
  graph.clock.advance(5_000)
  const seen = new Set<string>()
  for (let round = 0; round < 40; round += 1) {
    const reply = await give(graph, graph.ana, STANDARD)
    seen.add(reply.status === 400 ? reply.body.error.message : String(reply.status))
  }
  assert.deepEqual([...seen].toSorted(), ['200', '404', 'License assignment cannot be done for user with invalid usage location.'])
})

test('plans that need others, exclude others or belong elsewhere are refused', async () => {
  const graph = await withAna()
  const { ana } = graph
  isRefused(await give(graph, ana, STANDARD, [SHAREPOINT]), new RegExp(`${OFFICE_APPS} depends on the service plan\\(s\\) ${SHAREPOINT}`))
  isRefused(await give(graph, ana, BASIC, [OFFICE_APPS]), /is not part of the SKU/)
  await give(graph, ana, STANDARD)
  isRefused(await give(graph, ana, FRONTLINE), /are mutually exclusive\.$/)
  assert.deepEqual(await held(graph, ana), [{ skuId: STANDARD, disabledPlans: [] }])
})

test('one call can swap products', async () => {
  const graph = await withAna()
  await give(graph, graph.ana, BASIC)
  const order = { addLicenses: [{ skuId: STANDARD, disabledPlans: [] }], removeLicenses: [BASIC] }
  assert.equal((await graph.call('POST', `/users/${graph.ana}/assignLicense`, order)).status, 200)
  assert.deepEqual(await held(graph, graph.ana), [{ skuId: STANDARD, disabledPlans: [] }])
})

test('orders that make no sense are refused and change nothing', async () => {
  const graph = await withAna()
  const unknown = '00000000-0000-4000-8000-000000000000'
  isRefused(await give(graph, graph.ana, unknown), `License ${unknown} does not correspond to a valid company License.`)
  isRefused(await give(graph, graph.ana, 'O365_BUSINESS'), /^Cannot convert a primitive value to the expected type 'Edm\.Guid'/)
  isRefused(await take(graph, graph.ana, STANDARD), /does not have a corresponding license/)
  const path = `/users/${graph.ana}/assignLicense`
  assert.equal((await graph.call('POST', path, { addLicenses: [] })).status, 400)
  assert.equal((await graph.call('POST', path)).status, 400)
  assert.deepEqual(await held(graph, graph.ana), [])
})

test('a suspended subscription gives nothing', async () => {
  const graph = await withAna()
  const sku = graph.world.state.skus[STANDARD]
  assert.ok(sku !== undefined)
  await graph.world.write(({ state }) => {
    state.skus[STANDARD] = { ...sku, capabilityStatus: 'Suspended' }
  })
  isRefused(await give(graph, graph.ana, STANDARD), /valid company License/)
  const skus = await graph.call('GET', '/subscribedSkus')
  const shown = skus.body.value.find((row: { skuId: string }) => row.skuId === STANDARD)
  assert.deepEqual([shown.capabilityStatus, shown.prepaidUnits.enabled, shown.prepaidUnits.suspended], ['Suspended', 0, 25])
})
