import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '#kernel/person.ts'
import type { Session } from '#kernel/session.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const session = (id: string, more: Partial<Session> = {}): Session => ({
  id,
  user: 'dana',
  connection: 'con_google',
  authentication: { at: AT - 5, method: 'federated', secondFactor: { at: AT - 6 } },
  createdAt: AT,
  expiresAt: AT + 1_000,
  ...more,
})

/** Whose identity `addUser` makes. */
const OWN: Identity = { connection: 'con_guests', issuer: 'https://id.example', subject: 'dana' }

/** Browsers that are remembered. */
export const sessionConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a session is found as it was started, until it expires or ends`, async (t) => {
    const { stores, addUser, sql } = await open(t)
    await addUser('dana')
    await stores.sessions.start(session('one'), 'visit-1')
    await stores.sessions.start(session('two', { authentication: { at: AT, method: 'password' } }), 'visit-2')
    assert.deepEqual(await stores.sessions.find('one', AT), session('one'))
    assert.equal((await stores.sessions.find('two', AT))?.authentication.secondFactor, undefined)
    await stores.sessions.start(session('three', { connection: OWN.connection, identity: OWN }), 'visit-3')
    assert.deepEqual((await stores.sessions.find('three', AT))?.identity, OWN)
    assert.equal(await stores.sessions.find('one', AT + 1_000), undefined)
    await stores.sessions.end('one', AT + 3)
    await stores.sessions.end('one', AT + 4)
    await stores.sessions.end('never', AT + 4)
    assert.equal(await stores.sessions.find('one', AT), undefined)
    assert.ok(await stores.sessions.find('two', AT), 'other browsers stay signed in')
    const events = await sql(`select type, reference from events order by id`)
    assert.deepEqual(
      events.map((row) => `${row['type']} ${row['reference']}`),
      ['session_started visit-1', 'session_started visit-2', 'session_started visit-3', 'session_ended visit-1'],
    )
  })

  test(`${name}: the sessions of one person end together`, async (t) => {
    const { stores, addUser } = await open(t)
    await addUser('dana')
    await addUser('erika')
    for (const id of ['one', 'two']) await stores.sessions.start(session(id), 'r')
    await stores.sessions.start(session('three', { user: 'erika' }), 'r')
    await stores.accounts.endSessions('dana')
    assert.equal(await stores.sessions.find('one', AT), undefined)
    assert.equal(await stores.sessions.find('two', AT), undefined)
    assert.ok(await stores.sessions.find('three', AT))
  })

  test(`${name}: no session starts by what is not theirs, and none for who is blocked or nobody`, async (t) => {
    const { stores, addUser, sql } = await open(t)
    await addUser('dana')
    await addUser('erika')
    const by = (identity: Identity) => session('one', { connection: identity.connection, identity })
    for (const other of [
      { ...OWN, subject: 'erika' },
      { ...OWN, issuer: 'https://other.example' },
      { ...OWN, connection: 'con_other' },
    ])
      await assert.rejects(stores.sessions.start(by(other), 'r'), { code: 'identity_removed' })
    await assert.rejects(stores.sessions.start(session('one', { user: 'nobody' }), 'r'), { code: 'identity_removed' })
    await sql(`update users set blocked = 1 where id = 'dana' returning id`)
    await assert.rejects(stores.sessions.start(by(OWN), 'r'), { code: 'user_blocked' })
    assert.deepEqual(await sql('select * from sessions'), [])
    assert.deepEqual(await sql('select id from events'), [])
  })

  test(`${name}: what the database holds opens no session`, async (t) => {
    const { stores, addUser, sql } = await open(t)
    await addUser('dana')
    await stores.sessions.start(session('a-very-secret-cookie'), 'r')
    const [row] = await sql('select * from sessions')
    assert.equal(JSON.stringify(row).includes('a-very-secret-cookie'), false)
    assert.equal(await stores.sessions.find(String(row?.['id_hash']), AT), undefined)
  })
}
