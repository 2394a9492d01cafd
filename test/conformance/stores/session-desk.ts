import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '#kernel/session.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

const LATER = AT + 60_000
const ENDING = { by: 'a test', reference: 'order', at: AT + 500 } as const

const session = (id: string, more: Partial<Session> = {}): Session => ({
  id,
  user: 'dana',
  connection: 'con_guests',
  authentication: { at: AT - 5, method: 'federated' },
  createdAt: AT,
  expiresAt: LATER,
  ...more,
})

/** Dana at two browsers and Erika at one; the one that lasts longest is Dana's first. */
const three = async ({ stores, addUser }: StoresUnderTest): Promise<void> => {
  for (const user of ['dana', 'erika']) await addUser(user)
  await stores.sessions.start(session('one', { expiresAt: LATER + 2 }), 'visit-1')
  await stores.sessions.start(session('two', { authentication: { at: AT - 7, method: 'password' } }), 'visit-2')
  await stores.sessions.start(session('three', { user: 'erika', expiresAt: LATER + 1 }), 'visit-3')
}

/** A sign-in of each, by this connection, that began then. */
const over = ({ people }: StoresUnderTest['stores'], since: number) =>
  Promise.all(['dana', 'erika'].map((user) => people.isOver({ user, connection: 'con_guests', since })))

const token = (at: number, authenticatedAt: number, more: object = {}) =>
  ({
    type: 'token_issued',
    at,
    reference: 'r',
    user: 'dana',
    connection: 'con_guests',
    facts: { assertion: '_1', method: 'federated', authenticatedAt, secondFactor: false, ip: `192.0.2.${at - AT}` },
    ...more,
  }) as const

/** Sessions as administrators see and end them. */
export const sessionDeskConformance = (name: string, open: OpenStores): void => {
  seen(name, open)
  ended(name, open)
  endedForGood(name, open)
}

const seen = (name: string, open: OpenStores): void => {
  test(`${name}: sessions are listed by how long they last, in pages, without what opens them`, async (t) => {
    const under = await open(t)
    await three(under)
    const { list } = under.stores.sessionDesk
    const all = await list({ at: AT, limit: 9 })
    assert.deepEqual(
      all.map(({ user, expiresAt }) => `${user} ${expiresAt - LATER}`),
      ['dana 2', 'erika 1', 'dana 0'],
    )
    for (const { id } of all) {
      assert.match(id, /^ses_[\w-]{43}$/)
      assert.equal(await under.stores.sessions.find(id, AT), undefined)
      assert.equal(await under.stores.sessions.find(id.slice('ses_'.length), AT), undefined)
    }
    const [first] = all
    assert.deepEqual(first, { ...session('', { expiresAt: LATER + 2 }), id: first?.id, lastSeenAt: AT })
    const pages = await Promise.all([undefined, ...all].map((after) => list({ at: AT, limit: 1, ...(after && { after }) })))
    assert.deepEqual(pages.flat(), all)
    assert.deepEqual(
      await list({ at: AT, limit: 9, user: 'dana' }),
      all.filter(({ user }) => user === 'dana'),
    )
    assert.equal((await list({ at: LATER, limit: 9 })).length, 2, 'what expired is none')
  })

  test(`${name}: a session was last seen when a token was issued for its very authentication`, async (t) => {
    const under = await open(t)
    await three(under)
    const { record } = under.stores.ledger
    const tokens = [token(AT + 1, AT - 5), token(AT + 2, AT - 5), token(AT + 3, AT - 5, { connection: 'con_other' })]
    for (const one of [...tokens, token(AT + 4, AT - 5, { user: 'erika' }), token(AT - 9, AT - 7)]) await record(one)
    const [first, , second] = await under.stores.sessionDesk.list({ at: AT, limit: 9 })
    assert.deepEqual([first?.lastSeenAt, first?.address], [AT + 2, '192.0.2.2'])
    assert.deepEqual([second?.lastSeenAt, second?.address], [AT, undefined], 'tokens from before it began are none of it')
  })
}

const ended = (name: string, open: OpenStores): void => {
  test(`${name}: one session ends, and with it what its user had under way`, async (t) => {
    const under = await open(t)
    await three(under)
    const { stores, sql } = under
    const [first] = await stores.sessionDesk.list({ at: AT, limit: 1 })
    assert.equal(await stores.sessionDesk.end({ session: first?.id ?? '' }, ENDING), 1)
    assert.equal(await stores.sessions.find('one', AT), undefined)
    for (const id of ['two', 'three']) assert.ok(await stores.sessions.find(id, AT), id)
    assert.deepEqual(await over(stores, AT), [true, false])
    assert.deepEqual(await over(stores, ENDING.at), [false, false], 'who begins anew gets in')
    const [event] = await stores.eventLog.latest({ limit: 1 })
    const facts = { by: 'a test', sessions: 1, whose: 'session', began: 'visit-1' }
    const about = { user: 'dana', connection: 'con_guests' }
    assert.deepEqual(event, { type: 'sessions_ended', at: ENDING.at, reference: 'order', ...about, facts })
    const before = await sql('select * from events')
    for (const id of [first?.id ?? '', 'ses_', '', 'two'])
      assert.equal(await stores.sessionDesk.end({ session: id }, ENDING), undefined, id)
    assert.deepEqual(await sql('select * from events'), before)
  })

  test(`${name}: all sessions of one user end, and nobody else's; who is nobody is said`, async (t) => {
    const under = await open(t)
    await three(under)
    const { stores, sql } = under
    assert.equal(await stores.sessionDesk.end({ user: 'nobody' }, ENDING), undefined)
    assert.equal((await sql('select * from ended_sign_ins')).length, 0)
    assert.equal(await stores.sessionDesk.end({ user: 'dana' }, ENDING), 2)
    for (const id of ['one', 'two']) assert.equal(await stores.sessions.find(id, AT), undefined)
    assert.ok(await stores.sessions.find('three', AT))
    assert.deepEqual(await over(stores, AT), [true, false])
    assert.equal(await stores.sessionDesk.end({ user: 'dana' }, ENDING), 0, 'what is under way ends also where no session is')
    const [event] = await stores.eventLog.latest({ limit: 1 })
    assert.deepEqual([event?.user, event?.facts], ['dana', { by: 'a test', sessions: 0, whose: 'user' }])
  })

  test(`${name}: what was ended stays so when a node whose clock is behind, or was set back, ends more`, async (t) => {
    const under = await open(t)
    await three(under)
    const { stores, sql } = under
    await stores.sessionDesk.end({ user: 'dana' }, ENDING)
    const [first] = await sql('select * from ended_sign_ins')
    await stores.sessionDesk.end({ user: 'dana' }, { ...ENDING, at: ENDING.at - 100 })
    assert.deepEqual(await over(stores, ENDING.at - 1), [true, false])
    assert.deepEqual(await sql('select * from ended_sign_ins'), [first], 'nor is it forgotten sooner')
    await stores.sessionDesk.end({ user: 'dana' }, { ...ENDING, at: ENDING.at + 100 })
    assert.deepEqual(await over(stores, ENDING.at + 99), [true, false])
  })

  test(`${name}: everybody's sessions end`, async (t) => {
    const under = await open(t)
    await three(under)
    const { stores, sql } = under
    assert.equal(await stores.sessionDesk.end('everybody', ENDING), 3)
    assert.deepEqual(await sql('select * from sessions'), [])
    assert.deepEqual(await over(stores, AT), [true, true])
    assert.deepEqual(await over(stores, ENDING.at), [false, false])
    const [event] = await stores.eventLog.latest({ limit: 1 })
    assert.deepEqual(
      [event?.type, event?.user, event?.facts],
      ['sessions_ended', undefined, { by: 'a test', sessions: 3, whose: 'everybody' }],
    )
  })
}

const endedForGood = (name: string, open: OpenStores): void => {
  for (const whose of ['everybody', { user: 'dana' }] as const)
    test(`${name}: no session starts that was on its way when ${JSON.stringify(whose)} was signed out`, async (t) => {
      const under = await open(t)
      await three(under)
      const { stores, sql } = under
      await stores.sessionDesk.end(whose, ENDING)
      const before = await sql('select * from sessions')
      await assert.rejects(stores.sessions.start(session('late', { createdAt: ENDING.at - 1 }), 'r'), { code: 'transaction_expired' })
      assert.deepEqual(await sql('select * from sessions'), before)
      await stores.sessions.start(session('anew', { createdAt: ENDING.at }), 'r')
      assert.ok(await stores.sessions.find('anew', AT))
    })
}
