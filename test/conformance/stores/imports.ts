import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuleSettings } from '#kernel/rule.ts'
import type { Stores } from '#storage/open.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

type ForeignPerson = Parameters<Stores['imports']['bring']>[0][number]

const HOW = { at: AT, by: 'import' } as const
const ACCOUNT = {
  target: 'contoso',
  immutableId: 'QWRhMQ==',
  userPrincipalName: 'auth0-1@guests.contoso.example',
  usageLocation: 'US',
} as const

const person = (subject: string, more: Partial<ForeignPerson> = {}): ForeignPerson => ({
  identity: { connection: 'con_guests', issuer: 'con_guests', subject },
  connection: { name: 'guests', type: 'database' },
  publicId: `auth0|${subject}`,
  names: { given: 'Ada' },
  email: 'ada@fabrikam.example',
  emailVerified: true,
  blocked: false,
  root: { email: 'ada@fabrikam.example', nickname: 'ada' },
  appMetadata: { office365Provisioned: true },
  userMetadata: { color: 'green' },
  createdAt: AT - 1_000,
  loginsCount: 7,
  linked: [],
  ...more,
})

/** People and settings that come from elsewhere. */
export const importConformance = (name: string, open: OpenStores): void => {
  arrivals(name, open)
  meetings(name, open)
  others(name, open)
}

const arrivals = (name: string, open: OpenStores): void => {
  test(`${name}: somebody comes with id, metadata and account, and the second time nothing changes`, async (t) => {
    const { stores } = await open(t)
    const ada = person('a1', { account: ACCOUNT, lastLoginAt: AT - 500, lastIp: '192.0.2.1' })
    assert.deepEqual(await stores.imports.bring([ada], HOW), ['added'])
    const record = await stores.records.byPublicId('auth0|a1')
    assert.deepEqual(record?.appMetadata, ada.appMetadata)
    assert.deepEqual(record?.userMetadata, ada.userMetadata)
    assert.deepEqual([record?.loginsCount, record?.lastLoginAt, record?.lastIp, record?.createdAt], [7, AT - 500, '192.0.2.1', AT - 1_000])
    assert.deepEqual(record?.identities[0].providerUserId, 'a1')
    const account = await stores.accounts.find(record?.userId ?? '', 'contoso')
    assert.deepEqual([account?.origin, account?.stage, account?.immutableId], ['imported', 'intent', 'QWRhMQ=='])
    assert.deepEqual(await stores.imports.bring([ada], HOW), ['same'])
    assert.deepEqual(await stores.records.byPublicId('auth0|a1'), record)
  })

  test(`${name}: an account that is brought goes before what a rule asked for`, async (t) => {
    const { stores, addUser } = await open(t)
    await addUser('dana')
    const { userPrincipalName, immutableId } = ACCOUNT
    const own = { userId: 'dana', target: 'contoso', userPrincipalName: 'dana@guests.contoso.example', immutableId: 'dana' }
    await stores.accounts.intend({ ...own, origin: 'rule', usageLocation: 'DE', reference: 'r', at: AT })
    const asked = { userId: 'dana', target: 'contoso', userPrincipalName, immutableId, reference: 'r', at: AT }
    assert.equal(await stores.aliases.add(asked), true)
    assert.deepEqual(await stores.imports.bring([person('a1', { account: ACCOUNT })], HOW), ['added'])
    assert.equal(await stores.aliases.isOf('dana', 'contoso', 'user_principal_name', userPrincipalName), false)
    assert.equal(await stores.aliases.isOf('dana', 'contoso', 'immutable_id', immutableId), false)
    assert.equal(await stores.aliases.add(asked), false)
  })

  test(`${name}: an imported account is driven by its person's visit, and by nobody before`, async (t) => {
    const { stores } = await open(t)
    await stores.imports.bring([person('a1', { account: ACCOUNT })], HOW)
    assert.deepEqual(await stores.accounts.due(AT + 1_000_000, 10), [])
    const userId = (await stores.records.byPublicId('auth0|a1'))?.userId ?? ''
    assert.ok(await stores.accounts.lease({ userId, target: 'contoso' }, 'me', { at: AT, ms: 1_000 }))
  })
}

const meetings = (name: string, open: OpenStores): void => {
  test(`${name}: whoever signed in before the import keeps what they have here, and gets what is missing`, async (t) => {
    const { stores } = await open(t)
    const ada = person('a1', { account: ACCOUNT })
    const user = await stores.people.recognize(ada.identity, ada, AT)
    await stores.records.signedIn({ user, connection: ada.connection, root: { nickname: 'here' }, ip: '192.0.2.9', at: AT })
    await stores.records.patchMetadata({ publicId: 'auth0|a1', kind: 'app', patch: { office365Provisioned: false }, by: 'test', at: AT })
    assert.deepEqual(await stores.imports.bring([person('a1', { ...ada, appMetadata: { office365Provisioned: true, crm: 1 } })], HOW), [
      'completed',
    ])
    const record = await stores.records.find(user.id)
    assert.deepEqual(record?.appMetadata, { office365Provisioned: false, crm: 1 })
    assert.deepEqual([record?.root, record?.loginsCount, record?.lastIp], [{ nickname: 'here' }, 1, '192.0.2.9'])
    assert.equal((await stores.accounts.find(user.id, 'contoso'))?.origin, 'imported')
  })

  test(`${name}: what is somebody else's stays theirs, and the others of the file come over`, async (t) => {
    const { stores } = await open(t)
    await stores.imports.bring([person('a1', { account: ACCOUNT })], HOW)
    const outcomes = await stores.imports.bring(
      [
        person('b1', { account: { ...ACCOUNT, immutableId: 'other' } }),
        person('b2', { account: { ...ACCOUNT, userPrincipalName: 'free@guests.contoso.example', immutableId: 'qwrhmq==' } }),
        person('b3', { publicId: 'auth0|a1' }),
        person('a1', { account: { ...ACCOUNT, immutableId: 'changed' } }),
        person('b4'),
      ],
      HOW,
    )
    assert.deepEqual(outcomes, [
      { conflict: 'auth0-1@guests.contoso.example is or was somebody else’s' },
      { conflict: 'the immutable ID of their account is somebody else’s here' },
      { conflict: 'somebody else here has this user_id' },
      { conflict: 'they have another account here' },
      'added',
    ])
    for (const subject of ['b1', 'b2', 'b3']) assert.equal(await stores.records.byPublicId(`auth0|${subject}`), undefined, subject)
  })

  test(`${name}: linked identities are recognized as the one person`, async (t) => {
    const { stores, sql } = await open(t)
    const identity = { connection: 'con_google', issuer: 'https://accounts.google.com', subject: '123' }
    const linked = [
      {
        identity,
        connectionName: 'google-oauth2',
        provider: 'google-oauth2',
        providerUserId: '123',
        isSocial: true,
        profileData: { name: 'A' },
      },
    ]
    assert.deepEqual(await stores.imports.bring([person('a1', { linked })], HOW), ['added'])
    assert.deepEqual(await stores.imports.bring([person('a1', { linked })], HOW), ['same'])
    const events = await sql(`select user_id, facts_json from events where type = 'user_linked'`)
    assert.deepEqual(
      events.map(({ user_id: id, facts_json: facts }) => [id, JSON.parse(String(facts))]),
      [[(await stores.records.byPublicId('auth0|a1'))?.userId, { by: HOW.by, how: 'linked', secondary: 'google-oauth2|123' }]],
      'a way in is an event of its own, once',
    )
    const user = await stores.people.recognize(identity, { names: {}, emailVerified: false }, AT)
    assert.equal(user.id, (await stores.records.byPublicId('auth0|a1'))?.userId)
    const other = person('123', { identity, connection: { name: 'google-oauth2', type: 'google' }, publicId: 'google-oauth2|123' })
    assert.deepEqual(await stores.imports.bring([other], HOW), [{ conflict: 'they are an identity of somebody else here' }])
  })
}

const others = (name: string, open: OpenStores): void => {
  test(`${name}: passwords come with the names of their people, once, and never over one that is here`, async (t) => {
    const { stores } = await open(t)
    await stores.imports.bring([person('a1')], HOW)
    const hash = `$2b$10$${'a'.repeat(53)}`
    const one = { connection: 'con_guests', subject: 'a1', username: 'ada@fabrikam.example', hash, emailVerified: false }
    assert.deepEqual(await stores.imports.bringPasswords([one, { ...one, subject: 'b2' }], AT), [
      'added',
      { conflict: 'somebody else here signs in with this name' },
    ])
    assert.deepEqual(await stores.passwords.find('con_guests', one.username), {
      connection: 'con_guests',
      subject: 'a1',
      username: one.username,
      hash,
      names: { given: 'Ada' },
      email: 'ada@fabrikam.example',
      emailVerified: true,
      attributes: { nickname: 'ada' },
    })
    await stores.passwords.rehash('con_guests', 'a1', 'ours')
    assert.deepEqual(await stores.imports.bringPasswords([one], AT), ['same'])
    assert.equal((await stores.passwords.find('con_guests', one.username))?.hash, 'ours')
  })

  test(`${name}: settings and rules are one change: where one is refused the other is not there either`, async (t) => {
    const { stores } = await open(t)
    const connection = { name: 'guests', type: 'database', label: 'G', brand: 'password', homeRealms: [], settings: {} }
    const declared = { targets: [], relyingParties: [], connections: [connection] }
    const rule = { id: 'rul_1', name: 'One', kind: 'rule', script: 'x', order: 1, enabled: true, legacyGlobals: true, version: 1 } as const
    const edited = (rules: RuleSettings['rules']) => (current: RuleSettings) => ({
      settings: { ...current, rules },
      changes: ['rule One added'],
    })
    const twice = stores.imports.apply({ declared, edit: edited([rule, { ...rule, name: 'Two' }]), author: 'import', at: AT })
    await assert.rejects(twice, /settings_invalid/)
    assert.equal((await stores.settings.current()).revision, 0)
    const changes = await stores.imports.apply({ declared, edit: edited([rule]), author: 'import', at: AT })
    assert.deepEqual(changes, ['connection guests added', 'rule One added'])
    const { connections, rules } = await stores.settings.current()
    assert.deepEqual([connections.length, rules.rules.length], [1, 1])
  })
}
