import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

const token = { name: 'ci', scopes: ['read:users'], createdAt: AT, expiresAt: AT + 10 }
const BEARER = 'usher_bearer-51fd'

/** Tokens of the Management API. */
export const apiTokenConformance = (name: string, open: OpenStores): void => {
  test(`${name}: whoever shows a token is who it was made for, until it expires or is taken away`, async (t) => {
    const { stores, another, sql } = await open(t)
    const { apiTokens } = stores
    assert.equal(await apiTokens.add({ ...token, bearer: BEARER }), true)
    assert.equal(await apiTokens.add({ ...token, bearer: 'another' }), false, 'a name is one token')
    assert.deepEqual(await (await another()).apiTokens.find(BEARER, AT + 9), token)
    assert.equal(await apiTokens.find(BEARER, AT + 10), undefined)
    assert.equal(await apiTokens.find('another', AT), undefined)
    assert.equal(await apiTokens.find('', AT), undefined)
    assert.deepEqual(await apiTokens.list(), [token])
    assert.doesNotMatch(JSON.stringify(await sql('select * from api_tokens')), /51fd/)
    assert.deepEqual([await apiTokens.remove('ci'), await apiTokens.remove('ci')], [true, false])
    assert.equal(await apiTokens.find(BEARER, AT), undefined)
  })
}
