import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ended, Opened, Routed, StoredTransaction } from '#kernel/transaction.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const LATER = AT + 600_000
const RACERS = 20

const opened = (id: string): Opened => ({
  id,
  browser: 'browser-1',
  stage: 'opened',
  expiresAt: LATER,
  request: {
    protocol: 'wsfed',
    relyingParty: 'contoso',
    replyUrl: 'https://login.microsoftonline.com/login.srf',
    context: 'estsredirect=2&ctx=ü "quoted" \u2028',
    freshness: { maxAgeMs: 0 },
    correlation: 'c0ffee',
    arrivedAt: AT,
  },
})

const routed = (id: string): Routed => ({
  ...opened(id),
  stage: 'routed',
  connection: 'con_google',
  leg: { state: 's', memory: { nonce: 'n' } },
})
const ended = (id: string): Ended => ({ id, user: 'user-1', relyingParty: 'contoso' })
const token = (id: string) => ({ type: 'token_issued', at: AT, reference: id, user: 'user-1', facts: { assertion: `_${id}` } }) as const
/** Whose identity `addUser` makes. */
const by = { connection: 'con_guests', issuer: 'https://id.example', subject: 'user-1' }

/** Sign-ins on their way, and the one write that ends them. */
export const transactionConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a transaction is found as it was added, until it expires`, async (t) => {
    const { transactions } = (await open(t)).stores
    await transactions.add(opened('one'))
    assert.deepEqual(await transactions.find('one', AT), { transaction: opened('one'), version: 1 })
    assert.ok(await transactions.find('one', LATER - 1))
    assert.equal(await transactions.find('one', LATER), undefined)
    assert.equal(await transactions.find('two', AT), undefined)
    assert.equal(await transactions.ended('one'), undefined)
  })

  test(`${name}: of many visits that saw the same version one advances it`, async (t) => {
    const { transactions } = (await open(t)).stores
    await transactions.add(opened('one'))
    const won = await Promise.all(Array.from({ length: RACERS }, () => transactions.advance(routed('one'), 1)))
    assert.equal(won.filter(Boolean).length, 1)
    assert.deepEqual(await transactions.find('one', AT), { transaction: routed('one'), version: 2 })
    assert.equal(await transactions.advance(opened('one'), 1), false, 'an old version is not brought back')
    assert.equal(await transactions.advance(opened('two'), 1), false)
  })

  test(`${name}: what was ended stays so and says for whom`, async (t) => {
    const { transactions } = (await open(t)).stores
    await transactions.add(opened('one'))
    assert.equal(await transactions.end(ended('one')), true)
    assert.equal(await transactions.end({ ...ended('one'), user: 'user-2' }), false)
    assert.deepEqual(await transactions.ended('one'), ended('one'))
    assert.equal(await transactions.find('one', AT), undefined)
    assert.equal(await transactions.advance(routed('one'), 1), false)
    assert.equal(await transactions.end(ended('two')), false)
  })

  lasting(name, open)
  refused(name, open)
}

/** What a sign-in leaves behind, and what it must not. */
const lasting = (name: string, open: OpenStores): void => {
  test(`${name}: a transaction brings forth one token, whichever node is asked`, async (t) => {
    const { stores, another, sql, addUser } = await open(t)
    const others = await another()
    await addUser('user-1')
    await stores.transactions.add(opened('one'))
    const more = { by, since: AT, ends: ended('one') }
    const issued = Array.from({ length: RACERS }, (_, n) => (n % 2 ? stores : others).ledger.issued(token('one'), more))
    assert.equal((await Promise.all(issued)).filter(Boolean).length, 1)
    assert.equal((await sql(`select id from events where type = 'token_issued'`)).length, 1)
    assert.deepEqual(await stores.transactions.ended('one'), ended('one'))
  })

  test(`${name}: nobody who is blocked gets a token, however late they were, and nothing is kept of it`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    await addUser('user-1')
    await stores.transactions.add(opened('one'))
    await sql(`update users set blocked = 1 where id = 'user-1' returning id`)
    await assert.rejects(stores.ledger.issued(token('one'), { by, since: AT, ends: ended('one') }), { code: 'user_blocked' })
    assert.ok(await stores.transactions.find('one', AT), 'the sign-in has not ended')
    assert.equal((await sql(`select id from events where type = 'token_issued'`)).length, 0)
    await sql(`update users set blocked = 0 where id = 'user-1' returning id`)
    assert.equal(await stores.ledger.issued(token('one'), { by, since: AT, ends: ended('one') }), true)
    const [event] = await sql(`select at, user_id, facts_json from events where type = 'token_issued'`)
    assert.deepEqual([Number(event?.['at']), event?.['user_id']], [AT, 'user-1'])
  })

  test(`${name}: a subject that a visit read is never stored`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    await addUser('user-1')
    const standing = await stores.people.standing('user-1', 'contoso')
    assert.ok(standing)
    const transaction: StoredTransaction = {
      ...opened('one'),
      stage: 'authenticated',
      connection: 'con_guests',
      user: standing.user,
      authentication: { at: AT, method: 'password' },
      silent: false,
      attributes: {},
      standing: { unprovenTokenAt: 4711 },
    }
    await stores.transactions.add(transaction)
    await stores.transactions.advance(transaction, 1)
    const [row] = await sql('select body_sealed from transactions')
    for (const readable of ['4711', 'con_guests', 'authenticated']) assert.equal(String(row?.['body_sealed']).includes(readable), false)
    const { standing: _, ...stored } = transaction
    assert.deepEqual((await stores.transactions.find('one', AT))?.transaction, stored)
  })
}

/** What must not come of one. */
const refused = (name: string, open: OpenStores): void => {
  test(`${name}: a sign-in that was ended stays so, and one that begins later does not`, async (t) => {
    const { stores, addUser, sql } = await open(t)
    await addUser('user-1')
    await stores.transactions.add(opened('one'))
    const stands = (since: number, connection = by.connection) => stores.people.isOver({ user: 'user-1', connection, since })
    assert.equal(await stands(AT), false)
    const [, , row] = await Promise.all(
      ['user user-2', 'connection con_other', 'user user-1'].map((about) =>
        sql(`insert into ended_sign_ins (about, at, expires_at) values ('${about}', ${AT + 5}, ${AT + 9}) returning about`),
      ),
    )
    assert.equal(row?.length, 1)
    assert.deepEqual([await stands(AT), await stands(AT + 4), await stands(AT + 5)], [true, true, false])
    const late = (since: number) => stores.ledger.issued(token('one'), { by, since, ends: ended('one') })
    await assert.rejects(late(AT), { code: 'transaction_expired' })
    assert.ok(await stores.transactions.find('one', AT), 'nothing is kept of it')
    assert.equal((await sql(`select id from events where type = 'token_issued'`)).length, 0)
    await sql(`update ended_sign_ins set about = 'connection con_guests' where about = 'user user-1' returning about`)
    assert.deepEqual([await stands(AT), await stands(AT, 'con_third')], [true, false])
    assert.equal(await late(AT + 5), true)
  })

  test(`${name}: by what is nobody’s, or somebody else’s, there is no token, and nothing is kept of it`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    for (const user of ['user-1', 'user-2']) await addUser(user)
    await stores.transactions.add(opened('one'))
    const others = [
      { ...by, subject: 'user-2' },
      { ...by, subject: 'nobody' },
      { ...by, issuer: 'https://other.example' },
      { ...by, connection: 'con_other' },
    ]
    for (const other of others)
      await assert.rejects(stores.ledger.issued(token('one'), { by: other, since: AT, ends: ended('one') }), { code: 'identity_removed' })
    const ofNobody = stores.ledger.issued({ ...token('one'), user: 'nobody' }, { by, since: AT, ends: ended('one') })
    await assert.rejects(ofNobody, { code: 'identity_removed' })
    assert.ok(await stores.transactions.find('one', AT), 'the sign-in has not ended')
    assert.equal((await sql(`select id from events where type = 'token_issued'`)).length, 0)
  })
}
