import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import { databases } from '../../test/support/databases.ts'
import { parts } from '../../test/support/storage-dialects.ts'
import { type OpenedStorage, openStorage, type StorageOptions } from './open.ts'

const key = new Secret(randomBytes(32).toString('base64'))
const identity = { connection: 'guests', issuer: 'https://id.example', subject: '1' }
const said = { names: { given: 'Dana', family: 'Whitfield' }, emailVerified: false }

const opener =
  (t: TestContext, database: string) =>
  async (more: Partial<StorageOptions> = {}) => {
    const opened = await openStorage({ ...parts, database, keyEncryptionKey: key, role: 'server', ...more })
    t.after(opened.close)
    return opened
  }

const failsWith =
  (code: UsherError['code']) =>
  (error: unknown): boolean =>
    error instanceof UsherError && error.code === code

for (const { name, skip, open: create } of databases) {
  test(`${name}: what one start wrote the next one reads`, { skip }, async (t) => {
    const { address, close } = await create()
    t.after(close)
    const open = opener(t, address)
    const first = await open()
    const user = await first.stores.people.recognize(identity, said, 1)
    const digest = first.stores.digest.digest('contoso', identity)
    assert.equal(await first.health(), true)
    await first.close()
    assert.equal(await first.health(), false)
    const second = await open()
    assert.deepEqual(await second.stores.people.recognize(identity, said, 2), user)
    assert.deepEqual(second.stores.digest.digest('contoso', identity), digest)
  })

  test(`${name}: a start with another key fails, and the next one with the right key works`, { skip }, async (t) => {
    const { address, close } = await create()
    t.after(close)
    const open = opener(t, address)
    await (await open()).close()
    await assert.rejects(open({ keyEncryptionKey: new Secret(randomBytes(32).toString('base64')) }), failsWith('key_wrong'))
    assert.equal(await (await open()).health(), true)
  })

  test(`${name}: a command works beside a server`, { skip }, async (t) => {
    const { address, close } = await create()
    t.after(close)
    const open = opener(t, address)
    const server = await open()
    const command = await open({ role: 'command' })
    const user = await command.stores.people.recognize(identity, said, 1)
    assert.deepEqual(await server.stores.people.recognize(identity, said, 2), user)
  })
}

test('a path without a scheme is a SQLite file, and one server has it at a time', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-open-'))
  const open = opener(t, join(folder, 'usher.db'))
  const server = await open()
  await assert.rejects(open(), failsWith('storage_unavailable'))
  assert.equal(await server.health(), true)
  await server.close()
  await (await open()).close()
  rmSync(folder, { recursive: true, force: true })
})

const LEASE = { at: 1, ms: 25_000 } as const

/** An account that a process was at when it was killed; what it holds nobody gives back. */
const driven = async ({ stores }: OpenedStorage) => {
  const { id: userId } = await stores.people.recognize(identity, said, 1)
  const draft = { origin: 'usher', immutableId: 'abc', userPrincipalName: 'dana@guests.example', usageLocation: 'DE' } as const
  const key = { userId, target: 'contoso' }
  assert.ok(await stores.accounts.intend({ ...key, ...draft, reference: 'r', at: 1 }))
  const lease = await stores.accounts.lease(key, 'the dead', LEASE)
  assert.ok(lease)
  return { ...key, fence: lease.fence }
}

for (const { name, skip, open: create } of databases)
  test(`${name}: a start ends the leases of others only where there can be no others`, { skip }, async (t) => {
    const { address, close } = await create()
    t.after(close)
    const open = opener(t, address)
    const dead = await open({ role: 'command' })
    const hold = await driven(dead)
    const command = await open({ role: 'command' })
    assert.equal(command.isOnlyServer, false)
    assert.equal(await command.stores.accounts.lease(hold, 'a command', LEASE), undefined, 'a command ends nothing')
    const server = await open()
    assert.equal(server.isOnlyServer, name === 'sqlite')
    const lease = await server.stores.accounts.lease(hold, 'the server', LEASE)
    assert.equal(lease === undefined, name !== 'sqlite')
    if (!lease) return assert.ok(await dead.stores.accounts.change(hold, { attempts: 1 }), 'it may be alive')
    assert.ok(lease.fence > hold.fence)
    assert.equal(await dead.stores.accounts.change(hold, { stage: 'ready' }), undefined)
    await dead.stores.accounts.release(hold)
    assert.ok(await server.stores.accounts.change({ ...hold, fence: lease.fence }, { attempts: 1 }), 'a late release frees nothing')
    return undefined
  })

test('a late write of a dead process is refused also before anybody else drives the account', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-open-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const open = opener(t, join(folder, 'usher.db'))
  const dead = await open({ role: 'command' })
  const hold = await driven(dead)
  await open()
  assert.equal(await dead.stores.accounts.change(hold, { stage: 'ready' }), undefined)
  assert.equal(await dead.stores.accounts.subject(hold.userId, hold.target), undefined)
})
