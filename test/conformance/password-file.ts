import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { PasswordEntry, PasswordFile } from '#connections/database/password-file.ts'

const DANA: PasswordEntry = {
  connection: 'c1',
  subject: 's1',
  username: 'dana@fabrikam.example',
  hash: 'the first hash',
  names: { given: 'Dana' },
  email: 'dana@fabrikam.example',
  emailVerified: true,
  attributes: { department: 'Sales' },
}
const LIMIT = { tries: 3, windowMs: 1_000 } as const
const AT = 1_000_000

/** What every place where passwords are kept has to do. */
export const passwordFileConformance = (name: string, open: (t: TestContext) => Promise<PasswordFile>): void => {
  test(`${name}: people are found by connection and user name`, async (t) => {
    const file = await open(t)
    assert.equal(await file.add(DANA, AT), true)
    assert.deepEqual(await file.find('c1', DANA.username), DANA)
    assert.equal(await file.find('c2', DANA.username), undefined)
    assert.equal(await file.find('c1', 'dana'), undefined)
  })

  test(`${name}: a user name belongs to one person, who keeps it`, async (t) => {
    const file = await open(t)
    await file.add(DANA, AT)
    assert.equal(await file.add({ ...DANA, subject: 's2', hash: 'another' }, AT), false)
    assert.deepEqual(await file.find('c1', DANA.username), DANA)
    assert.equal(await file.add({ ...DANA, connection: 'c2', subject: 's2' }, AT), true)
  })

  test(`${name}: a hash is replaced for one person`, async (t) => {
    const file = await open(t)
    await file.add(DANA, AT)
    await file.add({ ...DANA, connection: 'c2' }, AT)
    await file.rehash('c1', DANA.subject, 'the second hash')
    assert.equal((await file.find('c1', DANA.username))?.hash, 'the second hash')
    assert.equal((await file.find('c2', DANA.username))?.hash, DANA.hash)
  })

  test(`${name}: tries are counted up to the limit, also when they come at once`, async (t) => {
    const file = await open(t)
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => file.countTry('k', LIMIT, AT)))
    assert.equal(outcomes.filter(Boolean).length, LIMIT.tries)
    assert.equal(await file.countTry('another', LIMIT, AT), true)
    assert.equal(await file.countTry('k', LIMIT, AT + LIMIT.windowMs - 1), false)
    assert.equal(await file.countTry('k', LIMIT, AT + LIMIT.windowMs), true, 'a new window')
  })

  test(`${name}: one try is taken back, and not more than there are`, async (t) => {
    const file = await open(t)
    await file.takeBackTry('k')
    for (let one = 0; one < LIMIT.tries; one += 1) assert.equal(await file.countTry('k', LIMIT, AT), true)
    await file.takeBackTry('k')
    assert.equal(await file.countTry('k', LIMIT, AT), true)
    assert.equal(await file.countTry('k', LIMIT, AT), false)
    for (let one = 0; one < 2 * LIMIT.tries; one += 1) await file.takeBackTry('k')
    for (let one = 0; one < LIMIT.tries; one += 1) assert.equal(await file.countTry('k', LIMIT, AT), true)
    assert.equal(await file.countTry('k', LIMIT, AT), false)
  })

  test(`${name}: tries are forgotten`, async (t) => {
    const file = await open(t)
    for (let one = 0; one < LIMIT.tries; one += 1) await file.countTry('k', LIMIT, AT)
    await file.forgetTries('k')
    assert.equal(await file.countTry('k', LIMIT, AT), true)
  })
}
