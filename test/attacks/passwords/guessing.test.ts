import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Credentials } from '#connections/connection.ts'
import { databaseType } from '#connections/database/database.ts'
import { guessing } from '#connections/guessing.ts'
import type { PasswordFile } from '#connections/database/password-file.ts'
import { hashPassword } from '#connections/database/passwords.ts'
import { UsherError } from '#kernel/errors.ts'
import { settingsOf } from '../../conformance/connection.ts'
import { passwordFileConformance } from '../../conformance/password-file.ts'
import { fakePasswordFile } from '../../support/fake-password-file.ts'
import { onEachDatabase, type OpenStores } from '../../support/stores.ts'

const ID = 'connection-1'
const PASSWORD = 'correct horse battery'
const AT = Date.parse('2026-03-02T09:00:00Z')
const ONE_MINUTE_MS = 60_000
const ONE_HOUR_MS = 60 * ONE_MINUTE_MS
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const hash = await hashPassword(PASSWORD)
const dana = { connection: ID, subject: 's-dana', username: 'dana', hash, names: {}, emailVerified: false, attributes: {} }
const mallory = { ...dana, subject: 's-mallory', username: 'mallory' }

/** One node: what it answers, and whose entry it looked up before it hashed anything. */
const node = (passwords: PasswordFile) => {
  const hashed: string[] = []
  const find: PasswordFile['find'] = (connection, username) => {
    hashed.push(username)
    return passwords.find(connection, username)
  }
  const connection = databaseType({ passwords: { ...passwords, find }, log: silent }).open(settingsOf('database', { id: ID }))
  if (connection.kind !== 'password') throw new Error('not a password connection')
  const attempt = async (more: Partial<Credentials> = {}): Promise<'in' | 'wrong' | 'too many'> => {
    const credentials = { username: 'dana', password: 'wrong', ip: '192.0.2.7', at: AT, ...more }
    try {
      return (await connection.verify(credentials)) ? 'in' : 'wrong'
    } catch (error) {
      assert.ok(error instanceof UsherError && error.code === 'too_many_requests', String(error))
      return 'too many'
    }
  }
  return { attempt, hashed }
}

const count = (outcomes: readonly string[], which: string): number => outcomes.filter((one) => one === which).length

onEachDatabase((name, open: OpenStores) => {
  const opened = async (t: TestContext) => {
    const { stores, another } = await open(t)
    await stores.passwords.add(dana, AT)
    await stores.passwords.add(mallory, AT)
    return { ...node(stores.passwords), another: async () => node((await another()).passwords) }
  }

  test(`${name}: the eleventh wrong password in an hour is not even hashed, nor the right one after it`, async (t) => {
    const { attempt, hashed } = await opened(t)
    for (let guess = 0; guess < 10; guess += 1) assert.equal(await attempt({ ip: `192.0.2.${guess}` }), 'wrong')
    assert.equal(await attempt({ ip: '192.0.2.99' }), 'too many')
    assert.equal(await attempt({ ip: '192.0.2.99', password: PASSWORD, at: AT + ONE_HOUR_MS - 1 }), 'too many')
    assert.equal(hashed.length, 10)
    assert.equal(await attempt({ ip: '192.0.2.99', password: PASSWORD, at: AT + ONE_HOUR_MS }), 'in')
  })

  test(`${name}: nodes and restarts count together, also at the same moment`, async (t) => {
    const one = await opened(t)
    const other = await one.another()
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, guess) => (guess % 2 ? one : other).attempt({ ip: `192.0.2.${guess}` })),
    )
    assert.equal(count(outcomes, 'wrong'), 10)
    assert.equal(count(outcomes, 'too many'), 20)
    assert.equal(one.hashed.length + other.hashed.length, 10)
    const restarted = await one.another()
    assert.equal(await restarted.attempt({ ip: '192.0.2.99' }), 'too many')
    assert.deepEqual(restarted.hashed, [])
  })

  test(`${name}: a right password starts the count anew`, async (t) => {
    const { attempt } = await opened(t)
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 9; guess += 1) assert.equal(await attempt(), 'wrong')
      assert.equal(await attempt({ password: PASSWORD }), 'in')
    }
  })

  test(`${name}: one place tries fifty times a minute, whoever it asks for`, async (t) => {
    const { attempt, hashed } = await opened(t)
    const outcomes: string[] = []
    for (let guess = 0; guess < 60; guess += 1) outcomes.push(await attempt({ username: `somebody-${guess}` }))
    assert.equal(count(outcomes, 'wrong'), 50)
    assert.equal(hashed.length, 50)
    assert.equal(await attempt({ password: PASSWORD, ip: '198.51.100.1' }), 'in', 'other places are not held up')
    assert.equal(await attempt({ password: PASSWORD, at: AT + ONE_MINUTE_MS }), 'in', 'nor is this one a minute later')
  })

  passwordFileConformance(name, async (t) => (await open(t)).stores.passwords)
})

const inMemory = () => node(fakePasswordFile([dana, mallory]).file)

test('a hundred wrong passwords a day come from one place, and then none', async () => {
  const { attempt, hashed } = inMemory()
  const outcomes: string[] = []
  for (let guess = 0; guess < 150; guess += 1)
    outcomes.push(await attempt({ username: `somebody-${guess}`, at: AT + guess * ONE_MINUTE_MS }))
  assert.equal(count(outcomes, 'wrong'), 100)
  assert.equal(hashed.length, 100)
  assert.equal(await attempt({ password: PASSWORD, at: AT + 23 * ONE_HOUR_MS }), 'too many')
  assert.equal(await attempt({ password: PASSWORD, at: AT + 24 * ONE_HOUR_MS }), 'in')
})

test('an office behind one address signs in all day', async () => {
  const { attempt } = inMemory()
  for (let time = 0; time < 120; time += 1) assert.equal(await attempt({ password: PASSWORD, at: AT + time * ONE_MINUTE_MS }), 'in')
})

test('an account of one’s own does not wipe out guesses at others', async () => {
  const { attempt, hashed } = inMemory()
  const own = { username: 'mallory', password: PASSWORD }
  let guesses = 0
  for (let time = 0; time < 300; time += 1) {
    const at = AT + time * 3_000
    if (time % 2 === 0) await attempt({ ...own, at })
    else if ((await attempt({ username: `victim-${time % 60}`, at })) === 'wrong') guesses += 1
  }
  assert.equal(guesses, 100)
  assert.ok(hashed.filter((username) => username === 'victim-1').length <= 10)
})

test('a network of IPv6 addresses is one place, and so is an IPv4 address however it is written', async () => {
  const { attempt } = inMemory()
  for (let guess = 0; guess < 50; guess += 1)
    assert.equal(await attempt({ username: `a-${guess}`, ip: `2001:db8:1:2::${guess.toString(16)}` }), 'wrong')
  assert.equal(await attempt({ ip: '2001:db8:1:2:ffff:ffff:ffff:ffff' }), 'too many')
  assert.equal(await attempt({ ip: '2001:db8:1:3::1' }), 'wrong')
  for (let guess = 0; guess < 50; guess += 1) await attempt({ username: `b-${guess}`, ip: '198.51.100.1' })
  assert.equal(await attempt({ ip: '::ffff:198.51.100.1' }), 'too many')
})

test('what was typed as a user name is in no key', async () => {
  const { file, tries } = fakePasswordFile()
  await guessing(file, ID).count('my password in the wrong field', { ip: '192.0.2.7', at: AT })
  assert.ok(tries.size > 0)
  for (const key of tries.keys()) assert.ok(!key.includes('my password'))
})

test('10,000 attempts at 1,000 accounts from 200 places in an hour: none above its limit', async () => {
  const { file } = fakePasswordFile()
  const { count: countTry } = guessing(file, ID)
  const perAccount = new Map<string, number>()
  const perPlace = new Map<string, number>()
  const add = (all: Map<string, number>, key: string) => all.set(key, (all.get(key) ?? 0) + 1)
  for (let n = 0; n < 10_000; n += 1) {
    // Half of it is aimed at ten accounts, as a spray with a favorite is.
    const username = n % 2 ? `account-${n % 10}` : `account-${(n * 7) % 1_000}`
    const ip = `192.0.${Math.floor((n % 200) / 100)}.${n % 100}`
    const isLetIn = await countTry(username, { ip, at: AT + n * 360 }).then(
      () => true,
      () => false,
    )
    if (isLetIn) add(perAccount, username)
    if (isLetIn) add(perPlace, ip)
  }
  assert.ok(Math.max(...perAccount.values()) <= 10)
  assert.ok(Math.max(...perPlace.values()) <= 100)
  assert.ok(perAccount.size > 100, 'most were let try')
})
