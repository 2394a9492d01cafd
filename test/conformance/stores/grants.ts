import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

const RACERS = 30

/** Things that work once. */
export const grantConformance = (name: string, open: OpenStores): void => {
  test(`${name}: of many who take a grant on two nodes one gets it`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    await stores.grants.put('hop browser contoso', { user: 'dana', at: 5 }, AT + 1_000)
    const taken = await Promise.all(
      Array.from({ length: RACERS }, (_, n) => (n % 2 ? stores : others).grants.take('hop browser contoso', AT)),
    )
    assert.deepEqual(
      taken.filter((body) => body !== undefined),
      [{ user: 'dana', at: 5 }],
    )
  })

  test(`${name}: an expired grant is nobody's; one that is put again counts anew`, async (t) => {
    const { grants } = (await open(t)).stores
    await grants.put('key', { first: true }, AT)
    assert.equal(await grants.take('key', AT), undefined)
    await grants.put('key', { second: true }, AT + 1)
    assert.deepEqual(await grants.take('key', AT), { second: true })
    assert.equal(await grants.take('key', AT), undefined)
    assert.equal(await grants.take('other', AT), undefined)
  })

  test(`${name}: what the database holds takes no grant`, async (t) => {
    const { stores, sql } = await open(t)
    await stores.grants.put('a-very-secret-key', {}, AT + 1_000)
    const [row] = await sql('select * from grants')
    assert.equal(JSON.stringify(row).includes('a-very-secret-key'), false)
    assert.equal(await stores.grants.take(String(row?.['key_hash']), AT), undefined)
  })
}
