import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'
import { ALICE, ALICE_GUID, aliceWith, AT, BASE, type LdapStageOptions, ldapStage } from '../../../test/support/fake-ldap-stage.ts'
import { lazyDirectory } from './ldap.ts'
import { firstName, groupsOf } from './ldap-people.ts'
import { readLdapSettings } from './ldap-settings.ts'

const opened: { readonly close: () => Promise<void> }[] = []
after(() => Promise.all(opened.map((one) => one.close())))

const openDirectory = async (options: LdapStageOptions = {}) => {
  const stage = await ldapStage(options)
  opened.push(stage.directory)
  const connection = settingsOf('ldap', { settings: stage.settings })
  const people = await lazyDirectory(connection, readLdapSettings(connection, stage.parts.publicUrl), stage.parts)()
  return { ...stage, people, find: (principal: string) => people.findByPrincipal(principal, AT) }
}

test('a Kerberos principal and a Windows name are the person a password would have proved', async () => {
  const { find, connection, right, directory } = await openDirectory()
  const typed = await connection.verify(right)
  for (const principal of ['alice@AD.USHER.TEST', 'ALICE@ad.usher.test', 'USHERAD\\alice']) {
    const profile = await find(principal)
    assert.deepEqual({ ...profile, authentication: typed?.authentication }, typed, principal)
    assert.deepEqual(profile?.authentication, { at: AT, method: 'windows' })
  }
  assert.equal(directory.binds.filter(({ dn }) => dn === ALICE.dn).length, 1, 'only the password was bound with')
})

test('a principal of another realm, a service or a made-up name is nobody', async () => {
  const { find } = await openDirectory()
  const principals = [
    'alice',
    'alice@',
    '@AD.USHER.TEST',
    'alice@EVIL.TEST',
    'alice@AD.USHER.TEST@EVIL.TEST',
    'alice@EVIL.TEST@AD.USHER.TEST',
    'alice\\@EVIL.TEST@AD.USHER.TEST',
    'EVIL\\alice',
    'USHERAD\\alice@AD.USHER.TEST',
    'HTTP/alice@AD.USHER.TEST',
    'alice@usher.test',
    'alice*@AD.USHER.TEST',
    '*@AD.USHER.TEST',
    'alice\0@AD.USHER.TEST',
    'a\u0301lice@AD.USHER.TEST',
  ]
  for (const principal of principals) assert.equal(await find(principal), undefined, principal)
})

test('without a domain in the settings a Windows name is nobody’s', async () => {
  const { find } = await openDirectory({ settings: { domain: undefined } })
  assert.equal(await find('USHERAD\\alice'), undefined)
})

test('a user principal name that looks like another person’s principal does not make them that person', async () => {
  const mallory = { ...aliceWith({ sAMAccountName: 'mallory', userPrincipalName: 'alice@ad.usher.test' }), dn: `CN=M,${BASE}` }
  const { find } = await openDirectory({ entries: [mallory, ALICE] })
  assert.equal((await find('alice@AD.USHER.TEST'))?.attributes['dn'], ALICE.dn)
})

test('a ticket does not open an account that is disabled, locked or over', async () => {
  const cases = [
    [{ userAccountControl: '514' }, 'account_disabled'],
    [{ 'msDS-User-Account-Control-Computed': '16' }, 'account_locked'],
    [{ accountExpires: '1' }, 'account_expired'],
    [{ pwdAccountLockedTime: '20260302080000Z' }, 'account_locked'],
    [{ userAccountControl: undefined }, 'profile_incomplete'],
    [{ accountExpires: undefined }, 'profile_incomplete'],
    [{ 'msDS-User-Account-Control-Computed': undefined }, 'profile_incomplete'],
  ] as const
  for (const [attributes, code] of cases) {
    const { find } = await openDirectory({ entries: [aliceWith(attributes)], settings: { attributes: ['pwdAccountLockedTime'] } })
    await assert.rejects(find('alice@AD.USHER.TEST'), (error) => error instanceof UsherError && error.code === code)
  }
})

test('what a global catalog does not say of an account, the password’s own check says', async () => {
  const entries = [aliceWith({ accountExpires: undefined, 'msDS-User-Account-Control-Computed': undefined, pwdLastSet: undefined })]
  const { connection, right } = await openDirectory({ entries })
  assert.ok(await connection.verify(right))
})

test('other directories tell Alice from alice, as Kerberos does', async () => {
  const settings = { kind: 'ldap', objectClass: 'user', principalAttribute: 'sAMAccountName', subjectAttribute: 'objectGUID' }
  const { find } = await openDirectory({ settings })
  assert.equal((await find('alice@AD.USHER.TEST'))?.subject, ALICE_GUID.text)
  assert.equal(await find('ALICE@AD.USHER.TEST'), undefined)
})

const group = (name: string, ...member: readonly string[]) => ({
  dn: `CN=${name},CN=Users,${BASE}`,
  attributes: { objectClass: ['top', 'group'], cn: name, member },
})
const dnOf = (name: string) => `CN=${name},CN=Users,${BASE}`

test('groups in groups are named, by the server or by us, and a circle of them ends', async () => {
  const entries = [ALICE, group('Contractors', ALICE.dn), group('Staff', dnOf('Contractors')), group('Others', 'CN=Bob')]
  const ad = await openDirectory({ entries, settings: { groups: 'nested' } })
  const named = async ({ connection, right }: typeof ad) => [(await connection.verify(right))?.attributes['groups']].flat().sort()
  assert.deepEqual(await named(ad), ['Contractors', 'Staff'])
  const circle = [ALICE, group('A', ALICE.dn, dnOf('B')), group('B', dnOf('A'))]
  const settings = {
    groups: 'nested',
    kind: 'ldap',
    objectClass: 'user',
    usernameAttributes: ['sAMAccountName'],
    subjectAttribute: 'objectGUID',
  }
  assert.deepEqual(await named(await openDirectory({ entries: circle, settings })), ['A', 'B'])
})

test('groups a person names themselves count by their first name, whole', async () => {
  const memberOf = [`CN=Staff,${BASE}`, `CN=R\\,D \\2b Ops,${BASE}`, `CN=Grün\\C3\\A4,${BASE}`, 'no name']
  const { connection, right } = await openDirectory({ entries: [aliceWith({ memberOf })] })
  assert.deepEqual((await connection.verify(right))?.attributes['groups'], ['Staff', 'R,D + Ops', 'Grünä'])
  assert.equal(firstName('CN=a\\'), undefined)
})

test('an escape in a name is undone once: a backslash makes no other group of it', () => {
  const names = { 'CN=\\5CAdmins,OU=x': '\\Admins', 'CN=\\\\41dmins,OU=x': '\\41dmins', 'CN=\\5C41dmins': '\\41dmins' }
  for (const [dn, name] of Object.entries(names)) assert.equal(firstName(dn), name, dn)
  assert.equal(firstName('CN=\\C3\\85se\\, x\\2C\\+\\\\,OU=x'), 'Åse, x,+\\')
})

test('groups are looked for where they are', async () => {
  const staff = { ...group('Staff', ALICE.dn), dn: `CN=Staff,OU=Groups,${BASE}` }
  const people = { groups: 'nested', base: `CN=Users,${BASE}` }
  const groupsIn = async (settings: object) => {
    const { connection, right } = await openDirectory({ entries: [ALICE, staff], settings: { ...people, ...settings } })
    return (await connection.verify(right))?.attributes['groups']
  }
  assert.deepEqual(await groupsIn({}), [])
  assert.deepEqual(await groupsIn({ groupBase: `OU=Groups,${BASE}` }), ['Staff'])
})

test('an attribute of another directory may be called as ours are', async () => {
  const settings = { kind: 'ldap', objectClass: 'user', usernameAttributes: ['sAMAccountName'], subjectAttribute: 'objectGUID' }
  const entries = [aliceWith({ immutableId: 'anchor' })]
  const { connection, right } = await openDirectory({ entries, settings: { ...settings, attributes: ['immutableId'] } })
  assert.equal((await connection.verify(right))?.attributes['immutableId'], 'anchor')
  const ad = await openDirectory({ entries, settings: { attributes: ['immutableId'] } })
  assert.equal((await ad.connection.verify(ad.right))?.attributes['immutableId'], ALICE_GUID.octets.toString('base64'))
})

test('groups that came in parts are not taken for all of them', async () => {
  const { settings, parts } = await openDirectory()
  const read = readLdapSettings(settingsOf('ldap', { settings }), parts.publicUrl)
  const nobody = () => assert.fail('nobody is asked')
  const servers = { open: nobody, search: nobody, blame: nobody }
  const person = { dn: ALICE.dn, values: new Map([['memberof;range=0-1499', [Buffer.from('CN=Staff')]]]) }
  await assert.rejects(groupsOf(servers, read, person), (error) => error instanceof UsherError && error.code === 'profile_incomplete')
})

test('too many groups, or too deep ones, are a failure rather than half of them', async () => {
  const many = Array.from({ length: 501 }, (_, n) => `CN=g${n},${BASE}`)
  const deep = Array.from({ length: 9 }, (_, n) => group(`G${n}`, n === 0 ? ALICE.dn : dnOf(`G${n - 1}`)))
  const climbing = {
    groups: 'nested',
    kind: 'ldap',
    objectClass: 'user',
    usernameAttributes: ['sAMAccountName'],
    subjectAttribute: 'objectGUID',
  }
  for (const options of [{ entries: [aliceWith({ memberOf: many })] }, { entries: [ALICE, ...deep], settings: climbing }]) {
    const { connection, right } = await openDirectory(options)
    await assert.rejects(connection.verify(right), (error) => error instanceof UsherError && error.code === 'profile_incomplete')
  }
})
