import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Account } from '../../src/kernel/account.ts'
import type { AuditEvent } from '../../src/kernel/audit.ts'
import type { AccountBook, AccountDraft, AccountLease } from '../../src/provisioning/account-book.ts'

export interface OpenAccountBook {
  readonly accounts: AccountBook
  /** What was recorded, in the order in which it happened. */
  readonly events: () => Promise<readonly AuditEvent[]>
  /** Makes the person known, where a book wants to know them first. */
  readonly addUser: (userId: string) => Promise<void>
}

const TARGET = 'contoso'
const AT = Date.parse('2026-03-02T09:00:00Z')
const LEASE = { at: AT, ms: 25_000 }
const RACERS = 20
const OBJECT_ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'

const draft = (n: number, more: Partial<AccountDraft> = {}): AccountDraft => ({
  userId: `user-${n}`,
  target: TARGET,
  origin: 'usher',
  immutableId: `${'abcdefghijklmnopqrstuvwx'}${String(n).padStart(2, '2')}`,
  userPrincipalName: `guest${n}@guests.contoso.example`,
  usageLocation: 'DE',
  reference: `visit-${n}`,
  at: AT,
  ...more,
})

const present = <T>(value: T | undefined): T => {
  assert.ok(value !== undefined)
  return value
}

const key = (n: number, target = TARGET) => ({ userId: `user-${n}`, target })

const happened = (type: AuditEvent['type'], n: number): AuditEvent => ({ type, at: AT, reference: `visit-${n}`, user: `user-${n}` })

type Check = (
  open: OpenAccountBook,
  tools: { readonly intend: (n: number) => Promise<Account>; readonly lease: (n: number) => Promise<AccountLease> },
) => Promise<void>

/** What every account book does, whatever it is kept in. `open` gives an empty one. */
export const accountBookConformance = (name: string, open: (t: TestContext) => Promise<OpenAccountBook>): void => {
  const it = (sentence: string, check: Check): void =>
    void test(`${name}: ${sentence}`, async (t) => {
      const book = await open(t)
      for (let n = 1; n <= RACERS; n += 1) await book.addUser(`user-${n}`)
      await check(book, {
        intend: async (n) => present(await book.accounts.intend(draft(n))),
        lease: async (n) => present(await book.accounts.lease(key(n), 'one', LEASE)),
      })
    })

  rowsAreWrittenOnce(it)
  leasesExclude(it)
  changesAreThere(it)
  staleHoldsChangeNothing(it)
  subjectsNeedReadiness(it)
}

type It = (sentence: string, check: Check) => void

const rowsAreWrittenOnce = (it: It): void => {
  it('a row is written once, and whoever comes later is given the one there is', async ({ accounts, events }) => {
    const first = present(await accounts.intend(draft(1)))
    const second = present(
      await accounts.intend(draft(1, { userPrincipalName: 'other@guests.contoso.example', immutableId: 'z'.repeat(26) })),
    )
    assert.deepEqual(second, first)
    assert.deepEqual(await accounts.find('user-1', TARGET), first)
    const { at: _, ...values } = draft(1)
    assert.deepEqual(first, { ...values, stage: 'intent', attempts: 0, nextAttemptAt: AT, version: 1, createdAt: AT })
    assert.deepEqual(
      (await events()).map(({ type, user }) => ({ type, user })),
      [{ type: 'account_intended', user: 'user-1' }],
    )
    assert.equal(await accounts.find('user-1', 'fabrikam'), undefined)
  })

  it('many who write at once write one row', async ({ accounts }) => {
    const rows = await Promise.all(Array.from({ length: RACERS }, () => accounts.intend(draft(1))))
    for (const row of rows) assert.deepEqual(row, rows[0])
  })

  it('a name that is or ever was somebody else’s is refused, whatever its case', async ({ accounts }, { intend, lease }) => {
    await intend(1)
    assert.equal(await accounts.intend(draft(2, { userPrincipalName: 'GUEST1@guests.contoso.example' })), undefined)
    assert.equal(await accounts.find('user-2', TARGET), undefined)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    await accounts.change(hold, { objectId: OBJECT_ID })
    await accounts.change(hold, { userPrincipalName: 'guest1.abcd@guests.contoso.example' })
    assert.equal(
      await accounts.intend(draft(2, { userPrincipalName: 'guest1@guests.contoso.example' })),
      undefined,
      'nobody inherits a name',
    )
    assert.ok(await accounts.intend(draft(2)))
  })

  it('a name that was only proposed, for an object there never was, is free again', async ({ accounts }, { intend, lease }) => {
    const { userPrincipalName } = await intend(1)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    await accounts.change(hold, { stage: 'waiting', reason: 'license_exhausted' })
    assert.equal(await accounts.intend(draft(2, { userPrincipalName })), undefined)
    await accounts.change(hold, { userPrincipalName: 'guest1.abcd@guests.contoso.example', objectId: OBJECT_ID })
    assert.equal((await accounts.intend(draft(2, { userPrincipalName })))?.userPrincipalName, userPrincipalName)
    assert.equal(await accounts.change(hold, { userPrincipalName }), undefined, 'and then it is somebody else’s')
  })

  it('a name may be taken back by whose it was', async ({ accounts }, { intend, lease }) => {
    const { userPrincipalName } = await intend(1)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    await accounts.change(hold, { userPrincipalName: 'guest1.abcd@guests.contoso.example' })
    assert.equal((await accounts.change(hold, { userPrincipalName }))?.userPrincipalName, userPrincipalName)
  })
}

const leasesExclude = (it: It): void => {
  it('one driver at a time: the others are refused until the lease ends or is released', async ({ accounts }, { intend, lease }) => {
    await intend(1)
    const first = await lease(1)
    assert.equal(await accounts.lease(key(1), 'other', LEASE), undefined)
    assert.equal(await accounts.lease(key(1), 'one', LEASE), undefined, 'not even the same process holds it twice')
    assert.equal(await accounts.lease(key(1), 'other', { at: AT + 24_999, ms: 1 }), undefined)
    const second = present(await accounts.lease(key(1), 'other', { at: AT + 25_000, ms: 25_000 }))
    assert.ok(second.fence > first.fence)
    await accounts.release({ ...key(1), fence: first.fence })
    assert.equal(await accounts.lease(key(1), 'third', { at: AT + 25_001, ms: 1 }), undefined, 'a stale release frees nothing')
    await accounts.release({ ...key(1), fence: second.fence })
    assert.ok(present(await accounts.lease(key(1), 'third', { at: AT + 25_002, ms: 1 })).fence > second.fence)
  })

  it('whoever asks is told of an account under way that somebody else drives, and of nothing else', async ({ accounts }, {
    intend,
    lease,
  }) => {
    assert.equal(await accounts.isWithOther(key(1), 'other', AT), false, 'there is none')
    await intend(1)
    assert.equal(await accounts.isWithOther(key(1), 'other', AT), false, 'nobody is at it')
    const { fence } = await lease(1)
    assert.equal(await accounts.isWithOther(key(1), 'other', AT + 24_999), true)
    assert.equal(await accounts.isWithOther(key(1), 'one', AT), false, 'it is the one who asks')
    assert.equal(await accounts.isWithOther(key(1, 'fabrikam'), 'other', AT), false)
    assert.equal(await accounts.isWithOther(key(1), 'other', AT + 25_000), false, 'the lease is over')
    for (const stage of ['stopped', 'ready'] as const) {
      await accounts.change({ ...key(1), fence }, { stage })
      assert.equal(await accounts.isWithOther(key(1), 'other', AT), false, stage)
    }
    await accounts.change({ ...key(1), fence }, { stage: 'created' })
    assert.equal(await accounts.isWithOther(key(1), 'other', AT), true)
    await accounts.release({ ...key(1), fence })
    assert.equal(await accounts.isWithOther(key(1), 'other', AT), false, 'it was given back')
  })

  it('of many who want a row at once one gets it', async ({ accounts }, { intend }) => {
    await intend(1)
    const leases = await Promise.all(Array.from({ length: RACERS }, (_, n) => accounts.lease(key(1), `process-${n}`, LEASE)))
    assert.equal(leases.filter((lease) => lease !== undefined).length, 1)
  })

  it('a row that is not there cannot be leased', async ({ accounts }) => {
    assert.equal(await accounts.lease(key(1), 'one', LEASE), undefined)
  })
}

const changesAreThere = (it: It): void => {
  it('a change is there for the next reader, with its event, and clears what is undefined', async ({ accounts, events }, {
    intend,
    lease,
  }) => {
    const before = await intend(1)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    await accounts.change(hold, { stage: 'waiting', reason: 'license_exhausted', attempts: 3, nextAttemptAt: AT + 5 })
    const objectId = OBJECT_ID
    const changed = present(
      await accounts.change(
        hold,
        { stage: 'created', reason: undefined, objectId, license: 'sku', settleMs: 10_000 },
        happened('account_created', 1),
      ),
    )
    const { reason: _, ...rest } = changed
    assert.equal(changed.reason, undefined)
    assert.deepEqual(rest, {
      ...before,
      stage: 'created',
      attempts: 3,
      nextAttemptAt: AT + 5,
      objectId,
      license: 'sku',
      settleMs: 10_000,
      version: 3,
    })
    assert.deepEqual(await accounts.find('user-1', TARGET), changed)
    assert.deepEqual(
      (await events()).map(({ type }) => type),
      ['account_intended', 'account_created'],
    )
  })
}

const staleHoldsChangeNothing = (it: It): void => {
  it('a stale fence changes nothing and records nothing', async ({ accounts, events }, { intend, lease }) => {
    await intend(1)
    const stale = await lease(1)
    await accounts.lease(key(1), 'other', { at: AT + 25_000, ms: 25_000 })
    const before = await accounts.find('user-1', TARGET)
    assert.equal(await accounts.change({ ...key(1), fence: stale.fence }, { stage: 'ready' }, happened('account_ready', 1)), undefined)
    assert.deepEqual(await accounts.find('user-1', TARGET), before)
    assert.deepEqual(
      (await events()).map(({ type }) => type),
      ['account_intended'],
    )
  })

  it('a released lease changes nothing', async ({ accounts }, { intend, lease }) => {
    await intend(1)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    await accounts.release(hold)
    assert.equal(await accounts.change(hold, { stage: 'ready' }), undefined)
    assert.equal((await accounts.find('user-1', TARGET))?.stage, 'intent')
  })

  it('a name that is somebody else’s changes nothing, the rest of the change included', async ({ accounts, events }, { intend, lease }) => {
    await intend(1)
    await intend(2)
    const hold = { ...key(2), fence: (await lease(2)).fence }
    const change = { stage: 'created', userPrincipalName: 'Guest1@guests.contoso.example' } as const
    assert.equal(await accounts.change(hold, change, happened('account_created', 2)), undefined)
    const account = present(await accounts.find('user-2', TARGET))
    assert.equal(account.stage, 'intent')
    assert.equal(account.userPrincipalName, 'guest2@guests.contoso.example')
    assert.equal(
      (await events()).some(({ type }) => type === 'account_created'),
      false,
    )
    assert.ok(await accounts.change(hold, { stage: 'created' }), 'the lease is still good')
  })
}

const subjectsNeedReadiness = (it: It): void => {
  it('only a row that is ready now has a subject', async ({ accounts }, { intend, lease }) => {
    const { immutableId, userPrincipalName } = await intend(1)
    const hold = { ...key(1), fence: (await lease(1)).fence }
    assert.equal(await accounts.subject('user-2', TARGET), undefined)
    for (const stage of ['intent', 'created', 'licensed', 'waiting', 'stopped', 'closed'] as const) {
      await accounts.change(hold, { stage })
      assert.equal(await accounts.subject('user-1', TARGET), undefined, stage)
    }
    await accounts.change(hold, { stage: 'ready' })
    assert.deepEqual({ ...(await accounts.subject('user-1', TARGET)) }, { userId: 'user-1', immutableId, userPrincipalName })
    assert.equal(await accounts.subject('user-1', 'fabrikam'), undefined)
    await accounts.change(hold, { stage: 'stopped', reason: 'removed_in_entra' })
    assert.equal(await accounts.subject('user-1', TARGET), undefined)
  })

  it('sessions end for somebody who has none, too', async ({ accounts }, { intend }) => {
    await intend(1)
    await accounts.endSessions('user-1')
  })
}
