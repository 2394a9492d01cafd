import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mintAccessToken } from '../access-tokens.ts'
import { createHandClock } from '../clock.ts'
import { openWorld } from '../open-world.ts'
import { graphApp } from './graph.ts'
import { guest, openGraph, STANDARD } from './testing.ts'

test('throttled calls are told when to come back, do nothing, and end after their times', async () => {
  const { call, world } = await openGraph()
  world.scenarios.set('throttled', true, { retryAfterSeconds: 7, times: 2 })
  for (const _ of [1, 2]) {
    const reply = await call('POST', '/users', guest('ana'))
    assert.equal(reply.status, 429)
    assert.equal(reply.body.error.code, 'TooManyRequests')
    assert.equal(reply.headers.get('retry-after'), '7')
  }
  assert.equal(world.truth.live().length, 3)
  assert.equal((await call('POST', '/users', guest('ana'))).status, 201)
})

test('a person can be made although 504 is answered', async () => {
  const { call, world } = await openGraph()
  world.scenarios.set('createdBut504', true)
  assert.equal((await call('POST', '/users', guest('ana'))).status, 504)
  assert.equal(world.truth.live().length, 4)
  assert.equal((await call('POST', '/users', guest('ana'))).body.error.details[0].code, 'ObjectConflict')
})

test('a license can be given although 504 is answered', async () => {
  const { call, world } = await openGraph()
  const { body } = await call('POST', '/users', guest('ana'))
  world.scenarios.set('licensedBut504', true)
  const order = { addLicenses: [{ skuId: STANDARD, disabledPlans: [] }], removeLicenses: [] }
  assert.equal((await call('POST', `/users/${body.id}/assignLicense`, order)).status, 504)
  assert.equal(world.truth.find(body.id)?.assignedLicenses.length, 1)
})

test('somebody else can take the name of the next newcomer, who is then refused', async () => {
  const { call, world } = await openGraph()
  world.scenarios.set('nameTaken', true)
  const refused = await call('POST', '/users', guest('ana'))
  assert.equal(refused.body.error.details[0].target, 'userPrincipalName')
  const holder = await call('GET', '/users/ana@guests.contoso.example?$select=displayName,onPremisesImmutableId')
  assert.equal(holder.body.displayName, 'Somebody Else')
  assert.notEqual(holder.body.onPremisesImmutableId, 'anchor-of-ana')
  assert.equal((await call('POST', '/users', guest('ana', { userPrincipalName: 'ana.2@guests.contoso.example' }))).status, 201)
})

test('an outage, a gateway’s page and a concurrency conflict reach the caller as such', async () => {
  const { call, world } = await openGraph()
  world.scenarios.set('graphDown', true)
  assert.equal((await call('GET', '/users')).status, 503)
  assert.equal((await call('GET', '/users')).body.error.code, 'Service_ServiceUnavailable')
  world.scenarios.set('graphDown', false)
  world.scenarios.set('graphHtml', true)
  const page = await call('GET', '/users')
  assert.equal(page.status, 502)
  assert.match(page.body, /<html>/)
  world.scenarios.set('graphHtml', false)
  world.scenarios.set('concurrencyConflict', true, { times: 1 })
  assert.equal((await call('GET', '/users')).status, 200)
  const conflict = await call('POST', '/users', guest('ana'))
  assert.equal(conflict.status, 409)
  assert.equal(conflict.body.error.code, 'Directory_ConcurrencyViolation')
  assert.equal((await call('POST', '/users', guest('ana'))).status, 201)
})

test('a refused token and lost permissions are told apart', async () => {
  const { call, world } = await openGraph()
  world.scenarios.set('tokenRefused', true)
  assert.equal((await call('GET', '/users')).status, 401)
  assert.equal((await call('GET', '/users')).status, 200)
  world.scenarios.set('permissionLost', true)
  assert.equal((await call('GET', '/users')).status, 403)
})

test('a hanging Graph lets go when the caller hangs up', async () => {
  const world = await openWorld({ clock: createHandClock(), seed: 1 })
  world.scenarios.set('graphHangs', true)
  const caller = new AbortController()
  const headers = { authorization: `Bearer ${mintAccessToken(world.state, { clientId: 'a', roles: [] }, 0)}` }
  const request = new Request('http://graph.localhost/v1.0/users', { headers, signal: caller.signal })
  const answer = Promise.resolve(graphApp({ world }).fetch(request))
  caller.abort(new Error('enough'))
  await assert.rejects(answer, /enough/)
})

const storm = async (seed: number, kinds: string): Promise<readonly string[]> => {
  const { call, world } = await openGraph()
  world.scenarios.set('randomFaults', true, { seed, rate: 0.5, kinds })
  const seen: string[] = []
  for (let round = 0; round < 60; round += 1) {
    const reply = await call('POST', '/users', guest(`p${round}`))
    const isMade = world.truth.live().some((user) => user.displayName === `p${round}`)
    seen.push(`${reply.headers.get('x-emulator-drop') ?? reply.status} ${isMade ? 'made' : 'not made'}`)
  }
  return seen
}

test('random faults strike before and after the act, and the same seed strikes alike', async () => {
  const seen = await storm(1, '429 500 502 503 504')
  for (const outcome of [
    '201 made',
    '500 made',
    '500 not made',
    '503 made',
    '503 not made',
    '504 made',
    '504 not made',
    '502 made',
    '429 not made',
  ]) {
    assert.ok(seen.includes(outcome), outcome)
  }
  assert.ok(!seen.includes('201 not made'))
  assert.deepEqual(await storm(1, '429 500 502 503 504'), seen)
  assert.notDeepEqual(await storm(2, '429 500 502 503 504'), seen)
})

test('connections break only when asked for', async () => {
  const seen = await storm(1, 'reset half')
  assert.ok(seen.includes('reset made') && seen.includes('reset not made') && seen.includes('half made'))
  assert.ok((await storm(1, '500')).every((outcome) => !outcome.includes('reset')))
})
