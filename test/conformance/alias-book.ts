import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { AccountBook, AccountDraft } from '../../src/provisioning/account-book.ts'
import type { AliasBook } from '../../src/provisioning/alias-book.ts'

export interface OpenAliasBook {
  readonly aliases: AliasBook
  readonly accounts: Pick<AccountBook, 'intend'>
  readonly addUser: (userId: string) => Promise<void>
}

const TARGET = 'contoso'
const AT = Date.parse('2026-03-02T09:00:00Z')

const draft = (userId: string): AccountDraft => ({
  userId,
  target: TARGET,
  origin: 'rule',
  immutableId: `Id+of/${userId}=`,
  userPrincipalName: `${userId}@guests.contoso.example`,
  usageLocation: 'DE',
  reference: 'visit',
  at: AT,
})

const asked = (userId: string, name: string) => ({
  userId,
  target: TARGET,
  userPrincipalName: `${name}@guests.contoso.example`,
  immutableId: `id-${name}`,
  reference: 'visit',
  at: AT,
})

/** What every alias book does, whatever it is kept in. */
export const aliasBookConformance = (name: string, open: (t: TestContext) => Promise<OpenAliasBook>): void => {
  const opened = async (t: TestContext) => {
    const book = await open(t)
    for (const id of ['dana', 'erika']) {
      await book.addUser(id)
      await book.accounts.intend(draft(id))
    }
    return book
  }

  test(`${name}: both values are known again as the person's, whatever their case`, async (t) => {
    const { aliases } = await opened(t)
    assert.equal(await aliases.add(asked('dana', 'Other')), true)
    assert.equal(await aliases.add(asked('dana', 'Other')), true)
    assert.equal(await aliases.isOf('dana', TARGET, 'user_principal_name', 'OTHER@guests.contoso.example'), true)
    assert.equal(await aliases.isOf('dana', TARGET, 'immutable_id', 'ID-OTHER'), true)
    assert.equal(await aliases.isOf('erika', TARGET, 'immutable_id', 'id-Other'), false)
    assert.equal(await aliases.isOf('dana', 'fabrikam', 'immutable_id', 'id-Other'), false)
  })

  test(`${name}: the row's own values are no aliases`, async (t) => {
    const { aliases } = await opened(t)
    const { immutableId, userPrincipalName } = draft('dana')
    assert.equal(await aliases.add({ ...asked('dana', 'other'), immutableId, userPrincipalName }), true)
    assert.equal(await aliases.isOf('dana', TARGET, 'immutable_id', immutableId), false)
  })

  test(`${name}: what is another row's, or an alias of it, is refused as a whole`, async (t) => {
    const { aliases } = await opened(t)
    await aliases.add(asked('dana', 'other'))
    for (const taken of [
      { ...asked('erika', 'new'), userPrincipalName: draft('dana').userPrincipalName.toUpperCase() },
      { ...asked('erika', 'new'), immutableId: draft('dana').immutableId.toUpperCase() },
      { ...asked('erika', 'new'), userPrincipalName: asked('dana', 'OTHER').userPrincipalName },
      { ...asked('erika', 'new'), immutableId: 'ID-other' },
    ])
      assert.equal(await aliases.add(taken), false)
    assert.equal(await aliases.isOf('erika', TARGET, 'user_principal_name', 'new@guests.contoso.example'), false)
    assert.equal(await aliases.isOf('erika', TARGET, 'immutable_id', 'id-new'), false)
  })

  test(`${name}: an alias becomes nobody else's own value`, async (t) => {
    const { aliases, accounts, addUser } = await opened(t)
    await aliases.add(asked('dana', 'other'))
    await addUser('mallory')
    const other = asked('dana', 'OTHER')
    assert.equal(await accounts.intend({ ...draft('mallory'), userPrincipalName: other.userPrincipalName }), undefined)
    await assert.rejects(accounts.intend({ ...draft('mallory'), immutableId: other.immutableId }), { code: 'account_conflict' })
    assert.equal((await accounts.intend(draft('mallory')))?.userId, 'mallory')
  })

  test(`${name}: nobody without a row has aliases`, async (t) => {
    const { aliases, addUser } = await opened(t)
    await addUser('mallory')
    assert.equal(await aliases.add(asked('mallory', 'new')), false)
    assert.equal(await aliases.isOf('mallory', TARGET, 'immutable_id', 'id-new'), false)
    assert.equal(await aliases.add(asked('erika', 'new')), true)
  })
}
