import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Opened } from '#kernel/transaction.ts'
import { postgresPlan, sqlitePlan } from '../../../test/support/plans.ts'
import { type Recorded, recordedStorage } from '../../../test/support/statements.ts'
import { AT, onEachDatabase, type OpenStores } from '../../../test/support/stores.ts'
import { createStores, type Stores } from './stores.ts'

const token = { type: 'token_issued', at: AT, reference: 'r', user: 'dana', facts: { assertion: '_1' } } as const
const identity = { connection: 'con_guests', issuer: 'https://id.example', subject: 'dana' }
const opened: Opened = {
  id: 'one',
  browser: 'b',
  stage: 'opened',
  expiresAt: AT + 9,
  request: { protocol: 'wsfed', relyingParty: 'rp', replyUrl: 'https://rp.example', freshness: {}, correlation: 'c', arrivedAt: AT },
}

/** What a returning person with a session costs. */
const warm: Readonly<Record<string, (stores: Stores) => Promise<unknown>>> = {
  'the session': (stores) => stores.sessions.find('cookie', AT),
  'how the person stands': (stores) => stores.people.standing('dana', 't'),
  'whether the settings changed': (stores) => stores.settings.current(),
  'the token is written down': (stores) => stores.ledger.issued(token, { by: identity, since: AT }),
}

/** What the other visits of a sign-in cost. */
const others: typeof warm = {
  'a transaction is found': (stores) => stores.transactions.find('one', AT),
  'a transaction goes on': (stores) => stores.transactions.advance(opened, 1),
  'a transaction ended': (stores) => stores.transactions.ended('one'),
  'a first token is written down': (stores) =>
    stores.ledger.issued(token, {
      by: identity,
      since: AT,
      ends: { id: 'one', user: 'dana', relyingParty: 'rp' },
      unproven: { userId: 'dana', target: 't' },
    }),
  'a grant is put': (stores) => stores.grants.put('key', {}, AT + 9),
  'a grant is taken': (stores) => stores.grants.take('key', AT),
  'an identity is recognized': (stores) => stores.people.recognize(identity, { names: {}, emailVerified: false }, AT),
  'a name is looked up': (stores) => stores.people.userOfPrincipal('t', 'dana@t.example'),
  'a password is looked up': (stores) => stores.passwords.find('con_guests', 'dana'),
  'a try is counted': (stores) => stores.passwords.countTry('dana', { tries: 10, windowMs: 60_000 }, AT),
  'an account is found': (stores) => stores.accounts.find('dana', 't'),
  'a token of the Management API is known': (stores) => stores.apiTokens.find('bearer', AT),
  'a trace is found': (stores) => stores.ruleRuns.find('one'),
  'a script is found': (stores) => stores.rules.version('rul_1', 1),
  'whether a sign-in was ended': (stores) => stores.people.isOver({ user: 'dana', connection: 'con_guests', since: AT }),
  'whose an identity is': (stores) => stores.people.isTheirs('dana', identity),
  'a session ends': (stores) => stores.sessions.end('cookie', AT),
}

/** What nobody waits for, and what administrators ask: more than one row, but never all there are. */
const several: typeof warm = {
  'due accounts': (stores) => stores.accounts.due(AT, 20),
  'expired rows': (stores) => stores.upkeep.deleteExpired(AT, 500),
  'sessions with when they were last seen': async (stores) => {
    await startSession(stores)
    return stores.sessionDesk.list({ at: AT, limit: 3 })
  },
  "a person's sessions": (stores) => stores.sessionDesk.list({ at: AT, limit: 3, user: 'dana', after: { id: 'ses_x', expiresAt: AT } }),
  "a person's sessions are ended": (stores) => stores.sessionDesk.end({ user: 'dana' }, { by: 'x', reference: 'r', at: AT }),
  'one session is ended': async (stores) => {
    await startSession(stores)
    const [one] = await stores.sessionDesk.list({ at: AT, limit: 1 })
    return stores.sessionDesk.end({ session: one?.id ?? '' }, { by: 'x', reference: 'r', at: AT })
  },
  "a person's sessions end": (stores) => stores.accounts.endSessions('dana'),
  "whose an identity is that is nobody's own": (stores) =>
    stores.people.recognize({ ...identity, subject: 'linked' }, { names: {}, emailVerified: false }, AT),
  'what is remembered about somebody': async (stores) => {
    await stores.records.find('dana')
    return stores.records.find('dana')
  },
  'somebody by their public id': (stores) => stores.records.byPublicId('unknown|con_guests|dana'),
  'people by their address': (stores) => stores.records.byEmail('dana@t.example'),
  'what is remembered is changed': (stores) =>
    stores.records.patchMetadata({ kind: 'app', publicId: 'unknown|con_guests|dana', patch: { a: 1 }, by: 'x', at: AT }),
  'the latest traces': (stores) => stores.ruleRuns.latest({ limit: 3 }),
  'the latest traces of one relying party': (stores) => stores.ruleRuns.latest({ limit: 3, relyingParty: 'rp' }),
  'scripts a rule had': (stores) => stores.rules.versions('rul_1'),
  'the latest events': (stores) => stores.eventLog.latest({ limit: 3 }),
  'the latest events about somebody': (stores) => stores.eventLog.latest({ limit: 3, user: 'dana' }),
  'old events': async (stores) => {
    await stores.ledger.record(token)
    const deleteSome = stores.oldEvents.deleteOld(AT + 1, AT + 9)
    await deleteSome(1)
    await stores.ledger.record(token)
    return deleteSome(1)
  },
  'held-up accounts': (stores) => stores.accountDesk.open(),
  'one account with its history': async (stores) => {
    await stores.directory.record({
      userId: 'dana',
      target: 't',
      directory: { immutableId: 'd', userPrincipalName: 'd@t.example' },
      reference: 'r',
      at: AT,
    })
    return stores.accountDesk.show('dana')
  },
}

const startSession = (stores: Stores): Promise<void> => {
  const authentication = { at: AT, method: 'password' } as const
  return stores.sessions.start(
    { id: 'one', user: 'dana', connection: 'con_guests', identity, authentication, createdAt: AT, expiresAt: AT + 9 },
    'r',
  )
}

onEachDatabase((name, open) => {
  const explain = name === 'sqlite' ? sqlitePlan : postgresPlan

  for (const [what, call] of Object.entries({ ...warm, ...others }))
    test(`${name}: ${what} by a unique key, however many rows there are`, async (t) => {
      const { statements, sql } = await recorded(t, name, open, call)
      for (const { sql: statement } of statements) {
        const accesses = await explain(sql, statement)
        const isInsert = /^insert into "\w+" \(.*\) values/.test(statement)
        assert.ok(isInsert || accesses.length > 0, `no row is looked for by ${statement}`)
        for (const { isByUniqueKey, text } of accesses) assert.ok(isByUniqueKey, `${statement}\n${text}`)
      }
    })

  for (const [what, call] of Object.entries(several))
    test(`${name}: ${what} by an index`, async (t) => {
      const { statements, sql } = await recorded(t, name, open, call)
      for (const { sql: statement } of statements)
        for (const { index, text } of await explain(sql, statement)) assert.ok(index, `${statement}\n${text}`)
    })

  for (const [what, call] of Object.entries(warm))
    test(`${name}: ${what} in one statement that is compiled once`, async (t) => {
      const { statements } = await recorded(t, name, open, call)
      assert.deepEqual(
        statements.map(({ isPrepared }) => isPrepared),
        [true],
      )
    })

  test(`${name}: a statement without an index is seen as one`, async (t) => {
    const { sql } = await open(t)
    const [access] = await explain(sql, `select id from users where issuer = ${name === 'sqlite' ? '?' : '$1'}`)
    assert.equal(access?.isByUniqueKey, false)
  })
})

/** The statements of one call. */
const recorded = async (t: TestContext, name: 'sqlite' | 'postgres', open: OpenStores, call: (stores: Stores) => Promise<unknown>) => {
  const { parts, sql, addUser } = await open(t)
  await addUser('dana')
  const statements: Recorded[] = []
  const { storage, ...others } = parts()
  const stores = createStores({ ...others, storage: recordedStorage(storage, name, (statement) => void statements.push(statement)) })
  await call(stores)
  assert.ok(statements.length > 0)
  return { statements, sql }
}
