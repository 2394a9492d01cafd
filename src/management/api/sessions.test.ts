import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { signIn } from '../../../test/conformance/stores/records.ts'
import { managementOver } from '../../../test/support/management.ts'
import { AT, onEachDatabase, type OpenStores } from '../../../test/support/stores.ts'

const DANA = '/users/google-oauth2|110'

const remembered = async (t: TestContext, open: OpenStores) => {
  const opened = await open(t)
  const user = await signIn(opened)
  await opened.addUser('erika')
  const start = (id: string, whose: string, at: number, expiresAt: number) => {
    const authentication = { at, method: 'password', secondFactor: { at: at + 1 } } as const
    return opened.stores.sessions.start({ id, user: whose, connection: 'con_google', authentication, createdAt: AT, expiresAt }, 'visit')
  }
  await start('one', user.userId, AT - 3, AT + 9_000)
  await start('two', user.userId, AT - 2, AT + 8_000)
  await start('three', 'erika', AT - 1, AT + 7_000)
  const facts = { assertion: '_1', method: 'password', authenticatedAt: AT - 3, secondFactor: true, ip: '192.0.2.7' }
  await opened.stores.ledger.record({
    type: 'token_issued',
    at: AT + 5,
    reference: 'r',
    user: user.userId,
    connection: 'con_google',
    facts,
  })
  return { ...opened, ...(await managementOver(opened.stores)), user }
}

const instant = (at: number): string => new Date(at).toISOString()

/** Ids of the sessions in an answer. */
const idsIn = (body: unknown): readonly string[] => Object(body).sessions.map(({ id }: { readonly id: string }) => id)

onEachDatabase((name, open) => {
  if (name === 'postgres') return

  test('the sessions of a user are theirs alone, as Auth0 shows them, and in pages', async (t) => {
    const { ask } = await remembered(t, open)
    const { status, body } = await ask('GET', `${DANA}/sessions`)
    assert.equal(status, 200)
    const [first, second, third] = Object(body).sessions
    assert.deepEqual(first, {
      id: first.id,
      user_id: 'google-oauth2|110',
      created_at: instant(AT),
      authenticated_at: instant(AT - 3),
      last_interacted_at: instant(AT + 5),
      expires_at: instant(AT + 9_000),
      connection: 'con_google',
      device: { last_ip: '192.0.2.7' },
      authentication: {
        methods: [
          { name: 'pwd', timestamp: instant(AT - 3) },
          { name: 'mfa', timestamp: instant(AT - 2) },
        ],
      },
    })
    assert.equal('device' in second, false)
    assert.equal(third, undefined)
    assert.equal('next' in Object(body), false)
    const page = await ask('GET', `${DANA}/sessions?take=1`)
    assert.deepEqual(idsIn(page.body), [first.id])
    const { next } = Object(page.body)
    const last = await ask('GET', `${DANA}/sessions?take=1&from=${next}`)
    assert.deepEqual([idsIn(last.body), 'next' in Object(last.body)], [[second.id], false])
    for (const query of ['take=0', 'take=101', 'from=1', `from=${next}'`, 'page=1'])
      assert.equal((await ask('GET', `${DANA}/sessions?${query}`)).status, 400, query)
  })

  test('one session ends by its id, once, and the audit says by whom', async (t) => {
    const { ask, stores } = await remembered(t, open)
    const [id = '', other] = idsIn((await ask('GET', `${DANA}/sessions`)).body)
    assert.deepEqual(await ask('DELETE', `/sessions/${id}`).then(({ status, body }) => [status, body]), [202, undefined])
    assert.equal(await stores.sessions.find('one', AT), undefined)
    assert.deepEqual(idsIn((await ask('GET', `${DANA}/sessions`)).body), [other])
    const [event] = await stores.eventLog.latest({ limit: 1, type: 'sessions_ended' })
    assert.match(String(event?.facts?.['by']), /^token t/)
    assert.equal(event?.reference, 'request')
    assert.equal((await ask('DELETE', `/sessions/${id}`)).status, 404)
  })

  test('all sessions of a user end, and no others', async (t) => {
    const { ask, stores, user } = await remembered(t, open)
    assert.equal((await ask('DELETE', `${DANA}/sessions`)).status, 202)
    for (const id of ['one', 'two']) assert.equal(await stores.sessions.find(id, AT), undefined, id)
    assert.ok(await stores.sessions.find('three', AT))
    assert.equal(await stores.people.isOver({ user: user.userId, connection: 'con_google', since: AT - 1 }), true)
    for (const method of ['GET', 'DELETE']) assert.equal((await ask(method, '/users/google-oauth2|111/sessions')).status, 404)
  })

  test('only a token that was given the scope for it sees sessions or ends them, and no rule does', async (t) => {
    const { ask, token, tokens, stores } = await remembered(t, open)
    const [id = ''] = idsIn((await ask('GET', `${DANA}/sessions`)).body)
    const users = await token(['read:users', 'update:users'])
    const calls = [
      ['GET', `${DANA}/sessions`, await token(['delete:sessions'])],
      ['DELETE', `${DANA}/sessions`, await token(['read:sessions'])],
      ['DELETE', `/sessions/${id}`, await token(['read:sessions'])],
    ] as const
    for (const [method, path, other] of calls)
      for (const bearer of [users, other, tokens.issue({ reference: 'r' })])
        assert.equal((await ask(method, path, { bearer })).status, 403, `${method} ${path}`)
    assert.ok(await stores.sessions.find('one', AT))
  })
})
