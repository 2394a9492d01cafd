import assert from 'node:assert/strict'
import { test } from 'node:test'
import { managementOver, type ManagementUnderTest } from '../../../test/support/management.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'
import { CALLS, WRONG_TOKENS } from './doorkeeper.ts'
import { scopes } from './scopes.ts'

const TOO_MANY = { statusCode: 429, error: 'Too Many Requests', message: 'Global limit has been reached', errorCode: 'too_many_requests' }

/** Asks so often; how often each status was answered. */
const statuses = async (ask: ManagementUnderTest['ask'], times: number, more: Parameters<ManagementUnderTest['ask']>[2] = {}) => {
  const counted = new Map<number, number>()
  for (let time = 0; time < times; time += 1) {
    const { status } = await ask('GET', '/rules', more)
    counted.set(status, (counted.get(status) ?? 0) + 1)
  }
  return Object.fromEntries(counted)
}

onEachDatabase((name, open) => {
  if (name === 'postgres') return

  test('a token may ask so often, is told where it stands as Auth0 tells it, and has more with time', async (t) => {
    const { ask, clock } = await managementOver((await open(t)).stores)
    const first = await ask('GET', '/rules')
    assert.deepEqual(first.headers, {
      'x-ratelimit-limit': String(CALLS.burst),
      'x-ratelimit-remaining': String(CALLS.burst - 1),
      'x-ratelimit-reset': String(Math.ceil((clock.at + 50) / 1_000)),
    })
    assert.deepEqual(await statuses(ask, CALLS.burst), { 200: CALLS.burst - 1, 429: 1 })
    const refused = await ask('DELETE', '/rules/rul_1')
    assert.equal(refused.status, 429)
    assert.deepEqual(refused.body, TOO_MANY)
    assert.deepEqual([refused.headers['retry-after'], refused.headers['x-ratelimit-remaining']], ['1', '0'])
    clock.at += 1_000
    assert.deepEqual(await statuses(ask, 30), { 200: CALLS.perSecond, 429: 10 })
  })

  test('what one token asks is not missed by another', async (t) => {
    const { ask, token } = await managementOver((await open(t)).stores)
    await statuses(ask, CALLS.burst + 1)
    assert.deepEqual(await statuses(ask, 3, { bearer: await token(scopes) }), { 200: 3 })
  })

  test('a rule has its limit for each run, and what it may not ask counts too', async (t) => {
    const { ask, tokens } = await managementOver((await open(t)).stores)
    const [one, other] = [tokens.issue({ reference: 'r' }), tokens.issue({ reference: 'r' })]
    assert.deepEqual(await statuses(ask, CALLS.burst + 5, { bearer: one }), { 403: CALLS.burst, 429: 5 })
    assert.equal((await ask('GET', '/users', { bearer: one })).status, 429)
    assert.equal((await ask('GET', '/users', { bearer: other })).status, 200)
  })

  test('who tries tokens that are none is refused before anybody looks, with all of their network', async (t) => {
    const { stores } = await open(t)
    let looks = 0
    const find: typeof stores.apiTokens.find = (bearer, at) => {
      looks += 1
      return stores.apiTokens.find(bearer, at)
    }
    const { ask, token, clock } = await managementOver({ ...stores, apiTokens: { ...stores.apiTokens, find } })
    const address = '2001:db8:1:2::7'
    const known = await token(scopes)
    assert.deepEqual(await statuses(ask, 1, { bearer: known, address }), { 200: 1 })
    looks = 0
    for (let time = 0; time < WRONG_TOKENS.burst; time += 1)
      assert.equal((await ask('GET', '/users', { bearer: time % 2 ? '' : `wrong${time}`, address })).status, 401)
    assert.equal(looks, WRONG_TOKENS.burst / 2)
    const refused = await ask('GET', '/users', { bearer: await token(scopes), address: '2001:db8:1:2::8' })
    assert.deepEqual([refused.status, refused.headers], [429, { 'retry-after': '1' }])
    assert.equal(looks, WRONG_TOKENS.burst / 2)
    assert.deepEqual(await statuses(ask, 3, { bearer: known, address }), { 200: 3 }, 'who was let in before goes on')
    assert.deepEqual(await statuses(ask, 3, { bearer: 'wrong', address: '2001:db8:1:3::7' }), { 401: 3 })
    clock.at += 1_000
    assert.deepEqual(await statuses(ask, 2, { bearer: 'wrong', address }), { 401: 1, 429: 1 })
    clock.at += 50_000
    looks = 0
    const crowd = await Promise.all(Array.from({ length: 90 }, (_, one) => ask('GET', '/users', { bearer: `other${one}`, address })))
    assert.equal(crowd.filter(({ status }) => status === 401).length, 50)
    assert.equal(looks, 50, 'many at once are not looked up all at once')
  })

  test('programs that come for the first time count as nothing once they are known', async (t) => {
    const { ask, token } = await managementOver((await open(t)).stores)
    for (let time = 0; time < WRONG_TOKENS.burst + 1; time += 1)
      assert.equal((await ask('GET', '/rules', { bearer: await token(scopes), address: '192.0.2.7' })).status, 200)
  })

  test('a token that was taken away is a stranger’s', async (t) => {
    const { ask, token, clock } = await managementOver((await open(t)).stores)
    const bearer = await token(scopes)
    const address = '192.0.2.7'
    assert.equal((await ask('GET', '/rules', { bearer, address })).status, 200)
    clock.at += 61_000
    assert.deepEqual(await statuses(ask, WRONG_TOKENS.burst + 2, { bearer, address }), { 401: WRONG_TOKENS.burst + 1, 429: 1 })
  })
})
