import assert from 'node:assert/strict'
import { after } from 'node:test'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ALICE, ALICE_GUID, adSettings, aliceWith, SERVICE } from '../support/fake-ldap-stage.ts'
import { fakeLdap } from '../support/fake-ldap.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest } from '../support/guests.ts'
import type { House, HouseOptions } from '../support/house.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

const UPN = `alice.a@${DEMO_TENANT.employeeDomain}`
const IMMUTABLE_ID = ALICE_GUID.octets.toString('base64')
const RIGHT = { username: 'alice', password: ALICE.password ?? '' }
const alice = aliceWith({ userPrincipalName: UPN })
const service = { dn: SERVICE.dn, password: SERVICE.password, attributes: {} }
const directory = await fakeLdap({ entries: [service, alice] })
after(() => directory.close())

const connectionOf = (name: string) => ({
  name,
  type: 'ldap',
  label: 'the office password',
  brand: 'directory',
  directory: { immutableIdAttribute: 'immutableId', userPrincipalNameAttribute: 'userPrincipalName' },
  settings: adSettings(directory.port),
})

const withDirectory =
  (more: object = {}): NonNullable<HouseOptions['settings']> =>
  (demo) => ({
    ...demo,
    connections: [...demo.connections, { ...connectionOf('office'), ...more }],
    relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'office'] }],
  })

const options = { databases: ['sqlite'], settings: withDirectory() } as const

/** Alice has an account in Entra, as Entra Connect made it. */
const synchronized = (house: House) =>
  house.control('POST', '/users', { userPrincipalName: UPN, displayName: 'Alice Å', onPremisesImmutableId: IMMUTABLE_ID })

/** Types a name and a password; no time passes while the directory is asked. */
const withOffice = async ({ clock }: Pick<Told, 'clock'>, person: Guest, stop: Stop, who = RIGHT): Promise<Stop> => {
  const page = stop.forms.some((form) => 'password' in form.fields) ? stop : await person.browser.click(stop, 'office password')
  const over = clock.busy()
  try {
    return await person.onward(await person.browser.submit(page, who))
  } finally {
    over()
  }
}

const open = (person: Guest, path?: string): Promise<Stop> => person.openService(path, DEMO_TENANT.employeeDomain)

story(
  'a directory’s person arrives under the directory’s own name and immutable ID; nothing is written to Graph',
  async ({ house, clock }) => {
    await synchronized(house)
    const person = guest(house)
    assert.equal(assertArrived(house, await withOffice({ clock }, person, await open(person))), UPN)
    assert.deepEqual(graphWrites(house), [])
    assert.deepEqual(house.emulator.journal.entries('graph'), [])
    const kept = await house.app().findUser(`ad|office|${ALICE_GUID.text}`)
    assert.deepEqual([kept?.root['name'], kept?.root['sAMAccountName'], kept?.root['email_verified']], ['Alice Å', 'alice', false])
    const all = house.lines.join('')
    for (const secret of [RIGHT.password, SERVICE.password]) assert.ok(!all.includes(secret))
  },
  options,
)

story(
  'a wrong password and an unknown name are the same page; what is wrong with an account only its owner reads',
  async ({ house, clock }) => {
    const person = guest(house)
    const wrong = await withOffice({ clock }, person, await open(person), { username: 'alice', password: 'not hers' })
    assertPage(house, wrong, /Sign in/, 422)
    const unknown = await withOffice({ clock }, person, wrong, { username: 'nobody', password: 'not hers' })
    assert.equal(unknown.status, 422)
    assert.equal(unknown.text.replaceAll('nobody', ''), wrong.text.replaceAll('alice', ''))
    directory.change({ entries: [service, aliceWith({ userPrincipalName: UPN, userAccountControl: '514' })] })
    try {
      const stranger = await withOffice({ clock }, person, unknown, { username: 'alice', password: 'not hers' })
      assert.equal(stranger.text, wrong.text)
      assertPage(house, await withOffice({ clock }, person, stranger), /Your account is switched off/, 403)
    } finally {
      directory.change({ entries: [service, alice] })
    }
    assert.deepEqual(graphWrites(house), [])
  },
  options,
)

story(
  'somebody whose directory renamed them to another account is not let in as that one',
  async ({ house, clock }) => {
    await synchronized(house)
    const person = guest(house)
    assertArrived(house, await withOffice({ clock }, person, await open(person)))
    directory.change({ entries: [service, aliceWith({ userPrincipalName: `erika.vogt@${DEMO_TENANT.employeeDomain}` })] })
    try {
      clock.advance(24 * ONE_HOUR_MS)
      const later = guest(house)
      assertPage(house, await withOffice({ clock }, later, await open(later)), /Your directory account/, 403)
    } finally {
      directory.change({ entries: [service, alice] })
    }
    assert.deepEqual(graphWrites(house), [])
  },
  options,
)

story(
  'a directory that does not answer is said to be away, and others go on meanwhile',
  async ({ house }) => {
    directory.change({ hangs: 'all' })
    try {
      const person = guest(house)
      const page = await person.browser.click(await open(person), 'office password')
      const hanging = person.browser.submit(page, RIGHT)
      const dana = guest(house)
      assertArrived(house, await dana.withPassword(await dana.openService()))
      assertPage(house, await person.onward(await hanging), /not answering/)
      assert.ok(house.lines.some((line) => line.includes('directory_server_failed') && line.includes('"connection":"office"')))
    } finally {
      directory.change({ hangs: undefined })
    }
  },
  options,
)
