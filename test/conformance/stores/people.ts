import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '#kernel/person.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const DANA: Identity = { connection: 'con_google', issuer: 'https://accounts.google.example', subject: '110' }
const SAID = { names: { given: 'Dana', family: 'Whitfield', display: 'Dana W.' }, email: 'Dana@Fabrikam.example', emailVerified: true }
const RACERS = 30

/** Usher's lasting record of people. */
export const peopleConformance = (name: string, open: OpenStores): void => {
  test(`${name}: an identity is one user for good, who is called as the connection last said`, async (t) => {
    const { people } = (await open(t)).stores
    const made = await people.recognize(DANA, SAID, AT)
    assert.deepEqual({ ...made, id: '' }, { id: '', identity: DANA, ...SAID, blocked: false, createdAt: AT })
    assert.deepEqual(await people.recognize(DANA, SAID, AT + 1), made)
    const renamed = await people.recognize(DANA, { names: { display: 'Dana Whitfield-Ng' }, emailVerified: false }, AT + 2)
    assert.deepEqual(renamed, {
      id: made.id,
      identity: DANA,
      names: { display: 'Dana Whitfield-Ng' },
      emailVerified: false,
      blocked: false,
      createdAt: AT,
    })
    assert.deepEqual((await people.standing(made.id, 'contoso'))?.user, renamed)
  })

  test(`${name}: another connection, issuer or subject is another user, even with the same address`, async (t) => {
    const { people } = (await open(t)).stores
    const others = [
      { ...DANA, connection: 'con_other' },
      { ...DANA, issuer: 'https://evil.example' },
      { ...DANA, subject: '111' },
    ]
    const users = await Promise.all([DANA, ...others].map((identity) => people.recognize(identity, SAID, AT)))
    assert.equal(new Set(users.map(({ id }) => id)).size, 4)
  })

  test(`${name}: many first sign-ins at once make one user`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const users = await Promise.all(Array.from({ length: RACERS }, (_, n) => (n % 2 ? stores : others).people.recognize(DANA, SAID, AT)))
    assert.equal(new Set(users.map(({ id }) => id)).size, 1)
  })

  test(`${name}: nobody is unblocked by signing in`, async (t) => {
    const { stores, sql } = await open(t)
    const { id } = await stores.people.recognize(DANA, SAID, AT)
    await sql(`update users set blocked = 1 where id = '${id}'`)
    assert.equal((await stores.people.recognize(DANA, { ...SAID, emailVerified: false }, AT)).blocked, true)
    assert.equal((await stores.people.standing(id, 'contoso'))?.user.blocked, true)
  })

  test(`${name}: somebody stands as their account in that very target does`, async (t) => {
    const { people, directory, ledger } = (await open(t)).stores
    const user = await people.recognize(DANA, SAID, AT)
    assert.deepEqual(await people.standing(user.id, 'contoso'), { user })
    assert.equal(await people.standing('nobody', 'contoso'), undefined)
    const named = { immutableId: 'employee-1', userPrincipalName: 'Dana@contoso.example' }
    const subject = await directory.record({ userId: user.id, target: 'contoso', directory: named, reference: 'r', at: AT })
    assert.deepEqual(await people.standing(user.id, 'contoso'), { user, subject })
    assert.deepEqual(await people.standing(user.id, 'fabrikam'), { user })
    const event = { type: 'token_issued', at: AT + 5, reference: 'r', user: user.id } as const
    await ledger.issued(event, { by: DANA, since: AT, unproven: { userId: user.id, target: 'contoso' } })
    await ledger.issued({ ...event, at: AT + 9 }, { by: DANA, since: AT, unproven: { userId: user.id, target: 'contoso' } })
    assert.equal((await people.standing(user.id, 'contoso'))?.unprovenTokenAt, AT + 5, 'the first token decides')
  })

  test(`${name}: a user is found by the user principal name of their account, whatever its case`, async (t) => {
    const { people, directory } = (await open(t)).stores
    const { id: userId } = await people.recognize(DANA, SAID, AT)
    const named = { immutableId: 'employee-1', userPrincipalName: 'Dana@contoso.example' }
    await directory.record({ userId, target: 'contoso', directory: named, reference: 'r', at: AT })
    assert.equal(await people.userOfPrincipal('contoso', 'dANA@CONTOSO.example'), userId)
    assert.equal(await people.userOfPrincipal('fabrikam', 'dana@contoso.example'), undefined)
    assert.equal(await people.userOfPrincipal('contoso', 'dan@contoso.example'), undefined)
    assert.equal(await people.userOfPrincipal('contoso', '%'), undefined)
  })

  silence(name, open)
}

/** Connections that do not say each time what they said once. */
const silence = (name: string, open: OpenStores): void => {
  test(`${name}: names stay while none are said; an address, and that it was verified, do not`, async (t) => {
    const { people, records } = (await open(t)).stores
    const made = await people.recognize(DANA, SAID, AT)
    const silent = await people.recognize(DANA, { names: {}, email: 'new@fabrikam.example', emailVerified: false }, AT + 1)
    assert.deepEqual(silent, { ...made, email: 'new@fabrikam.example', emailVerified: false })
    const mute = await people.recognize(DANA, { names: {}, emailVerified: true }, AT + 2)
    const { email: _, ...without } = made
    assert.deepEqual(mute, { ...without, emailVerified: false }, 'nobody comes in by an address they lost')
    assert.deepEqual((await people.standing(made.id, 'contoso'))?.user, mute)
    assert.deepEqual(await records.byEmail('dana@fabrikam.example'), [])
    const renamed = await people.recognize(DANA, { ...SAID, names: { given: 'Dana', family: 'Ng' } }, AT + 3)
    assert.deepEqual(renamed.names, { given: 'Dana', family: 'Ng' })
  })

  test(`${name}: who never had a name gets one when it is said`, async (t) => {
    const { people } = (await open(t)).stores
    const nameless = await people.recognize(DANA, { names: {}, emailVerified: false }, AT)
    assert.deepEqual(nameless.names, {})
    assert.deepEqual((await people.recognize(DANA, SAID, AT + 1)).names, SAID.names)
  })
}
