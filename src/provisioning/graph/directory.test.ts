import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphDirectory } from './directory.ts'
import type { GraphRequest, Reply } from './graph-client.ts'

const ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'
const errand = { reference: 'visit-1', notAfter: Number.MAX_SAFE_INTEGER }

const stand = (value: unknown) => {
  const requests: GraphRequest[] = []
  const directory = graphDirectory({
    call: async (request): Promise<Reply<unknown>> => {
      requests.push(request)
      return { ok: true, value }
    },
  })
  return { directory, requests }
}

const unreadable = { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } }
const anna = { id: ID, userPrincipalName: 'anna@contoso.example' }

test('people are looked up by immutable ID, written so that OData reads it', async () => {
  const { directory, requests } = stand({ value: [anna] })
  await directory.live("a'b+c=", errand)
  await directory.deleted("a'b+c=", errand)
  assert.deepEqual(
    requests.map(({ method, path, query }) => [method, path, query?.['$filter']]),
    [
      ['GET', '/users', "onPremisesImmutableId eq 'a''b+c='"],
      ['GET', '/directory/deletedItems/microsoft.graph.user', "onPremisesImmutableId eq 'a''b+c='"],
    ],
  )
})

test('absent and null are the same; license ids are compared in lower case; what we do not read may be anything', async () => {
  const { directory } = stand({
    value: [{ ...anna, accountEnabled: null, usageLocation: null, assignedLicenses: [{ skuId: 'F245ECC8' }], more: {} }],
  })
  assert.deepEqual(await directory.live('x', errand), {
    ok: true,
    value: [
      {
        ...anna,
        accountEnabled: undefined,
        usageLocation: undefined,
        assignedLicenses: [{ skuId: 'f245ecc8' }],
      },
    ],
  })
})

for (const value of [
  undefined,
  null,
  7,
  'text',
  [],
  {},
  { value: {} },
  { value: [{}] },
  { value: [{ ...anna, id: '' }] },
  { value: [{ ...anna, accountEnabled: 'yes' }] },
]) {
  test(`an answer in another shape tells as little as none: ${JSON.stringify(value)}`, async () => {
    assert.deepEqual(await stand(value).directory.live('x', errand), unreadable)
  })
}

test('a key from elsewhere stays one segment of the path', async () => {
  const { directory, requests } = stand(anna)
  await directory.get('../domains?x#y', errand)
  await directory.license("a/b'", { skuId: 'x', disabledPlans: [] }, errand)
  assert.deepEqual(
    requests.map(({ path }) => path),
    ['/users/..%2Fdomains%3Fx%23y', "/users/a%2Fb'/assignLicense"],
  )
})

test('a new person is enabled and has a password nobody knows, another one each time', async () => {
  const { directory, requests } = stand({ id: ID })
  const user = {
    displayName: 'Anna',
    mailNickname: 'ext-a',
    userPrincipalName: 'a@b',
    onPremisesImmutableId: 'x',
    usageLocation: 'DE',
    employeeType: 'usher:x',
  }
  assert.deepEqual(await directory.create(user, errand), { ok: true, value: { id: ID } })
  await directory.create(user, errand)
  const profiles = requests.map(({ body }) => JSON.stringify(body?.['passwordProfile']))
  assert.equal(new Set(profiles).size, 2)
  for (const profile of profiles) assert.match(profile, /^\{"password":"aA1![\w-]{64}","forceChangePasswordNextSignIn":false\}$/)
  assert.equal(requests[0]?.body?.['accountEnabled'], true)
})

test('a person comes back under their name, or under another', async () => {
  const { directory, requests } = stand(anna)
  await directory.restore(ID, undefined, errand)
  await directory.restore(ID, 'b@contoso.example', errand)
  assert.deepEqual(
    requests.map(({ body }) => body),
    [undefined, { newUserPrincipalName: 'b@contoso.example' }],
  )
})

const sku = (more: object) => ({
  skuId: 'F245',
  appliesTo: 'User',
  capabilityStatus: 'Enabled',
  consumedUnits: 3,
  prepaidUnits: { enabled: 10, warning: 0 },
  ...more,
})

for (const [name, more, free] of [
  ['what was paid for and not used is free', {}, 7],
  ['seats in their grace period can be given out, too', { capabilityStatus: 'Warning', prepaidUnits: { enabled: 0, warning: 10 } }, 7],
  ['a suspended subscription has none', { capabilityStatus: 'Suspended' }, 0],
  ['a deleted one has none', { capabilityStatus: 'Deleted' }, 0],
  ['what is for the company is for nobody', { appliesTo: 'Company' }, 0],
  ['more used than paid for is none, not less', { consumedUnits: 12 }, 0],
] as const) {
  test(name, async () => {
    assert.deepEqual(await stand({ value: [sku(more)] }).directory.skus(errand), { ok: true, value: [{ skuId: 'f245', free }] })
  })
}
