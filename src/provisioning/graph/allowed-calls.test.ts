import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candidate } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'
import { allowedCalls, allowedRoute } from './allowed-calls.ts'

test('what is on the list may be called, with any one segment for an id', () => {
  for (const { method, path } of allowedCalls) assert.equal(allowedRoute(method, path.replace('{id}', 'anna%40contoso.example')), path)
  assert.equal(allowedRoute('GET', '/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd'), '/users/{id}')
  assert.equal(allowedRoute('GET', '/directory/deletedItems/microsoft.graph.user'), '/directory/deletedItems/microsoft.graph.user')
})

for (const [method, path] of [
  ['DELETE', '/users/87d349ed'],
  ['PATCH', '/users'],
  ['GET', '/users/87d349ed/memberOf'],
  ['POST', '/users/87d349ed/revokeSignInSessions'],
  ['POST', '/users/a/b/assignLicense'],
  ['POST', '/users//assignLicense'],
  ['GET', '/users/..'],
  ['GET', '/users/../domains'],
  ['POST', '/users/../assignLicense'],
  ['GET', '/directory/deletedItems/microsoft-graph-user'],
  ['POST', '/directoryRoles/87d349ed/members/$ref'],
  ['GET', '/domains'],
  ['PATCH', '/domains/contoso.example'],
  ['POST', '/applications'],
  ['POST', '/$batch'],
  ['GET', '/users?$select=id'],
  ['GET', '/users/a#b'],
  ['get', '/users'],
  ['GET', ''],
] as const) {
  test(`${method} ${path} may not be called`, () => assert.equal(allowedRoute(method, path), undefined))
}

test('the emulator refuses whatever is not on the list, before it looks at anything', async () => {
  const { emulator, clock } = await openStage()
  const ask = (method: string, path: string) =>
    clock.run(() => emulator.fetch(new Request(`${emulator.addresses.graph}/v1.0${path}`, { method })))
  for (const [method, path] of [
    ['DELETE', '/users/87d349ed'],
    ['GET', '/domains'],
    ['POST', '/users/87d349ed/revokeSignInSessions'],
  ] as const) {
    const answer = await ask(method, path)
    assert.equal(answer.status, 403)
    assert.notEqual(answer.headers.get('x-emulator-refused'), null)
  }
  assert.equal((await ask('GET', '/users')).status, 401, 'on the list, yet nobody said who asks')
})

test('nothing a person brings along reaches a path', async () => {
  const stage = await openStage()
  const user = person(1, { given: "../../domains?x='", family: '/$batch#' })
  await stage.clock.run(() => stage.open().ensure(candidate({ ...user, id: '../users' }, { reference: '../../x' })))
  assert.deepEqual(stage.schema().problems(), [])
  for (const { path } of stage.graphCalls()) assert.ok(allowedRoute('GET', path.slice(5)) || allowedRoute('POST', path.slice(5)), path)
})
