import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../../src/kernel/person.ts'
import { AT, type OpenStores } from '../../support/stores.ts'
import { signIn } from './records.ts'

const WORK: Identity = { connection: 'con_work', issuer: 'https://work.example', subject: 'w-1' }
const HOME: Identity = { connection: 'con_google', issuer: 'https://accounts.google.example', subject: '110' }
const AS_WORK = { connection: { name: 'work', type: 'oidc' }, root: { name: 'Dana at work', email: 'dana@work.example' } } as const
const NOTHING = { names: {}, emailVerified: false }

const both = async (t: Parameters<OpenStores>[0], open: OpenStores) => {
  const opened = await open(t)
  const secondary = await signIn(opened, HOME)
  const primary = await signIn(opened, WORK, AS_WORK)
  const link = () => opened.stores.records.link({ primary: primary.userId, secondary: secondary.userId, by: 'rule x', at: AT + 1 })
  return { ...opened, primary, secondary, link }
}

const session = (user: string, connection: string) => ({
  id: `cookie of ${user}`,
  user,
  connection,
  authentication: { at: AT, method: 'federated' as const },
  createdAt: AT,
  expiresAt: AT + 99,
})

/** Several identities of one person. */
export const linkConformance = (name: string, open: OpenStores): void => {
  test(`${name}: whoever signs in with a linked identity is the primary user, and called as before`, async (t) => {
    const { stores, another, primary, secondary, link } = await both(t, open)
    const before = (await stores.people.standing(primary.userId, 't'))?.user
    await stores.records.patchMetadata({ kind: 'app', publicId: secondary.publicId, patch: { gone: true }, by: 'rule x', at: AT })
    await stores.sessions.start(session(secondary.userId, HOME.connection), 'r')
    const after = await link()
    assert.deepEqual(after.appMetadata, {}, 'metadata of the secondary one is gone')
    assert.deepEqual(after.identities, [primary.identities[0], { ...secondary.identities[0], profileData: secondary.root }])
    for (const { people } of [stores, await another()])
      assert.deepEqual(await people.recognize(HOME, { names: { display: 'Somebody else' }, emailVerified: true }, AT + 2), before)
    assert.equal(await stores.records.byPublicId(secondary.publicId), undefined)
    assert.equal(await stores.people.standing(secondary.userId, 't'), undefined)
    assert.equal(await stores.sessions.find(session(secondary.userId, '').id, AT), undefined, 'their sessions ended')
  })

  test(`${name}: what a linked identity says is kept with it, and counted for the user`, async (t) => {
    const opened = await both(t, open)
    await opened.link()
    const user = await opened.stores.people.recognize(HOME, NOTHING, AT)
    const connection = { name: 'google', type: 'google' }
    const after = await opened.stores.records.signedIn({ user, identity: HOME, connection, root: { name: 'New' }, ip: '::2', at: AT + 9 })
    assert.deepEqual(after.root, AS_WORK.root)
    assert.deepEqual(after.identities[1]?.profileData, { name: 'New' })
    const silent = await opened.stores.records.signedIn({
      user,
      identity: HOME,
      connection,
      root: { locale: 'de' },
      ip: '::2',
      at: AT + 10,
    })
    assert.deepEqual(silent.identities[1]?.profileData, { name: 'New', locale: 'de' }, 'a name that was said once')
    assert.equal(silent.loginsCount, after.loginsCount + 1)
    assert.deepEqual([after.loginsCount, after.lastIp], [opened.primary.loginsCount + 1, '::2'])
  })

  test(`${name}: an identity that is unlinked is a user of its own again, without metadata`, async (t) => {
    const { stores, primary, secondary, link } = await both(t, open)
    await link()
    const ask = { primary: primary.userId, provider: 'google-oauth2', providerUserId: '110', by: 'token x', at: AT + 3 }
    assert.equal((await stores.records.unlink(ask))?.identities.length, 1)
    assert.equal(await stores.records.unlink(ask), undefined, 'once')
    const back = await stores.records.byPublicId(secondary.publicId)
    assert.deepEqual([back?.root, back?.appMetadata], [secondary.root, {}])
    const user = await stores.people.recognize(HOME, NOTHING, AT + 4)
    assert.deepEqual([user.id, user.id === secondary.userId], [back?.userId, false])
  })

  refused(name, open)
}

/** What must not happen. */
const refused = (name: string, open: OpenStores): void => {
  test(`${name}: nobody with an account is linked to somebody else, and nothing has changed then`, async (t) => {
    const { stores, secondary, link } = await both(t, open)
    const directory = { immutableId: 'i', userPrincipalName: 'dana@contoso.example' }
    await stores.directory.record({ userId: secondary.userId, target: 't', directory, reference: 'r', at: AT })
    await assert.rejects(link(), { code: 'account_conflict' })
    assert.equal((await stores.people.recognize(HOME, NOTHING, AT)).id, secondary.userId)
    assert.deepEqual((await stores.records.find(secondary.userId))?.root, secondary.root)
  })

  test(`${name}: nobody becomes unblocked by being unlinked`, async (t) => {
    const { stores, primary, secondary, link } = await both(t, open)
    await link()
    await stores.records.patch({ publicId: primary.publicId, blocked: true, by: 'token x', at: AT + 2 })
    await stores.records.unlink({ primary: primary.userId, provider: 'google-oauth2', providerUserId: '110', by: 'token x', at: AT + 3 })
    assert.equal((await stores.records.byPublicId(secondary.publicId))?.blocked, true)
    assert.equal((await stores.people.recognize(HOME, NOTHING, AT + 4)).blocked, true)
  })

  test(`${name}: nobody becomes unblocked by being linked, and nobody is linked to themselves or to nobody`, async (t) => {
    const { stores, primary, secondary, link } = await both(t, open)
    await stores.records.patch({ publicId: secondary.publicId, blocked: true, by: 'token x', at: AT })
    await assert.rejects(link(), { code: 'account_conflict' })
    const by = { by: 'rule x', at: AT }
    for (const secondaryId of [primary.userId, 'nobody'])
      await assert.rejects(stores.records.link({ primary: primary.userId, secondary: secondaryId, ...by }), { code: 'account_conflict' })
    await assert.rejects(stores.records.link({ primary: 'nobody', secondary: secondary.userId, ...by }), { code: 'account_conflict' })
  })

  test(`${name}: linking and an account at the same time: one of them, and never an account that nobody can sign in to`, async (t) => {
    const { stores, another, sql } = await open(t)
    const other = await another()
    const primary = await signIn({ stores }, WORK, AS_WORK)
    for (let round = 0; round < 8; round += 1) {
      const { userId } = await signIn({ stores }, { ...HOME, subject: `h${round}` })
      const directory = { immutableId: `i${round}`, userPrincipalName: `h${round}@contoso.example` }
      const link = () => stores.records.link({ primary: primary.userId, secondary: userId, by: 'rule x', at: AT })
      const give = () => other.directory.record({ userId, target: 't', directory, reference: 'r', at: AT })
      await Promise.allSettled(round % 2 ? [give(), link()] : [link(), give()])
      const accounts = await sql(`select user_id from accounts where user_id = '${userId}'`)
      const users = await sql(`select id from users where id = '${userId}'`)
      assert.equal(users.length, accounts.length, `round ${round}`)
    }
  })

  test(`${name}: identities that were linked to the secondary one come along`, async (t) => {
    const opened = await both(t, open)
    const third = await signIn(opened, { ...HOME, subject: '111' })
    const by = { by: 'rule x', at: AT }
    await opened.stores.records.link({ primary: opened.secondary.userId, secondary: third.userId, ...by })
    assert.equal((await opened.link()).identities.length, 3)
    assert.equal((await opened.stores.people.recognize({ ...HOME, subject: '111' }, NOTHING, AT)).id, opened.primary.userId)
  })

  test(`${name}: of linking and signing in at the same time no second user comes`, async (t) => {
    const { stores, another, sql, primary, link } = await both(t, open)
    const other = await another()
    const names = (n: number) => ({ names: { display: `n${n}` }, emailVerified: false })
    await Promise.all([link(), ...Array.from({ length: 10 }, (_, n) => (n % 2 ? stores : other).people.recognize(HOME, names(n), AT))])
    assert.equal((await sql(`select id from users`)).length, 1)
    assert.equal((await stores.people.recognize(HOME, names(99), AT)).id, primary.userId)
  })
}
