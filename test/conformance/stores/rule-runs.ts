import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

const TEN_DAYS_MS = 10 * 24 * 60 * 60_000

const run = (n: number, relyingParty = 'office') => ({
  at: AT + n,
  userId: 'dana',
  relyingParty,
  reference: `r${n}`,
  body: {
    order: { user: { email: 'private-address-77b1' }, context: { n } },
    result: { kind: 'passed' },
    console: [{ text: 'hello' }],
    timings: [{ rule: 'rul_1', ms: 3 }],
  },
})

/** Traces of what rules did. */
export const ruleRunConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a trace is found by its id and among the latest, the newest first`, async (t) => {
    const { ruleRuns } = (await open(t)).stores
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1) ids.push(await ruleRuns.record(run(n, n % 2 ? 'other' : 'office')))
    assert.deepEqual(await ruleRuns.find(ids[2] ?? ''), { ...run(2), id: ids[2] })
    assert.equal(await ruleRuns.find('nothing'), undefined)
    const latest = await ruleRuns.latest({ limit: 3 })
    assert.deepEqual(
      latest.map(({ id }) => id),
      [ids[3], ids[2], ids[1]],
    )
    assert.deepEqual(
      (await ruleRuns.latest({ limit: 9, relyingParty: 'office' })).map(({ id }) => id),
      [ids[2], ids[0]],
    )
  })

  test(`${name}: what it holds about people is sealed, each in its place`, async (t) => {
    const { stores, sql } = await open(t)
    const [one, other] = [await stores.ruleRuns.record(run(1)), await stores.ruleRuns.record(run(2))]
    const rows = await sql('select * from rule_runs order by id')
    assert.doesNotMatch(JSON.stringify(rows), /private-address/)
    await sql(`update rule_runs set body_sealed = '${String(rows[0]?.['body_sealed'])}' where id = '${other}' returning id`)
    await assert.rejects(stores.ruleRuns.find(other), { code: 'key_wrong' })
    assert.ok(await stores.ruleRuns.find(one))
  })

  test(`${name}: a trace goes after ten days, and the oldest beyond a thousand`, async (t) => {
    const { stores, sql } = await open(t)
    const old = await stores.ruleRuns.record(run(0))
    assert.equal(await stores.upkeep.deleteExpired(AT + TEN_DAYS_MS - 1, 100), 0)
    assert.equal(await stores.upkeep.deleteExpired(AT + TEN_DAYS_MS, 100), 1)
    assert.equal(await stores.ruleRuns.find(old), undefined)
    const values = Array.from({ length: 1_004 }, (_, n) => `('z${String(n).padStart(5, '0')}', ${AT}, 'u', 'p', 'r', 's', ${AT + 99})`)
    await sql(`insert into rule_runs (id, at, user_id, relying_party, reference, body_sealed, expires_at) values ${values.join(', ')}`)
    assert.equal(await stores.upkeep.deleteExpired(AT, 3), 3, 'at most so many at once')
    assert.equal(await stores.upkeep.deleteExpired(AT, 3), 1)
    assert.equal(await stores.upkeep.deleteExpired(AT, 3), 0)
    const [first] = await sql('select id from rule_runs order by id limit 1')
    assert.equal(first?.['id'], 'z00004')
  })

  test(`${name}: whoever signs in again and again wipes out traces of their own`, async (t) => {
    const { stores, sql } = await open(t)
    const row = (n: number, user: string) => `('z${String(n).padStart(5, '0')}', ${AT}, '${user}', 'p', 'r', 's', ${AT + 99})`
    const values = Array.from({ length: 1_300 }, (_, n) => row(n, n < 300 ? `person-${n % 10}` : 'mallory'))
    await sql(`insert into rule_runs (id, at, user_id, relying_party, reference, body_sealed, expires_at) values ${values.join(', ')}`)
    assert.equal(await stores.upkeep.deleteExpired(AT, 1_000), 300)
    const left = await sql("select count(*) as rows, min(id) as oldest from rule_runs where user_id = 'mallory'")
    assert.deepEqual([Number(left[0]?.['rows']), left[0]?.['oldest']], [700, 'z00600'])
    assert.equal(Number((await sql("select count(*) as rows from rule_runs where user_id <> 'mallory'"))[0]?.['rows']), 300)
  })
}
