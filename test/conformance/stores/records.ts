import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity, Profile } from '../../../src/kernel/person.ts'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

const GOOGLE = { name: 'google', type: 'google' } as const
const PARTNERS = { name: 'partners', type: 'oidc' } as const
const DANA: Identity = { connection: 'con_google', issuer: 'https://accounts.google.example', subject: '110' }
const SAID: Pick<Profile, 'names' | 'email' | 'emailVerified'> = {
  names: { given: 'Dana' },
  email: 'Dana@Fabrikam.example',
  emailVerified: true,
}
const ROOT = { email: 'Dana@Fabrikam.example', email_verified: true, name: 'Dana W.', groups: ['a'] }
const declared = (name: string, type: string) => ({ name, type, label: name, brand: type, homeRealms: [], settings: {} })

/** Signs somebody in, who need not have been here before. */
export const signIn = async (
  { stores }: Pick<StoresUnderTest, 'stores'>,
  identity: Identity = DANA,
  more: Partial<Parameters<typeof stores.records.signedIn>[0]> = {},
) => {
  const user = await stores.people.recognize(identity, SAID, AT)
  return stores.records.signedIn({ user, identity, connection: GOOGLE, root: ROOT, ip: '192.0.2.7', at: AT, ...more })
}

/** What is remembered about users. */
export const recordConformance = (name: string, open: OpenStores): void => {
  test(`${name}: the first sign-in makes a record, and every sign-in is counted and heard`, async (t) => {
    const opened = await open(t)
    const made = await signIn(opened)
    assert.deepEqual(made, {
      userId: made.userId,
      publicId: 'google-oauth2|110',
      root: ROOT,
      appMetadata: {},
      userMetadata: {},
      identities: [{ identity: DANA, connectionName: 'google', provider: 'google-oauth2', providerUserId: '110', isSocial: true }],
      loginsCount: 1,
      lastLoginAt: AT,
      lastIp: '192.0.2.7',
      blocked: false,
      createdAt: AT,
      updatedAt: AT,
    })
    const again = await signIn(opened, DANA, { root: { name: 'Dana' }, ip: '::1', at: AT + 5 })
    assert.deepEqual(again, { ...made, root: { name: 'Dana' }, loginsCount: 2, lastLoginAt: AT + 5, lastIp: '::1', updatedAt: AT + 5 })
    assert.deepEqual(await opened.stores.records.find(made.userId), again)
    assert.deepEqual(await opened.stores.records.byPublicId('google-oauth2|110'), again)
  })

  test(`${name}: names and picture are remembered while none are said, the address and all else as said last`, async (t) => {
    const opened = await open(t)
    const named = { name: 'Dana W.', given_name: 'Dana', family_name: 'W.', nickname: 'dana', picture: 'https://pictures.example/d' }
    const standIn = { name: 'you', nickname: 'you' }
    await signIn(opened, DANA, { root: { ...ROOT, ...named }, standIn })
    const silent = await signIn(opened, DANA, { root: { locale: 'de' }, standIn })
    assert.deepEqual(silent.root, { ...named, locale: 'de' })
    const again = await signIn(opened, DANA, { root: { name: 'Dana Ng', email: 'ng@fabrikam.example' }, standIn })
    assert.deepEqual(again.root, { name: 'Dana Ng', email: 'ng@fabrikam.example', nickname: 'you', picture: named.picture })
  })

  test(`${name}: many first sign-ins at once make one record and are all counted`, async (t) => {
    const opened = await open(t)
    const other = { stores: await opened.another() }
    await Promise.all(Array.from({ length: 12 }, (_, n) => signIn(n % 2 ? opened : other)))
    assert.equal((await opened.stores.records.byPublicId('google-oauth2|110'))?.loginsCount, 12)
  })

  test(`${name}: two users never have one public id`, async (t) => {
    const opened = await open(t)
    const first = await signIn(opened)
    const second = await signIn(opened, { ...DANA, connection: 'con_other' }, { connection: { name: 'other', type: 'google' } })
    const third = await signIn(opened, { ...DANA, connection: 'con_more' }, { connection: { name: 'other', type: 'google' } })
    assert.deepEqual([first.publicId, second.publicId], ['google-oauth2|110', 'google-oauth2|other|110'])
    assert.equal(third.publicId, `google-oauth2|other|110|${third.userId}`)
    for (const one of [first, second, third]) assert.equal((await opened.stores.records.byPublicId(one.publicId))?.userId, one.userId)
  })

  test(`${name}: a public id is found in its exact spelling only`, async (t) => {
    const opened = await open(t)
    await signIn(opened, { ...DANA, subject: 'Ab' })
    for (const near of ['google-oauth2|ab', 'GOOGLE-oauth2|Ab', 'google-oauth2|Ab ', 'google-oauth2|%', 'google-oauth2|A_', '', 'Ab'])
      assert.equal(await opened.stores.records.byPublicId(near), undefined, near)
    assert.equal(await opened.stores.records.find('nobody'), undefined)
  })

  earlier(name, open)
  searched(name, open)
  blocked(name, open)
}

/** People of a version that kept no records. */
const earlier = (name: string, open: OpenStores): void => {
  test(`${name}: somebody from an earlier version has a record as soon as anybody asks`, async (t) => {
    const { stores } = await open(t)
    const connections = [declared('google', 'google'), declared('partners', 'oidc')]
    await stores.settings.apply({ relyingParties: [], targets: [], connections }, AT)
    const [google, partners] = (await stores.settings.current()).connections
    assert.ok(google && partners)
    const dana = await stores.people.recognize({ ...DANA, connection: google.id }, SAID, AT)
    const eli = await stores.people.recognize({ ...DANA, connection: partners.id, subject: 'eli|1' }, SAID, AT)
    const found = await stores.records.find(dana.id)
    assert.deepEqual(found?.root, { email: 'Dana@Fabrikam.example', email_verified: true, given_name: 'Dana' })
    assert.deepEqual([found?.publicId, found?.loginsCount, found?.lastLoginAt], ['google-oauth2|110', 0, undefined])
    assert.equal((await stores.records.byPublicId('oidc|partners|eli|1'))?.userId, eli.id)
    assert.equal(await stores.records.byPublicId('oidc|partners|eli'), undefined)
  })

  test(`${name}: somebody whose connection is gone is still somebody`, async (t) => {
    const { stores } = await open(t)
    const dana = await stores.people.recognize(DANA, SAID, AT)
    const found = await stores.records.find(dana.id)
    assert.equal(found?.publicId, 'unknown|con_google|110')
    assert.equal((await stores.records.byPublicId('unknown|con_google|110'))?.userId, dana.id)
  })
}

const searched = (name: string, open: OpenStores): void => {
  test(`${name}: users are found by address, public id, connection and whether they are blocked; all of it must be so`, async (t) => {
    const opened = await open(t)
    const { records } = opened.stores
    const dana = await signIn(opened)
    const eli = await signIn(opened, { ...DANA, connection: 'con_partners', subject: 'eli' }, { connection: PARTNERS })
    await records.patch({ publicId: eli.publicId, blocked: true, by: 'token x', at: AT })
    const found = async (where: Parameters<typeof records.search>[0]['where']) => {
      const { records: all, total } = await records.search({ where, page: 0, perPage: 50 })
      assert.equal(all.length, total)
      return all.map(({ publicId }) => publicId).sort()
    }
    assert.deepEqual(await found({}), [dana.publicId, eli.publicId])
    assert.deepEqual(await found({ email: 'dANA@fabrikam.example' }), [dana.publicId, eli.publicId])
    assert.deepEqual(await found({ email: '%' }), [])
    assert.deepEqual(await found({ connectionName: 'partners' }), [eli.publicId])
    assert.deepEqual(await found({ publicId: dana.publicId }), [dana.publicId])
    assert.deepEqual(await found({ blocked: true }), [eli.publicId])
    assert.deepEqual(await found({ blocked: false, connectionName: 'partners' }), [])
    assert.deepEqual((await records.byEmail('dana@fabrikam.EXAMPLE')).length, 2)
    assert.deepEqual(await records.byEmail('dana@fabrikam.exampl'), [])
  })

  test(`${name}: pages hold everybody once`, async (t) => {
    const opened = await open(t)
    for (let n = 0; n < 7; n += 1) await signIn(opened, { ...DANA, subject: `s${n}` })
    const pages = await Promise.all([0, 1, 2, 3].map((page) => opened.stores.records.search({ where: {}, page, perPage: 3 })))
    assert.deepEqual(
      pages.map(({ records, total }) => [records.length, total]),
      [
        [3, 7],
        [3, 7],
        [1, 7],
        [0, 7],
      ],
    )
    assert.equal(new Set(pages.flatMap(({ records }) => records.map(({ userId }) => userId))).size, 7)
  })

  test(`${name}: a list is in the order that is asked for`, async (t) => {
    const opened = await open(t)
    for (const [n, subject] of ['b', 'c', 'a'].entries()) await signIn(opened, { ...DANA, subject }, { at: AT + n })
    await signIn(opened, { ...DANA, subject: 'b' }, { at: AT + 9 })
    const inOrder = async (by: 'lastLogin' | 'logins', isDescending: boolean) => {
      const { records } = await opened.stores.records.search({ where: {}, order: { by, isDescending }, page: 0, perPage: 9 })
      return records.map(({ identities: [own] }) => own.identity.subject).join('')
    }
    await opened.stores.people.recognize({ ...DANA, subject: 'z' }, SAID, AT)
    const words = 'whoever never came is last either way'
    assert.deepEqual([await inOrder('lastLogin', false), await inOrder('lastLogin', true)], ['cabz', 'bacz'], words)
    assert.equal((await inOrder('logins', true))[0], 'b')
  })
}

const blocked = (name: string, open: OpenStores): void => {
  test(`${name}: who is blocked is signed in nowhere any more, also when they are let in again`, async (t) => {
    const opened = await open(t)
    const { records, sessions } = opened.stores
    const dana = await signIn(opened)
    const eli = await signIn(opened, { ...DANA, subject: 'eli' })
    const authentication = { at: AT, method: 'federated' } as const
    for (const { userId: user } of [dana, eli])
      await sessions.start({ id: user, user, connection: 'con_google', authentication, createdAt: AT, expiresAt: AT + 1_000 }, 'r')
    const patch = { publicId: dana.publicId, by: 'token x', at: AT }
    await records.patch({ ...patch, app: { unrelated: true } })
    assert.ok(await sessions.find(dana.userId, AT))
    await records.patch({ ...patch, blocked: true })
    await records.patch({ ...patch, blocked: false })
    assert.equal(await sessions.find(dana.userId, AT), undefined)
    assert.ok(await sessions.find(eli.userId, AT), 'nobody else is signed out')
  })
}
