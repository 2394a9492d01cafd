import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'

const ERIKA = { immutableId: 'Employee+0001=', userPrincipalName: 'Erika.Vogt@contoso.example' }
const RACERS = 15

const entry = (userId: string, directory = ERIKA) => ({ userId, target: 'contoso', directory, reference: 'r', at: AT })

/** The subjects an organization's directory names for its own people. */
export const directoryConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a directory's person is ready at once, once, and drives nothing`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    await addUser('erika')
    const subjects = await Promise.all(Array.from({ length: RACERS }, () => stores.directory.record(entry('erika'))))
    for (const subject of subjects) assert.deepEqual({ ...subject }, { userId: 'erika', ...ERIKA })
    assert.equal((await sql(`select id from events where type = 'account_ready'`)).length, 1)
    assert.equal((await stores.accounts.find('erika', 'contoso'))?.origin, 'directory')
    assert.deepEqual(await stores.accounts.due(AT + 1e9, 10), [])
    assert.equal(await stores.accounts.lease({ userId: 'erika', target: 'contoso' }, 'driver', { at: AT, ms: 1_000 }), undefined)
    assert.deepEqual(await sql('select target from seats'), [])
  })

  test(`${name}: the database itself keeps such a row from being driven`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    await addUser('erika')
    await stores.directory.record(entry('erika'))
    for (const change of [`stage = 'intent'`, `stage = 'stopped'`, `license = 'sku'`, `lease_owner = 'driver'`])
      await assert.rejects(sql(`update accounts set ${change} where user_id = 'erika' returning stage`), /check|constraint/i, change)
  })

  test(`${name}: who was named otherwise before is refused`, async (t) => {
    const { stores, addUser } = await open(t)
    await addUser('erika')
    await stores.directory.record(entry('erika'))
    const other = { ...ERIKA, userPrincipalName: 'boss@contoso.example' }
    await assert.rejects(stores.directory.record(entry('erika', other)), { code: 'subject_changed' })
    await assert.rejects(stores.directory.record(entry('erika', { ...ERIKA, immutableId: 'Employee+0002=' })), { code: 'subject_changed' })
    assert.equal((await stores.accounts.subject('erika', 'contoso'))?.userPrincipalName, ERIKA.userPrincipalName)
    const recased = { ...ERIKA, userPrincipalName: ERIKA.userPrincipalName.toUpperCase() }
    assert.equal((await stores.directory.record(entry('erika', recased))).userPrincipalName, ERIKA.userPrincipalName)
  })

  test(`${name}: an account Usher made is not handed to a directory`, async (t) => {
    const { stores, addUser } = await open(t)
    await addUser('dana')
    const draft = { ...ERIKA, userId: 'dana', target: 'contoso', origin: 'usher', usageLocation: 'DE', reference: 'r', at: AT } as const
    await stores.accounts.intend(draft)
    await assert.rejects(stores.directory.record(entry('dana')), { code: 'subject_changed' })
  })

  test(`${name}: what is somebody else's is refused, whatever its case, and leaves nothing`, async (t) => {
    const { stores, sql, addUser } = await open(t)
    await addUser('erika')
    await addUser('mallory')
    await stores.directory.record(entry('erika'))
    const byName = { immutableId: 'other', userPrincipalName: 'erika.vogt@CONTOSO.example' }
    const byId = { immutableId: 'eMPLOYEE+0001=', userPrincipalName: 'mallory@contoso.example' }
    for (const named of [byName, byId, ERIKA])
      await assert.rejects(stores.directory.record(entry('mallory', named)), { code: 'subject_taken' })
    assert.deepEqual(await sql(`select name_key from principal_names where user_id = 'mallory'`), [])
    assert.equal(await stores.accounts.find('mallory', 'contoso'), undefined)
  })

  test(`${name}: of many who are named the same one is believed`, async (t) => {
    const { stores, addUser } = await open(t)
    const ids = Array.from({ length: RACERS }, (_, n) => `user-${n}`)
    for (const id of ids) await addUser(id)
    const outcomes = await Promise.allSettled(ids.map((id) => stores.directory.record(entry(id))))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })
}
