import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, type OpenStores } from '../../support/stores.ts'
import { account } from './accounts.ts'

/** What an administrator sees of accounts, and may do about them. */
export const accountDeskConformance = (name: string, open: OpenStores): void => {
  test(`${name}: an administrator sees what waits or stopped, and one account with its history`, async (t) => {
    const opened = await open(t)
    const { stores } = opened
    const user = await stores.people.recognize(
      { connection: 'c', issuer: 'i', subject: 's' },
      { names: {}, email: 'Dana@mail.example', emailVerified: true },
      AT,
    )
    await account(opened, 'ready', 'ready')
    await account(opened, 'stopped', 'stopped', { reason: 'removed_in_entra', nextAttemptAt: AT - 1 })
    await account(opened, 'waiting', 'waiting', { reason: 'license_exhausted' })
    const draft = {
      target: 't',
      origin: 'usher',
      immutableId: 'x',
      userPrincipalName: 'Dana@guests.example',
      usageLocation: 'DE',
      reference: 'r',
      at: AT,
    } as const
    await stores.accounts.intend({ ...draft, userId: user.id })
    await stores.ledger.record({
      type: 'token_issued',
      at: AT + 1,
      reference: 'r2',
      user: user.id,
      relyingParty: 'rp',
      facts: { assertion: '_1', ok: true, n: 2 },
    })
    assert.deepEqual(
      (await stores.accountDesk.open()).map(({ userId }) => userId),
      ['stopped', 'waiting'],
    )
    for (const name of [user.id, 'dana@GUESTS.example', 'dana@mail.example']) {
      const shown = await stores.accountDesk.show(name)
      assert.deepEqual(shown?.account, await stores.accounts.find(user.id, 't'))
      assert.deepEqual(shown?.events, [
        { type: 'account_intended', at: AT, reference: 'r', user: user.id },
        {
          type: 'token_issued',
          at: AT + 1,
          reference: 'r2',
          user: user.id,
          relyingParty: 'rp',
          facts: { assertion: '_1', ok: true, n: 2 },
        },
      ])
    }
    for (const name of ['nobody', '', '%', 'dana']) assert.equal(await stores.accountDesk.show(name), undefined)
  })

  releases(name, open)
}

const releases = (name: string, open: OpenStores): void => {
  test(`${name}: an account that was held up is let go, and whoever drives it loses it`, async (t) => {
    const opened = await open(t)
    const { accounts, accountDesk } = opened.stores
    const key = { userId: 'dana', target: 't' }
    await account(opened, 'dana', 'stopped', { reason: 'removed_in_entra', attempts: 4, settleUntil: AT + 9, readyAt: AT - 9 })
    const lease = await accounts.lease(key, 'node', { at: AT, ms: 60_000 })
    const shown = await accountDesk.show('dana')
    assert.ok(lease && shown)
    assert.equal(await accountDesk.release(shown.account, 'restore', AT + 5), true)
    assert.equal(await accountDesk.release(shown.account, 'retry', AT + 5), false, 'it is not as it was shown any more')
    const { reason: _, settleUntil: __, ...rest } = shown.account
    const restored = { ...rest, stage: 'closed', attempts: 0, nextAttemptAt: AT + 5, version: rest.version + 1 }
    assert.deepEqual(await accounts.find('dana', 't'), restored)
    assert.equal(await accounts.change({ ...key, fence: lease.fence }, { stage: 'ready' }), undefined)
    const again = await accountDesk.show('dana')
    assert.ok(again)
    assert.deepEqual(again.events.at(-1), { type: 'account_released', at: AT + 5, reference: 'r', user: 'dana', facts: { how: 'restore' } })
    assert.equal(await accountDesk.release(again.account, 'retry', AT + 6), true)
    assert.equal((await accounts.find('dana', 't'))?.stage, 'waiting')
    assert.ok(await accounts.lease(key, 'node', { at: AT + 6, ms: 1 }))
  })

  test(`${name}: an account that is ready, or a directory's, is not let go of`, async (t) => {
    const opened = await open(t)
    const { accountDesk, directory, accounts } = opened.stores
    await account(opened, 'ready', 'ready')
    await opened.addUser('erika')
    await directory.record({
      userId: 'erika',
      target: 't',
      directory: { immutableId: 'e', userPrincipalName: 'e@x.example' },
      reference: 'r',
      at: AT,
    })
    for (const id of ['ready', 'erika']) {
      const one = await accounts.find(id, 't')
      assert.ok(one)
      for (const how of ['retry', 'restore'] as const) assert.equal(await accountDesk.release(one, how, AT), false)
      assert.deepEqual(await accounts.find(id, 't'), one)
    }
  })
}
