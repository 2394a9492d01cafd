import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { connectionConformance, settingsOf } from '../../../test/conformance/connection.ts'
import {
  ALICE,
  ALICE_GUID,
  aliceWith,
  BASE,
  type LdapStageOptions,
  ldapStage,
  ldapTypeStage,
} from '../../../test/support/fake-ldap-stage.ts'

const opened: { readonly close: () => Promise<void> }[] = []
after(() => Promise.all(opened.map((one) => one.close())))

const stageOf = async (options?: LdapStageOptions) => {
  const stage = await ldapStage(options)
  opened.push(stage.directory)
  return stage
}

const failsWith = (code: string) => (error: unknown) => error instanceof UsherError && error.code === code

connectionConformance({
  kind: 'password',
  name: 'ldap',
  identity: { issuer: 'connection-1', subject: ALICE_GUID.text },
  openWrongly: () => ({ open: () => ldapTypeStage().type.open(settingsOf('ldap', { settings: { kind: 'ldap' } })), calls: () => 0 }),
  open: async () => stageOf(),
})

test('a profile has what Auth0 gave, and the two values Entra knows a person by', async () => {
  const { connection, right } = await stageOf()
  const profile = await connection.verify(right)
  assert.deepEqual(profile?.names, { given: 'Alice', family: 'Å', display: 'Alice Å' })
  assert.deepEqual([profile?.email, profile?.emailVerified], ['alice@usher.test', false])
  const { attributes = {} } = profile ?? {}
  assert.equal(attributes['immutableId'], ALICE_GUID.octets.toString('base64'))
  assert.equal(attributes['objectGUID'], ALICE_GUID.octets.toString('base64'))
  assert.equal(attributes['userPrincipalName'], 'alice@usher.test')
  assert.deepEqual([attributes['sAMAccountName'], attributes['nickname'], attributes['department']], ['alice', 'alice', 'Sales'])
  assert.equal(attributes['dn'], ALICE.dn)
  assert.deepEqual(attributes['groups'], [])
  assert.equal('userAccountControl' in attributes, false)
})

test('the consistency GUID is the immutable ID where one is set; the subject stays', async () => {
  const consistency = Buffer.alloc(16, 7)
  const { connection, right } = await stageOf({ entries: [aliceWith({ 'mS-DS-ConsistencyGuid': consistency })] })
  const profile = await connection.verify(right)
  assert.equal(profile?.attributes['immutableId'], consistency.toString('base64'))
  assert.equal(profile?.subject, ALICE_GUID.text)
})

test('an identity that cannot be read whole is none', async () => {
  for (const entry of [aliceWith({ objectGUID: undefined }), aliceWith({ 'mS-DS-ConsistencyGuid': Buffer.alloc(15) })]) {
    const { connection, right } = await stageOf({ entries: [entry] })
    await assert.rejects(connection.verify(right), failsWith('profile_incomplete'))
  }
})

test('mail is verified only where the directory is said to be authoritative for it', async () => {
  const { connection, right } = await stageOf({ settings: { mailIsVerified: true } })
  assert.equal((await connection.verify(right))?.emailVerified, true)
})

test('people are found by every name they have, and by nothing that only looks like one', async () => {
  const { connection, right, directory } = await stageOf({ settings: { guesses: { tries: 10, minutes: 30 } } })
  for (const username of ['alice@usher.test', 'ALICE', 'USHERAD\\alice', 'usherad\\Alice'])
    assert.ok(await connection.verify({ ...right, username }), username)
  const before = directory.binds.length
  for (const username of ['*', 'alice)(objectClass=*', 'a*', 'alice\\2a', '(|(a=b))', 'OTHER\\alice', 'alice@elsewhere.test'])
    assert.equal(await connection.verify({ ...right, username }), undefined, username)
  assert.ok(directory.binds.slice(before).every(({ dn }) => dn !== ALICE.dn))
})

test('a name that two people have is nobody’s', async () => {
  const twin = { ...ALICE, dn: `CN=Twin,${BASE}`, attributes: { ...ALICE.attributes, sAMAccountName: 'twin' } }
  const { connection, right, people } = await stageOf({ entries: [ALICE, twin] })
  assert.equal(await connection.verify({ ...right, username: 'alice@usher.test' }), undefined)
  assert.ok(people().every(({ dn }) => dn !== ALICE.dn && dn !== twin.dn))
})

test('a server that gives a part only is not believed that it is the whole', async () => {
  const twin = { ...ALICE, dn: `CN=Twin,${BASE}`, attributes: { ...ALICE.attributes, sAMAccountName: 'twin' } }
  const { connection, right, people } = await stageOf({ entries: [ALICE, twin], limit: 1 })
  await assert.rejects(connection.verify({ ...right, username: 'alice@usher.test' }), failsWith('connection_unavailable'))
  assert.deepEqual(people(), [])
})

test('an attribute is read however the settings and the directory spell its name', async () => {
  const entries = [aliceWith({ proxyAddresses: ['one', 'two'], entryUUID: 'a-0001' })]
  const { connection, right } = await stageOf({ entries, settings: { attributes: ['PROXYaddresses'], subjectAttribute: 'entryuuid' } })
  const profile = await connection.verify(right)
  assert.equal(profile?.subject, 'a-0001')
  assert.deepEqual(profile?.attributes['PROXYaddresses'], ['one', 'two'])
})

test('an attribute that came in parts is not taken for all of it', async () => {
  const entries = [aliceWith({ 'proxyAddresses;range=0-1499': ['one', 'two'] })]
  const asked = await stageOf({ entries, settings: { attributes: ['proxyAddresses'] } })
  await assert.rejects(asked.connection.verify(asked.right), failsWith('profile_incomplete'))
  const inMany = [aliceWith({ 'memberOf;range=0-1499': ['CN=Staff'] })]
  const unasked = await stageOf({ entries: inMany, settings: { groups: 'none' } })
  assert.ok(await unasked.connection.verify(unasked.right), 'nobody wanted to know the groups')
  const wanted = await stageOf({ entries: inMany })
  await assert.rejects(wanted.connection.verify(wanted.right), failsWith('profile_incomplete'))
})

test('a name that begins with what nobody sees is not the name without it', async () => {
  const members = (cn: string) => ({ dn: `CN=${cn},${BASE}`, attributes: { objectClass: 'group', cn, member: ALICE.dn } })
  const { connection, right } = await stageOf({ entries: [ALICE, members('\ufeffAdmins')], settings: { groups: 'nested' } })
  await assert.rejects(connection.verify(right), failsWith('profile_incomplete'))
  const settings = { subjectAttribute: 'employeeID' }
  const other = await stageOf({ entries: [aliceWith({ employeeID: '\ufeff0001' })], settings })
  await assert.rejects(other.connection.verify(other.right), failsWith('profile_incomplete'))
})

test('a computer is not a person', async () => {
  const { connection, right } = await stageOf({ entries: [aliceWith({ objectClass: ['user', 'computer'] })] })
  assert.equal(await connection.verify(right), undefined)
})

test('each person binds on a connection of their own; searches share one', async () => {
  const { connection, right, directory, people } = await stageOf()
  await connection.verify(right)
  await connection.verify(right)
  const own = people().map((one) => one.connection)
  assert.equal(new Set(own).size, 2)
  assert.equal(directory.binds.length, 3, 'the service account binds once')
  assert.ok(directory.binds.every((one) => one.dn.includes('svc-usher') === !own.includes(one.connection)))
})

test('a search connection that was closed meanwhile is made anew', async () => {
  const { connection, right, directory } = await stageOf()
  await connection.verify(right)
  directory.hangUp()
  assert.ok(await connection.verify(right))
})

test('passwords that say nothing never reach the wire', async () => {
  const { connection, right, directory, tries } = await stageOf()
  for (const password of ['', ' ', '\t\n', '\0', 'x\0', '\u00a0', '\u200b', '\ufeff', '\ud800', 'x'.repeat(2_000)])
    assert.equal(await connection.verify({ ...right, password }), undefined)
  assert.equal(directory.connections(), 0)
  assert.equal(tries.size, 0)
})

test('who was taken for nobody is nobody', async () => {
  const { connection, right } = await stageOf({ whoAmI: 'nobody' })
  await assert.rejects(connection.verify(right), failsWith('connection_unavailable'))
})

test('where a directory does not say who we are, people find themselves', async () => {
  const { connection, right, directory } = await stageOf({ whoAmI: 'unknown' })
  assert.ok(await connection.verify(right))
  assert.equal(directory.filters.length, 2)
})

test('a directory that refers elsewhere is not followed', async () => {
  const elsewhere = await stageOf()
  const { connection, right } = await stageOf({ refersTo: `ldap://localhost:${elsewhere.directory.port}/${BASE}` })
  assert.ok(await connection.verify(right))
  const { connection: nobody } = await stageOf({ entries: [], refersTo: `ldap://localhost:${elsewhere.directory.port}/${BASE}` })
  assert.equal(await nobody.verify(right), undefined)
  assert.equal(elsewhere.directory.connections(), 0)
})

test('guessing ends before the directory counts too much, whatever the person is called', async () => {
  const { connection, right, people } = await stageOf()
  const names = ['alice', 'alice@usher.test', 'USHERAD\\alice']
  for (let guess = 0; guess < 30; guess += 1)
    await connection
      .verify({ ...right, username: names[guess % 3] ?? '', password: `guess ${guess}` })
      .catch(failsWith('too_many_requests'))
  assert.equal(people().filter(({ dn }) => dn === ALICE.dn).length, 5)
  assert.equal(await connection.verify({ ...right, username: 'alice@USHER.test ' }).catch(() => 'too many'), 'too many')
})

test('a right password forgives the wrong ones', async () => {
  const { connection, right } = await stageOf()
  for (let round = 0; round < 3; round += 1) {
    for (let guess = 0; guess < 4; guess += 1) assert.equal(await connection.verify({ ...right, password: `guess ${guess}` }), undefined)
    assert.ok(await connection.verify(right))
  }
})

test('a directory that cannot be asked uses up nobody’s tries', async () => {
  const { connection, right, directory } = await stageOf({ hangs: 'all' })
  await directory.close()
  for (let round = 0; round < 12; round += 1) await assert.rejects(connection.verify(right), failsWith('connection_unavailable'))
})

test('a service account that is refused is told to the log, and not tried again and again', async () => {
  const { connection, right, directory, lines } = await stageOf({ bind: () => ({ code: 49 }) })
  await assert.rejects(connection.verify(right), failsWith('connection_unavailable'))
  await assert.rejects(connection.verify(right), failsWith('connection_unavailable'))
  assert.equal(directory.binds.length, 1)
  assert.deepEqual(lines, [
    {
      event: 'directory_server_failed',
      fields: { connection: 'acme', address: `localhost:${directory.port}`, reason: 'the service account was refused, code 49' },
    },
  ])
})

test('the next server is asked where the first one fails, and the first is left alone for a while', async () => {
  const first = await stageOf({ hangs: 'all' })
  await first.directory.close()
  const second = await stageOf()
  const urls = [first.directory.port, second.directory.port].map((port) => `ldap://localhost:${port}`)
  const connection = second.open({ ...second.settings, urls })
  const { right, lines } = second
  assert.ok(await connection.verify(right))
  assert.ok(await connection.verify(right))
  assert.equal(lines.length, 1)
})

test('a name nobody typed is not put in order first: that would hold everybody else up', async (t) => {
  const { connection, right } = await stageOf()
  const composed = t.mock.method(String.prototype, 'normalize').mock
  assert.equal(await connection.verify({ ...right, username: 'a\u0345\u0334'.repeat(10_000) }), undefined)
  assert.deepEqual(
    composed.calls.filter(({ this: text }) => String(text).length > 1_024),
    [],
  )
})
