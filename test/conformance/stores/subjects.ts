import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores, type StoresUnderTest } from '../../support/stores.ts'

const AT_DOMAIN = '@guests.example'
const RACERS = 12

const draft = (userId: string) =>
  ({
    userId,
    target: 't',
    origin: 'rule',
    immutableId: `Id+of/${userId}=`,
    userPrincipalName: `${userId}${AT_DOMAIN}`,
    usageLocation: 'DE',
    reference: 'r',
    at: AT,
  }) as const

const asked = (userId: string, name: string, at = AT) => ({
  userId,
  target: 't',
  userPrincipalName: `${name}${AT_DOMAIN}`,
  immutableId: `id-${name}`,
  reference: 'r',
  at,
})

type Named = { readonly userPrincipalName?: string; readonly immutableId?: string }

const settle = ({ stores }: StoresUnderTest, userId: string, named: Named, mayBind = false) =>
  stores.subjects.settle({ userId, target: 't', named, mayBind, reference: 'r', at: AT })

const mismatches = async ({ sql }: StoresUnderTest): Promise<number> =>
  (await sql(`select id from events where type = 'subject_mismatch'`)).length

const people = async (open: StoresUnderTest, ...ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    await open.addUser(id)
    await open.stores.accounts.intend(draft(id))
  }
}

/** What rules call an account besides its own names. */
export const aliasConformance = (name: string, open: OpenStores): void => {
  test(`${name}: what is somebody else's is nobody's alias, and a refusal leaves nothing but a word in the audit`, async (t) => {
    const under = await open(t)
    await people(under, 'dana', 'mallory')
    const { aliases } = under.stores
    await aliases.add(asked('dana', 'other'))
    const { userPrincipalName, immutableId } = draft('dana')
    const taken = [
      { ...asked('mallory', 'new'), userPrincipalName: userPrincipalName.toUpperCase() },
      { ...asked('mallory', 'new'), immutableId: immutableId.toLowerCase() },
      asked('mallory', 'OTHER'),
      { ...asked('mallory', 'new'), immutableId: 'ID-Other' },
    ]
    for (const one of taken) assert.equal(await aliases.add(one), false)
    assert.deepEqual(await under.sql(`select value_key from account_aliases where user_id = 'mallory'`), [])
    assert.equal((await under.sql(`select name_key from principal_names where user_id = 'mallory'`)).length, 1, 'its own')
    assert.equal(await mismatches(under), taken.length)
  })

  test(`${name}: of many who ask for the same one gets it`, async (t) => {
    const under = await open(t)
    const ids = Array.from({ length: RACERS }, (_, n) => `user-${n}`)
    await people(under, ...ids)
    const kept = await Promise.all(ids.map((id) => under.stores.aliases.add(asked(id, 'wanted'))))
    assert.equal(kept.filter(Boolean).length, 1)
  })

  test(`${name}: a rule that never remembers leaves the latest hundred`, async (t) => {
    const under = await open(t)
    await people(under, 'dana')
    for (let n = 0; n < 103; n += 1) await under.stores.aliases.add(asked('dana', `n${n}`, AT + n))
    assert.equal((await under.sql(`select value_key from account_aliases where kind = 'immutable_id'`)).length, 100)
    assert.equal(await under.stores.aliases.isOf('dana', 't', 'immutable_id', 'id-n2'), false)
    assert.equal(await under.stores.aliases.isOf('dana', 't', 'immutable_id', 'id-n102'), true)
  })
}

/** How long an alias is one. */
export const forgettingConformance = (name: string, open: OpenStores): void => {
  test(`${name}: what is forgotten of a hundred and more is anybody's again, and takes up no room`, async (t) => {
    const under = await open(t)
    await people(under, 'dana', 'mallory')
    await under.addUser('ben')
    const { aliases, accounts } = under.stores
    for (let n = 0; n < 103; n += 1) await aliases.add(asked('dana', `n${n}`, AT + n))
    assert.equal((await under.sql(`select value_key from account_aliases where kind = 'user_principal_name'`)).length, 100)
    assert.equal((await under.sql(`select name_key from principal_names where user_id = 'dana'`)).length, 1, 'its own')
    assert.equal(await aliases.add(asked('mallory', 'n102')), false)
    assert.equal(await accounts.intend({ ...draft('ben'), userPrincipalName: asked('ben', 'N102').userPrincipalName }), undefined)
    assert.equal(await aliases.add(asked('mallory', 'n0')), true)
    const row = { ...draft('ben'), userPrincipalName: asked('ben', 'n1').userPrincipalName, immutableId: 'id-n1' }
    assert.equal((await accounts.intend(row))?.userPrincipalName, row.userPrincipalName)
    await assert.rejects(settle(under, 'dana', { userPrincipalName: row.userPrincipalName }), { code: 'subject_mismatch' })
    assert.equal(await aliases.add(asked('dana', 'n1')), false, 'it is not anybody’s any more')
  })

  test(`${name}: an account's own name is never forgotten, though a rule asked for it before it was one`, async (t) => {
    const under = await open(t)
    await people(under, 'dana')
    await under.addUser('ben')
    const { aliases, accounts } = under.stores
    await aliases.add(asked('dana', 'first'))
    const lease = await accounts.lease({ userId: 'dana', target: 't' }, 'driver', { at: AT, ms: 1_000 })
    const hold = { userId: 'dana', target: 't', fence: lease?.fence ?? 0 }
    const { userPrincipalName } = asked('dana', 'first')
    assert.equal((await accounts.change(hold, { userPrincipalName, objectId: 'object' }))?.userPrincipalName, userPrincipalName)
    assert.equal((await accounts.change(hold, { userPrincipalName: `dana${AT_DOMAIN}` }))?.userPrincipalName, `dana${AT_DOMAIN}`)
    for (let n = 0; n < 101; n += 1) await aliases.add(asked('dana', `n${n}`, AT + 1 + n))
    assert.equal(await aliases.isOf('dana', 't', 'user_principal_name', userPrincipalName), false)
    assert.equal(await accounts.intend({ ...draft('ben'), userPrincipalName }), undefined, 'somebody was called so')
  })

  test(`${name}: names that people have elsewhere go before what a rule asked for on behalf of somebody else`, async (t) => {
    const under = await open(t)
    await people(under, 'dana')
    await under.addUser('erika')
    const { aliases, directory } = under.stores
    await aliases.add(asked('dana', 'erika'))
    const { userPrincipalName, immutableId } = asked('erika', 'ERIKA')
    const entry = { userId: 'erika', target: 't', directory: { userPrincipalName, immutableId }, reference: 'r', at: AT }
    assert.equal((await directory.record(entry)).userPrincipalName, userPrincipalName)
    await assert.rejects(settle(under, 'dana', { userPrincipalName }), { code: 'subject_mismatch' })
    await assert.rejects(settle(under, 'dana', { immutableId }), { code: 'subject_mismatch' })
    assert.equal(await aliases.add(asked('dana', 'erika')), false)
  })
}

/** What rules say about a subject, held against the account row. */
export const subjectConformance = (name: string, open: OpenStores): void => {
  test(`${name}: what the row says, or an alias of it, is answered by the row`, async (t) => {
    const under = await open(t)
    await people(under, 'dana')
    const { userPrincipalName, immutableId } = draft('dana')
    await under.stores.aliases.add(asked('dana', 'other'))
    const fine: readonly Named[] = [
      {},
      { userPrincipalName: userPrincipalName.toUpperCase() },
      { immutableId },
      { userPrincipalName: `other${AT_DOMAIN}`, immutableId: 'id-other' },
      { userPrincipalName, immutableId: 'id-other' },
    ]
    for (const named of fine)
      assert.deepEqual(await settle(under, 'dana', named), { userPrincipalName, immutableId }, JSON.stringify(named))
    assert.equal(await mismatches(under), 0)
  })

  test(`${name}: anything else is refused and audited, and changes nothing`, async (t) => {
    const under = await open(t)
    await people(under, 'dana', 'mallory')
    await under.stores.aliases.add(asked('dana', 'other'))
    const { userPrincipalName, immutableId } = draft('dana')
    const wrong: readonly Named[] = [
      { userPrincipalName },
      { immutableId },
      { userPrincipalName: `other${AT_DOMAIN}` },
      { immutableId: 'id-other' },
      { immutableId: draft('mallory').immutableId.toUpperCase() },
      { userPrincipalName: `mallory${AT_DOMAIN}`, immutableId: 'unheard-of' },
      { userPrincipalName: '<nobody>' },
    ]
    for (const named of wrong)
      for (const mayBind of [false, true])
        await assert.rejects(settle(under, 'mallory', named, mayBind), { code: 'subject_mismatch' }, JSON.stringify(named))
    assert.equal(await mismatches(under), 2 * wrong.length)
    assert.equal((await under.stores.accounts.find('mallory', 't'))?.immutableId, draft('mallory').immutableId)
  })
}

/** Whom a rule may name that nobody knew before. */
export const bindingConformance = (name: string, open: OpenStores): void => {
  test(`${name}: somebody without a row is named by no rule, unless the organization's rules make its people`, async (t) => {
    const under = await open(t)
    await under.addUser('dana')
    const named = { userPrincipalName: `Dana${AT_DOMAIN}`, immutableId: 'Employee+1=' }
    assert.deepEqual(await settle(under, 'dana', {}), {})
    await assert.rejects(settle(under, 'dana', named), { code: 'subject_mismatch' })
    for (const half of [
      { userPrincipalName: named.userPrincipalName },
      { immutableId: named.immutableId },
      { ...named, immutableId: '' },
      { ...named, userPrincipalName: '<nobody>' },
    ])
      await assert.rejects(settle(under, 'dana', half, true), { code: 'subject_mismatch' })
    assert.equal(await under.stores.accounts.find('dana', 't'), undefined)
    const bound = await Promise.all(Array.from({ length: RACERS }, () => settle(under, 'dana', named, true)))
    for (const one of bound) assert.deepEqual(one, named)
    assert.equal((await under.sql(`select id from events where type = 'subject_bound'`)).length, 1)
    const row = await under.stores.accounts.find('dana', 't')
    assert.equal(row?.origin, 'rule')
    assert.equal(row?.madeElsewhere, true)
    await assert.rejects(
      settle(under, 'dana', { ...named, immutableId: 'Employee+2=' }, true),
      { code: 'subject_mismatch' },
      'bound for good',
    )
  })

  test(`${name}: nobody is bound to what is or was somebody else's, and a refusal leaves nothing`, async (t) => {
    const under = await open(t)
    await people(under, 'dana')
    await under.stores.aliases.add(asked('dana', 'other'))
    await under.addUser('mallory')
    const { userPrincipalName, immutableId } = draft('dana')
    const own = { userPrincipalName: `mallory${AT_DOMAIN}`, immutableId: 'mallory' }
    const taken = [
      { ...own, userPrincipalName: userPrincipalName.toUpperCase() },
      { ...own, immutableId: immutableId.toLowerCase() },
      { ...own, userPrincipalName: `OTHER${AT_DOMAIN}` },
      { ...own, immutableId: 'ID-other' },
    ]
    for (const named of taken) await assert.rejects(settle(under, 'mallory', named, true), { code: 'subject_mismatch' })
    assert.equal(await under.stores.accounts.find('mallory', 't'), undefined)
    assert.deepEqual(await under.sql(`select name_key from principal_names where user_id = 'mallory'`), [])
    assert.equal((await under.sql(`select id from events where type = 'subject_bound'`)).length, 0)
    assert.deepEqual(await settle(under, 'mallory', own, true), own)
  })

  test(`${name}: the database itself keeps a bound row from being licensed, or handed to another origin`, async (t) => {
    const under = await open(t)
    await under.addUser('dana')
    await settle(under, 'dana', { userPrincipalName: `dana${AT_DOMAIN}`, immutableId: 'one' }, true)
    for (const change of [`license = 'sku'`, `origin = 'usher'`, 'made_elsewhere = 0'])
      await assert.rejects(under.sql(`update accounts set ${change} where user_id = 'dana' returning stage`), /check|constraint/i, change)
  })
}
