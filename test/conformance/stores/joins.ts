import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../../src/kernel/person.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

const WORK = { id: 'con_work', name: 'work', type: 'oidc' }
const MAIL = { id: 'con_mail', name: 'mail', type: 'google' }
const AMONG = [WORK, MAIL]
const ADDRESS = 'dana@fabrikam.example'
const SAID = { names: { given: 'Dana' }, email: ADDRESS, emailVerified: true }

type Where = typeof WORK

const identityAt = (where: Where, subject = 'd-1'): Identity => ({
  connection: where.id,
  issuer: `https://${where.name}.example`,
  subject,
})

const arriving = (where: Where, more: Partial<Parameters<StoresUnderTest['stores']['joins']['recognizeByAddress']>[0]> = {}) => ({
  identity: identityAt(where),
  said: SAID,
  connection: where,
  root: { email: ADDRESS },
  reference: 'r',
  at: AT,
  address: ADDRESS,
  among: AMONG,
  ...more,
})

const isHere = async ({ stores }: StoresUnderTest, where: Where = WORK, said: typeof SAID = SAID) => {
  const identity = identityAt(where)
  const user = await stores.people.recognize(identity, said, AT)
  await stores.records.signedIn({ user, identity, connection: where, root: {}, ip: '::1', at: AT })
  return user
}

const linkEvents = ({ sql }: StoresUnderTest) => sql(`select * from events where type = 'user_linked'`)

/** Users nobody else is made, whatever their address. */
const apart: Readonly<Record<string, (opened: StoresUnderTest) => Promise<unknown>>> = {
  'whose address is not verified': (opened) => isHere(opened, WORK, { ...SAID, emailVerified: false }),
  'of another connection': (opened) => isHere(opened, { id: 'con_other', name: 'other', type: 'oidc' }),
  'of whom there are two': async (opened) => {
    await isHere(opened)
    await opened.stores.people.recognize(identityAt(WORK, 'd-2'), SAID, AT)
  },
  'of whom there are two, one of them unverified': async (opened) => {
    await isHere(opened)
    await opened.stores.people.recognize(identityAt(WORK, 'd-2'), { ...SAID, emailVerified: false }, AT)
  },
  'with an address that only looks the same': (opened) => isHere(opened, WORK, { ...SAID, email: 'dana@fabri\u212aam.example' }),
  'of a directory': async (opened) => {
    const { id: userId } = await isHere(opened)
    const directory = { immutableId: 'i', userPrincipalName: 'dana@contoso.example' }
    await opened.stores.directory.record({ userId, target: 't', directory, reference: 'r', at: AT })
  },
  'with a password of another of their identities': async (opened) => {
    const { id: primary } = await isHere(opened)
    const guests = { id: 'con_guests', name: 'guests', type: 'database' }
    const { id: secondary } = await opened.stores.people.recognize(identityAt(guests), { names: {}, emailVerified: false }, AT)
    const user = await opened.stores.people.standing(secondary, 't')
    assert.ok(user)
    const signedIn = { user: user.user, connection: guests, root: {}, ip: '::1', at: AT }
    await opened.stores.records.signedIn(signedIn)
    await opened.stores.records.link({ primary, secondary, by: 'token x', at: AT })
    const entry = { connection: guests.id, subject: 'd-1', username: 'dana', hash: 'x', names: {}, emailVerified: true, attributes: {} }
    assert.ok(await opened.stores.passwords.add(entry, AT))
  },
}
const SESSION = {
  id: 'their session',
  connection: 'con_guests',
  authentication: { at: AT, method: 'password' as const },
  createdAt: AT,
  expiresAt: AT + 1_000,
}

const proven = async (opened: StoresUnderTest) => {
  const { id: primary } = await isHere(opened)
  await opened.stores.sessions.start({ ...SESSION, user: primary }, 'r')
  const request = { protocol: 'wsfed', relyingParty: 'c', replyUrl: 'https://c.example', freshness: {}, correlation: 'r', arrivedAt: AT }
  await opened.stores.transactions.add({ stage: 'opened', id: 't1', browser: 'b', request, expiresAt: AT + 1_000 })
  const { address: _address, among: _among, ...claim } = arriving(MAIL)
  return { ...claim, primary, session: SESSION.id, ends: { id: 't1', user: primary, relyingParty: 'c' } }
}

/** What cannot be claimed, nor by whom. */
const refused: Readonly<Record<string, (opened: StoresUnderTest, claim: Awaited<ReturnType<typeof proven>>) => Promise<unknown>>> = {
  'somebody with an account': async (opened) => {
    const { id: userId } = await isHere(opened, MAIL)
    const directory = { immutableId: 'i', userPrincipalName: 'dana@contoso.example' }
    await opened.stores.directory.record({ userId, target: 't', directory, reference: 'r', at: AT })
  },
  'somebody who is blocked': async (opened) => {
    const { id } = await isHere(opened, MAIL)
    await opened.sql(`update users set blocked = 1 where id = '${id}'`)
  },
  'somebody who has other ways to sign in': async (opened) => {
    const { id: primary } = await isHere(opened, MAIL)
    const trojan = { id: 'con_other', name: 'other', type: 'oidc' }
    const { id: secondary } = await isHere(opened, trojan)
    await opened.stores.records.link({ primary, secondary, by: 'the person', at: AT })
  },
  'an identity that is theirs already': async (opened, { primary }) => {
    const { id: secondary } = await isHere(opened, MAIL)
    await opened.stores.records.link({ primary, secondary, by: 'token x', at: AT })
  },
  'anything to somebody who is blocked': (opened, { primary }) => opened.sql(`update users set blocked = 1 where id = '${primary}'`),
  'anything to a directory’s own': async (opened, { primary }) => {
    const directory = { immutableId: 'i', userPrincipalName: 'dana@contoso.example' }
    await opened.stores.directory.record({ userId: primary, target: 't', directory, reference: 'r', at: AT })
  },
}
/** Identities that become one user's. */
export const joinConformance = (name: string, open: OpenStores): void => {
  byAddress(name, open)
  claims(name, open)
  leaving(name, open)
  races(name, open)
}

const byAddress = (name: string, open: OpenStores): void => {
  test(`${name}: who has the verified address of one user is that user, from then on`, async (t) => {
    const opened = await open(t)
    const user = await isHere(opened)
    const { joins, people, records } = opened.stores
    assert.deepEqual(await joins.recognizeByAddress(arriving(MAIL)), { user, how: 'joined' })
    assert.deepEqual(await joins.recognizeByAddress(arriving(MAIL)), { user, how: 'same' })
    assert.equal((await people.recognize(identityAt(MAIL), { names: {}, emailVerified: false }, AT)).id, user.id)
    assert.equal((await records.find(user.id))?.identities.length, 2)
    assert.equal((await linkEvents(opened)).length, 1)
  })

  test(`${name}: of two who arrive for the first time at once, on two nodes, one user comes`, async (t) => {
    const opened = await open(t)
    const other = await opened.another()
    const coming = Array.from({ length: 12 }, (_, n) =>
      (n % 2 ? opened.stores : other).joins.recognizeByAddress(arriving(n % 3 ? MAIL : WORK)),
    )
    const users = new Set((await Promise.all(coming)).map(({ user }) => user.id))
    assert.equal(users.size, 1)
    assert.equal((await opened.sql('select id from users')).length, 1)
    assert.equal((await opened.sql('select user_id from linked_identities')).length, 1)
  })

  test(`${name}: who was here before stays who they are, and it is said that there are two`, async (t) => {
    const opened = await open(t)
    const first = await isHere(opened, WORK)
    const second = await isHere(opened, MAIL)
    const found = await opened.stores.joins.recognizeByAddress(arriving(MAIL))
    assert.deepEqual([found.user.id, found.how], [second.id, 'apart'])
    assert.notEqual(first.id, second.id)
    assert.deepEqual(await linkEvents(opened), [])
  })

  for (const [whom, make] of Object.entries(apart))
    test(`${name}: nobody is made a user ${whom}`, async (t) => {
      const opened = await open(t)
      await make(opened)
      const before = (await linkEvents(opened)).length
      const { user, how } = await opened.stores.joins.recognizeByAddress(arriving(MAIL))
      assert.deepEqual([how, user.identity], ['same', identityAt(MAIL)])
      assert.equal((await linkEvents(opened)).length, before)
    })
}

const claims = (name: string, open: OpenStores): void => {
  test(`${name}: what somebody proved counts once, and nobody is made of it`, async (t) => {
    const opened = await open(t)
    const other = await opened.another()
    const claim = await proven(opened)
    const done = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 ? opened.stores : other).joins.claim(claim)))
    assert.deepEqual(done.filter(Boolean), [true])
    assert.equal((await opened.sql('select id from users')).length, 1)
    assert.equal((await opened.stores.records.find(claim.primary))?.identities.length, 2)
    assert.equal((await linkEvents(opened)).length, 1)
  })

  for (const [what, make] of Object.entries(refused))
    test(`${name}: nobody is given ${what}, and nothing has changed then`, async (t) => {
      const opened = await open(t)
      const claim = await proven(opened)
      await make(opened, claim)
      const before = (await opened.sql('select user_id from linked_identities')).length
      await assert.rejects(opened.stores.joins.claim(claim), { code: 'account_conflict' })
      assert.equal((await opened.sql('select user_id from linked_identities')).length, before)
      assert.ok(await opened.stores.transactions.find('t1', AT), 'what they proved is not spent')
    })
}

const leaving = (name: string, open: OpenStores): void => {
  test(`${name}: who is not signed in any more adds nothing, and removes nothing`, async (t) => {
    const opened = await open(t)
    const { joins, sessions, records, transactions } = opened.stores
    const claim = await proven(opened)
    const { id: other } = await opened.stores.people.recognize(identityAt(WORK, 'd-2'), SAID, AT)
    await sessions.start({ ...SESSION, id: 'another’s', user: other }, 'r')
    for (const session of ['another’s', 'nobody’s'])
      await assert.rejects(joins.claim({ ...claim, session }), { code: 'link_interrupted' }, session)
    await assert.rejects(joins.claim({ ...claim, at: SESSION.expiresAt }), { code: 'link_interrupted' })
    assert.ok(await transactions.find('t1', AT))
    assert.ok(await joins.claim(claim))
    const leave = { primary: claim.primary, identity: identityAt(MAIL), reference: 'r', at: AT }
    for (const session of ['another’s', 'nobody’s']) assert.equal(await joins.leave({ ...leave, session }), false, session)
    assert.equal((await records.find(claim.primary))?.identities.length, 2)
  })

  test(`${name}: an identity that left is a user of its own, and sessions that came through it are over`, async (t) => {
    const opened = await open(t)
    const claim = await proven(opened)
    const { joins, sessions, people } = opened.stores
    await joins.claim(claim)
    const authentication = { at: AT, method: 'federated' as const }
    const base = { user: claim.primary, authentication, createdAt: AT, expiresAt: AT + 99 }
    for (const { id } of AMONG) await sessions.start({ ...base, id, connection: id }, 'r')
    for (const where of AMONG) await sessions.start({ ...base, id: where.name, connection: where.id, identity: identityAt(where) }, 'r')
    const leaving = { primary: claim.primary, session: SESSION.id, identity: identityAt(MAIL), reference: 'r', at: AT }
    assert.deepEqual([await joins.leave(leaving), await joins.leave(leaving)], [true, false])
    assert.equal(await joins.leave({ ...leaving, identity: identityAt(WORK) }), false, 'the main one stays')
    assert.notEqual((await people.recognize(identityAt(MAIL), SAID, AT)).id, claim.primary)
    for (const id of [MAIL.id, MAIL.name]) assert.equal(await sessions.find(id, AT), undefined, id)
    for (const id of [WORK.id, WORK.name]) assert.equal((await sessions.find(id, AT))?.user, claim.primary, id)
    const late = { ...base, id: 'late', connection: MAIL.id, identity: identityAt(MAIL) }
    await assert.rejects(sessions.start(late, 'r'), { code: 'identity_removed' })
  })

  test(`${name}: of two identities at one connection only the sessions of the one that left are over`, async (t) => {
    const opened = await open(t)
    const { joins, sessions } = opened.stores
    const claim = await proven(opened)
    const second = identityAt(WORK, 'd-2')
    await joins.claim({ ...claim, identity: second, connection: WORK })
    const base = { user: claim.primary, connection: WORK.id, authentication: { at: AT, method: 'federated' as const }, createdAt: AT }
    for (const identity of [identityAt(WORK), second])
      await sessions.start({ ...base, id: identity.subject, identity, expiresAt: AT + 99 }, 'r')
    assert.ok(await joins.leave({ primary: claim.primary, session: SESSION.id, identity: second, reference: 'r', at: AT }))
    assert.equal(await sessions.find('d-2', AT), undefined)
    assert.ok(await sessions.find('d-1', AT))
  })
}

const races = (name: string, open: OpenStores): void => {
  test(`${name}: sign-ins that end while their identity leaves, on two nodes, leave no session, and no token afterward`, async (t) => {
    const opened = await open(t)
    const other = await opened.another()
    const claim = await proven(opened)
    await opened.stores.joins.claim(claim)
    const identity = identityAt(MAIL)
    const base = { user: claim.primary, connection: MAIL.id, identity, authentication: { at: AT, method: 'federated' as const } }
    const token = { type: 'token_issued', at: AT, reference: 'r', user: claim.primary, connection: MAIL.id } as const
    const racing = Array.from({ length: 12 }, (_, n) => {
      const { sessions, ledger, joins } = n % 2 ? opened.stores : other
      if (n === 5) return joins.leave({ primary: claim.primary, session: SESSION.id, identity, reference: 'r', at: AT })
      if (n % 3 === 0) return ledger.issued(token, { by: identity, since: AT })
      return sessions.start({ ...base, id: `s${n}`, createdAt: AT, expiresAt: AT + 99 }, 'r')
    })
    for (const outcome of await Promise.allSettled(racing))
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'identity_removed')
    assert.deepEqual(await opened.sql(`select id_hash from sessions where connection = '${MAIL.id}'`), [])
    await assert.rejects(other.ledger.issued(token, { by: identity, since: AT }), { code: 'identity_removed' })
  })
}
