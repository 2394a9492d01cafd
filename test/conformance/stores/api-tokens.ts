import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

const token = { name: 'ci', scopes: ['read:users'], createdAt: AT, expiresAt: AT + 10 }
const BEARER = 'usher_bearer-51fd'
const BY = { by: 'command line', at: AT + 1 }

/** Tokens of the Management API. */
export const apiTokenConformance = (name: string, open: OpenStores): void => {
  test(`${name}: whoever shows a token is who it was made for, until it expires or is taken away`, async (t) => {
    const { stores, another, sql } = await open(t)
    const { apiTokens } = stores
    assert.equal(await apiTokens.add({ ...token, bearer: BEARER, by: BY.by }), true)
    assert.equal(await apiTokens.add({ ...token, bearer: 'another', by: BY.by }), false, 'a name is one token')
    assert.deepEqual(await (await another()).apiTokens.find(BEARER, AT + 9), token)
    assert.equal(await apiTokens.find(BEARER, AT + 10), undefined)
    assert.equal(await apiTokens.find('another', AT), undefined)
    assert.equal(await apiTokens.find('', AT), undefined)
    assert.deepEqual(await apiTokens.list(), [token])
    assert.doesNotMatch(JSON.stringify(await sql('select * from api_tokens')), /51fd/)
    assert.deepEqual([await apiTokens.remove('ci', BY), await apiTokens.remove('ci', BY)], [true, false])
    assert.equal(await apiTokens.find(BEARER, AT), undefined)
  })

  test(`${name}: who made a token and who took it away is kept, once each and without the token`, async (t) => {
    const { stores, sql } = await open(t)
    for (const bearer of [BEARER, 'another']) await stores.apiTokens.add({ ...token, bearer, by: BY.by })
    for (let time = 0; time < 2; time += 1) await stores.apiTokens.remove('ci', BY)
    const events = await sql('select type, at, facts_json from events order by id')
    assert.deepEqual(
      events.map(({ type, at, facts_json: facts }) => [type, Number(at), JSON.parse(String(facts))]),
      [
        ['api_token_created', AT, { by: 'command line', name: 'ci', scopes: 'read:users', expiresAt: AT + 10 }],
        ['api_token_removed', AT + 1, { by: 'command line', name: 'ci' }],
      ],
    )
  })
}
