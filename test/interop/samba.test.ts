import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { lazyDirectory } from '../../src/connections/ldap/ldap.ts'
import { readLdapSettings } from '../../src/connections/ldap/ldap-settings.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { settingsOf } from '../conformance/connection.ts'
import { ldapTypeStage } from '../support/fake-ldap-stage.ts'
import { databases } from '../support/databases.ts'
import { authority } from '../support/fake-ldap-certificates.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { SAMBA_ADDRESS, SAMBA_BASE, SAMBA_SERVICE, startSamba } from '../support/samba.ts'
import { createStoryClock, type StoryClock } from '../support/story-clock.ts'
import type { Stop } from '../support/visitor.ts'

const UPN = `alice.a@${DEMO_TENANT.employeeDomain}`
const CONSISTENCY = Buffer.from('00112233445566778899aabbccddeeff', 'hex').toString('base64')
const dnOf = (name: string) => `CN=${name},CN=Users,${SAMBA_BASE}`
const passwordOf = (name: string) => `Pass-${name}-0815!`

const ours = authority()
const samba = await startSamba({ ca: ours.certificate, certified: ours.certify({ names: `IP:${SAMBA_ADDRESS}` }) })
after(async () => {
  await samba.stop()
  ours.remove()
})

for (const name of ['alice', 'bob', 'mallory', 'eve', 'walter'])
  samba.tool(
    'user',
    'create',
    name,
    passwordOf(name),
    `--mail-address=${name}@usher.test`,
    ...(name === 'eve' ? ['--must-change-at-next-login'] : []),
  )
samba.tool('user', 'create', 'svc-usher', SAMBA_SERVICE.password)
samba.tool('user', 'disable', 'mallory')
samba.tool('user', 'setexpiry', 'walter', '--days=0')
samba.tool('group', 'add', 'Staff')
samba.tool('group', 'add', 'Contractors')
samba.tool('group', 'addmembers', 'Contractors', 'bob')
samba.tool('group', 'addmembers', 'Staff', 'Contractors')
samba.modify(
  [
    `dn: ${dnOf('alice')}\nchangetype: modify\nreplace: userPrincipalName\nuserPrincipalName: ${UPN}\n-\nreplace: displayName\ndisplayName: Alice Adams\n`,
    `dn: ${dnOf('bob')}\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: ${CONSISTENCY}\n`,
  ].join('\n'),
)

const settingsOfWay = (way: 'ldaps' | 'starttls', more: object = {}) => ({
  kind: 'active-directory',
  urls: [`${way === 'ldaps' ? 'ldaps' : 'ldap'}://${SAMBA_ADDRESS}`],
  startTls: way === 'starttls',
  ca: ours.certificate,
  bindDn: SAMBA_SERVICE.dn,
  bindPassword: new Secret(SAMBA_SERVICE.password),
  base: SAMBA_BASE,
  domain: 'USHERAD',
  groups: 'nested',
  ...more,
})

/** As the directory itself shows it. */
const guidOf = (name: string): string => /objectGUID: (\S+)/.exec(samba.read(name, 'objectGUID'))?.[1] ?? assert.fail(name)

const openAt = (way: 'ldaps' | 'starttls', more: object = {}) => {
  const stage = ldapTypeStage()
  const connection = stage.open(settingsOfWay(way, more))
  const verify = (username: string, password: string) => connection.verify({ username, password, ip: '192.0.2.7', at: Date.now() })
  return { ...stage, verify }
}

for (const way of ['ldaps', 'starttls'] as const)
  test(`${way}: people of Active Directory come in by every name they have`, async () => {
    const { verify, lines } = openAt(way)
    for (const username of ['alice', UPN, 'alice@usher.test', 'USHERAD\\alice']) {
      const profile = await verify(username, passwordOf('alice'))
      assert.equal(profile?.subject, guidOf('alice'), username)
      assert.equal(profile?.attributes['userPrincipalName'], UPN)
      assert.equal(profile?.attributes['immutableId'], profile?.attributes['objectGUID'])
    }
    assert.equal(await verify('alice', 'not hers'), undefined)
    assert.equal(await verify('nobody', 'not hers'), undefined)
    assert.deepEqual(lines, [])
  })

test('groups in groups are found by the directory itself, and the consistency GUID is the immutable ID', async () => {
  const profile = await openAt('ldaps').verify('bob', passwordOf('bob'))
  assert.deepEqual([profile?.attributes['groups']].flat().sort(), ['Contractors', 'Staff'])
  assert.equal(profile?.attributes['immutableId'], CONSISTENCY)
  assert.equal(profile?.subject, guidOf('bob'))
})

test('what is wrong with an account is said to whoever knew its password, and to nobody else', async () => {
  const { verify } = openAt('ldaps')
  for (const [name, code] of Object.entries({ mallory: 'account_disabled', eve: 'password_expired', walter: 'account_expired' })) {
    await assert.rejects(verify(name, passwordOf(name)), { code }, name)
    assert.equal(await verify(name, 'not theirs'), undefined, name)
  }
})

test('passwords in plain text are refused by the directory, and such a connection by its settings', async () => {
  const plain = { startTls: false, urls: [`ldap://${SAMBA_ADDRESS}`] }
  const { verify, lines } = openAt('starttls', plain)
  await assert.rejects(verify('alice', passwordOf('alice')), { code: 'connection_unavailable' })
  // strongerAuthRequired
  assert.match(JSON.stringify(lines), /the service account was refused, code 8/)
  const settings = { ...settingsOfWay('starttls', plain), urls: ['ldap://dc1.ad.usher.test'] }
  assert.throws(() => readLdapSettings(settingsOf('ldap', { settings }), new URL('https://usher.example')), { code: 'settings_invalid' })
})

test('a Kerberos principal is the person whose account it is', async () => {
  const { parts } = ldapTypeStage()
  const connection = settingsOf('ldap', { settings: settingsOfWay('ldaps') })
  const people = await lazyDirectory(connection, readLdapSettings(connection, parts.publicUrl), parts)()
  const found = await people.findByPrincipal('alice@AD.USHER.TEST', Date.now())
  assert.deepEqual([found?.subject, found?.authentication.method], [guidOf('alice'), 'windows'])
  assert.equal((await people.findByPrincipal('USHERAD\\bob', Date.now()))?.subject, guidOf('bob'))
  for (const nobody of ['alice@EVIL.TEST', 'dc1$@AD.USHER.TEST', 'krbtgt/AD.USHER.TEST@AD.USHER.TEST', UPN])
    assert.equal(await people.findByPrincipal(nobody, Date.now()), undefined, nobody)
  await assert.rejects(people.findByPrincipal('mallory@AD.USHER.TEST', Date.now()), { code: 'account_disabled' })
  await assert.rejects(people.findByPrincipal('walter@AD.USHER.TEST', Date.now()), { code: 'account_expired' })
})

const office = (way: 'ldaps' | 'starttls') => ({
  name: 'office',
  type: 'ldap',
  label: 'the office password',
  brand: 'directory',
  directory: { immutableIdAttribute: 'immutableId', userPrincipalNameAttribute: 'userPrincipalName' },
  settings: settingsOfWay(way),
})

interface Told {
  readonly house: House
  readonly clock: StoryClock
  /** Where the database is. */
  readonly file: string
}

/** A house with the directory's people among its ways in. */
const officeStory = (name: string, way: 'ldaps' | 'starttls', tell: (told: Told) => Promise<void>): void => {
  test(name, async () => {
    const [sqlite] = databases
    assert.ok(sqlite)
    const opened = await sqlite.open()
    const clock = createStoryClock()
    const house = await openHouse({
      database: opened.address,
      clock,
      settings: (demo) => ({
        ...demo,
        connections: [...demo.connections, office(way)],
        relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'office'] }],
      }),
    })
    try {
      await tell({ house, clock, file: opened.address.replace('sqlite:', '') })
    } finally {
      await house.close()
      await opened.close()
      clock.stop()
    }
  })
}

/** No time passes while the directory is asked. */
const withOffice = async (
  clock: StoryClock,
  person: Guest,
  stop: Stop,
  who: { readonly username: string; readonly password: string },
): Promise<Stop> => {
  const page = await person.browser.click(stop, 'office password')
  const over = clock.busy()
  try {
    return await person.onward(await person.browser.submit(page, who))
  } finally {
    over()
  }
}

const open = (person: Guest): Promise<Stop> => person.openService('/sites/partners', DEMO_TENANT.employeeDomain)

/** The connection's name as an administrator with the database in hand would change it: its id stays. */
const rename = async ({ house, file }: Told): Promise<void> => {
  const database = new DatabaseSync(file)
  database.exec(`update settings set body_json = replace(body_json, '"office"', '"headquarters"'), revision = revision + 1`)
  const body = String(database.prepare('select body_json from settings').get()?.['body_json'])
  database.close()
  assert.ok(body.includes('"headquarters"') && !body.includes('"office"'), 'it has another name now')
  await house.restart()
}

for (const way of ['ldaps', 'starttls'] as const)
  officeStory(
    `somebody of Active Directory arrives by ${way} under its own name and immutable ID, whatever the connection is called; Graph is left alone`,
    way,
    async ({ house, clock, file }) => {
      const guid = Buffer.from(guidOf('alice').replaceAll('-', ''), 'hex')
      const octets = Buffer.concat([
        guid.subarray(0, 4).reverse(),
        guid.subarray(4, 6).reverse(),
        guid.subarray(6, 8).reverse(),
        guid.subarray(8),
      ])
      await house.control('POST', '/users', {
        userPrincipalName: UPN,
        displayName: 'Alice',
        onPremisesImmutableId: octets.toString('base64'),
      })
      const right = { username: 'alice', password: passwordOf('alice') }
      const first = guest(house)
      assert.equal(assertArrived(house, await withOffice(clock, first, await open(first), right)), UPN)
      const stranger = guest(house)
      assertPage(house, await withOffice(clock, stranger, await open(stranger), { ...right, password: 'not hers' }), /Sign in/, 422)
      const mallory = guest(house)
      const refused = await withOffice(clock, mallory, await open(mallory), { username: 'mallory', password: passwordOf('mallory') })
      assertPage(house, refused, /Your account is switched off/, 403)
      await rename({ house, clock, file })
      const later = guest(house)
      assert.equal(assertArrived(house, await withOffice(clock, later, await open(later), right)), UPN)
      assert.deepEqual(graphWrites(house), [])
      assert.deepEqual(house.emulator.journal.entries('graph'), [])
      assert.deepEqual(madeByUsher(house), [])
      for (const secret of [right.password, SAMBA_SERVICE.password]) assert.ok(!house.lines.join('').includes(secret))
    },
  )
