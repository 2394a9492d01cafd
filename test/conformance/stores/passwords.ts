import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PasswordEntry } from '#connections/database/password-file.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const DANA: PasswordEntry = {
  connection: 'con_guests',
  subject: 'd4-1',
  username: 'dana@fabrikam.example',
  hash: '$argon2id$v=19$dana',
  names: { given: 'Dana' },
  email: 'dana@fabrikam.example',
  emailVerified: true,
  attributes: { department: 'R&D', groups: ['a', 'b'] },
}
const LIMIT = { tries: 10, windowMs: 60_000 }

/** Where passwords are kept, and how often they may be tried. */
export const passwordConformance = (name: string, open: OpenStores): void => {
  test(`${name}: an entry is found in its connection as it was added`, async (t) => {
    const { passwords } = (await open(t)).stores
    assert.equal(await passwords.add(DANA, AT), true)
    assert.deepEqual(await passwords.find('con_guests', DANA.username), DANA)
    assert.equal(await passwords.find('con_staff', DANA.username), undefined)
    assert.equal(await passwords.find('con_guests', 'nobody'), undefined)
    const { email: _, ...bare } = { ...DANA, username: 'bare', subject: 'd4-2', names: {} }
    await passwords.add(bare, AT)
    assert.deepEqual(await passwords.find('con_guests', 'bare'), bare)
  })

  test(`${name}: a user name is given once in a connection, also to many at once`, async (t) => {
    const { stores, sql } = await open(t)
    const { passwords } = stores
    const added = await Promise.all(Array.from({ length: 10 }, (_, n) => passwords.add({ ...DANA, subject: `s${n}`, hash: `h${n}` }, AT)))
    assert.equal(added.filter(Boolean).length, 1)
    const events = await sql(`select connection, facts_json from events where type = 'user_added'`)
    assert.deepEqual(
      events.map(({ connection, facts_json: facts }) => [connection, JSON.parse(String(facts))]),
      [['con_guests', { subject: `s${added.indexOf(true)}` }]],
      'the audit says who was added, and not how they are called',
    )
    assert.equal((await passwords.find('con_guests', DANA.username))?.hash, `h${added.indexOf(true)}`)
    assert.equal(await passwords.add({ ...DANA, connection: 'con_staff' }, AT), true)
  })

  test(`${name}: a new hash takes the old one's place, for that person alone`, async (t) => {
    const { passwords } = (await open(t)).stores
    await passwords.add(DANA, AT)
    await passwords.add({ ...DANA, subject: 'd4-2', username: 'other' }, AT)
    await passwords.rehash('con_guests', 'd4-1', 'new')
    assert.equal((await passwords.find('con_guests', DANA.username))?.hash, 'new')
    assert.equal((await passwords.find('con_guests', 'other'))?.hash, DANA.hash)
  })

  tried(name, open)
}

/** How often they may be tried. */
const tried = (name: string, open: OpenStores): void => {
  test(`${name}: so many tries in a window and not one more, on two nodes together and after a restart`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const tries = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? stores : others).passwords.countTry('dana', LIMIT, AT + n)),
    )
    assert.equal(tries.filter(Boolean).length, 10)
    const restarted = await another()
    assert.equal(await restarted.passwords.countTry('dana', LIMIT, AT + 59_000), false)
    assert.equal(await restarted.passwords.countTry('erika', LIMIT, AT), true, 'somebody else is not held up')
  })

  test(`${name}: refused tries do not put the end of the window off`, async (t) => {
    const { passwords } = (await open(t)).stores
    for (let n = 0; n < 12; n += 1) await passwords.countTry('dana', LIMIT, AT)
    assert.equal(await passwords.countTry('dana', LIMIT, AT + 59_999), false)
    for (let n = 0; n < 10; n += 1) assert.equal(await passwords.countTry('dana', LIMIT, AT + 60_000), true)
    assert.equal(await passwords.countTry('dana', LIMIT, AT + 60_001), false)
  })

  test(`${name}: a right password takes back its try, or all of them`, async (t) => {
    const { passwords } = (await open(t)).stores
    await passwords.takeBackTry('dana')
    for (let n = 0; n < 10; n += 1) await passwords.countTry('dana', LIMIT, AT)
    await passwords.takeBackTry('dana')
    assert.equal(await passwords.countTry('dana', LIMIT, AT), true)
    assert.equal(await passwords.countTry('dana', LIMIT, AT), false)
    for (let n = 0; n < 30; n += 1) await passwords.takeBackTry('dana')
    const again = await Promise.all(Array.from({ length: 12 }, () => passwords.countTry('dana', LIMIT, AT)))
    assert.equal(again.filter(Boolean).length, 10, 'never below none')
    await passwords.forgetTries('dana')
    assert.equal(await passwords.countTry('dana', LIMIT, AT), true)
  })

  test(`${name}: none allowed is none`, async (t) => {
    const { passwords } = (await open(t)).stores
    assert.equal(await passwords.countTry('dana', { tries: 0, windowMs: 1 }, AT), false)
  })
}
