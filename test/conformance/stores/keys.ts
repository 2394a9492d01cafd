import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import type { KeyRecord } from '#tokens/key-book.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const RACERS = 8

const record = (id: string, state: KeyRecord['state']): KeyRecord => ({
  id,
  state,
  certificatePem: `certificate of ${id}`,
  privateKeyPem: new Secret(`private key of ${id}`),
  notAfter: AT + 1_000,
  createdAt: AT,
})

const pair = (name: string) => [record(`${name}-active`, 'active'), record(`${name}-next`, 'next')]
const shown = (keys: readonly KeyRecord[]) => keys.map(({ privateKeyPem, ...rest }) => ({ ...rest, privateKey: privateKeyPem.reveal() }))

/** Signing keys, and what they are sealed with. */
export const keyConformance = (name: string, open: OpenStores): void => {
  test(`${name}: keys come back as they were, on every node`, async (t) => {
    const { stores, another } = await open(t)
    assert.deepEqual(await stores.keys.list(), [])
    assert.deepEqual(shown(await stores.keys.found(pair('a'))), shown(pair('a')))
    assert.deepEqual(shown(await (await another()).keys.list()), shown(pair('a')))
  })

  test(`${name}: nodes that start at once agree on the keys of one of them`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const found = await Promise.all(Array.from({ length: RACERS }, (_, n) => (n % 2 ? stores : others).keys.found(pair(`node${n}`))))
    const [first] = found
    assert.equal(first?.length, 2)
    assert.equal(new Set(first.map(({ id }) => id.split('-')[0])).size, 1, 'both are of one node')
    for (const keys of found) assert.deepEqual(shown(keys), shown(first))
  })

  test(`${name}: a private key that was swapped or changed is refused`, async (t) => {
    const { stores, sql } = await open(t)
    await stores.keys.found(pair('a'))
    const kept = await sql('select id, private_key_sealed from signing_keys order by id')
    const [active, next] = kept.map((row) => String(row['private_key_sealed']))
    await sql(`update signing_keys set private_key_sealed = '${next}' where id = 'a-active' returning id`)
    await assert.rejects(stores.keys.list(), { code: 'key_wrong' })
    await sql(`update signing_keys set private_key_sealed = '${active}' where id = 'a-active' returning id`)
    assert.equal((await stores.keys.list()).length, 2)
  })

  test(`${name}: the same identity has the same digest on every node, and each part of it counts`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const identity = { connection: 'con', issuer: 'iss', subject: 'sub' }
    const digest = stores.digest.digest('tenant', identity)
    assert.equal(digest.length, 32)
    assert.deepEqual(others.digest.digest('tenant', identity), digest)
    const others4 = [
      stores.digest.digest('tenant2', identity),
      stores.digest.digest('tenant', { ...identity, connection: 'coni', issuer: 'ss' }),
      stores.digest.digest('tenant', { ...identity, issuer: 'isss', subject: 'ub' }),
      stores.digest.digest('tenant', { ...identity, subject: 'Sub' }),
    ]
    for (const other of others4) assert.notDeepEqual(other, digest)
    const elsewhere = (await open(t)).stores.digest.digest('tenant', identity)
    assert.notDeepEqual(elsewhere, digest, 'another installation calls the same person otherwise')
  })
}
