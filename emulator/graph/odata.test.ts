import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guest, openGraph, type TestGraph } from './testing.ts'

const withPeople = async (): Promise<TestGraph> => {
  const graph = await openGraph()
  await graph.call('POST', '/users', guest('ana', { otherMails: ['ana@fabrikam.example'] }))
  await graph.call('POST', '/users', guest("o'hara", { accountEnabled: false }))
  return graph
}

const names = async ({ call }: TestGraph, query: string, headers = {}): Promise<readonly string[]> => {
  const reply = await call('GET', `/users?${query}&$select=displayName`, undefined, headers)
  assert.equal(reply.status, 200)
  return reply.body.value.map(({ displayName }: { displayName: string }) => displayName)
}

const eventual = { ConsistencyLevel: 'eventual' }
const found: Readonly<Record<string, readonly string[]>> = {
  "onPremisesImmutableId eq 'anchor-of-ana'": ['ana'],
  "onPremisesImmutableId eq 'ANCHOR-OF-ANA'": [],
  "userPrincipalName eq 'ANA@guests.contoso.example'": ['ana'],
  "userPrincipalName eq 'o''hara@guests.contoso.example'": ["o'hara"],
  "onPremisesImmutableId in ('anchor-of-ana', 'nobody')": ['ana'],
  "otherMails/any(a:a eq 'ana@fabrikam.example')": ['ana'],
  "startswith(displayName,'AN')": ['ana'],
  'accountEnabled eq false': ["o'hara"],
  "displayName eq 'ana' and accountEnabled eq true": ['ana'],
  "displayName eq 'ana' and accountEnabled eq false": [],
  "displayName eq 'ana and bea'": [],
}
for (const [filter, people] of Object.entries(found)) {
  test(`$filter=${filter} finds ${people.join() || 'nobody'}`, async () => {
    assert.deepEqual(await names(await withPeople(), `$filter=${encodeURIComponent(filter)}`), people)
  })
}

test('advanced operators need the header and the count', async () => {
  const graph = await withPeople()
  const path = "/users?$filter=endswith(userPrincipalName,'@guests.contoso.example')&$count=true"
  const refused = await graph.call('GET', path)
  assert.equal(refused.status, 400)
  assert.equal(refused.body.error.code, 'Request_UnsupportedQuery')
  const reply = await graph.call('GET', path, undefined, eventual)
  assert.equal(reply.body['@odata.count'], 2)
  assert.equal((await graph.call('GET', '/users?$count=true')).body['@odata.count'], undefined)
})

test('so do properties that are indexed there alone, whatever the operator', async () => {
  const { call } = await withPeople()
  const path = "/users?$filter=employeeType eq 'x'&$count=true"
  assert.equal((await call('GET', path)).body.error.code, 'Request_UnsupportedQuery')
  assert.deepEqual((await call('GET', path, undefined, eventual)).body.value, [])
  assert.equal((await call('GET', "/users?$filter=employeeType eq 'x'", undefined, eventual)).status, 400)
})

test('a filter that cannot be read, or names a stranger, is refused', async () => {
  const { call } = await openGraph()
  for (const filter of ['id eq', "immutableId eq 'a'", "id eq 'a' or id eq 'b'", "id eq 'a"]) {
    const reply = await call('GET', `/users?$filter=${encodeURIComponent(filter)}`)
    assert.equal(reply.status, 400)
    assert.equal(reply.body.error.code, 'BadRequest')
  }
  const selected = await call('GET', '/users?$select=immutableId')
  assert.match(selected.body.error.message, /Could not find a property named 'immutableId' on type 'microsoft\.graph\.user'/)
})

test('a long list comes in pages that link to the next', async () => {
  const { call } = await withPeople()
  const seen: string[] = []
  let path: string | undefined = '/users?$top=2&$select=id'
  let pages = 0
  while (path !== undefined) {
    const { body } = await call('GET', path)
    seen.push(...body.value.map(({ id }: { id: string }) => id))
    path = body['@odata.nextLink']?.replace('http://graph.localhost/v1.0', '')
    pages += 1
  }
  assert.equal(pages, 3)
  assert.equal(new Set(seen).size, 5)
  assert.equal((await call('GET', '/users?$top=0')).status, 400)
})
