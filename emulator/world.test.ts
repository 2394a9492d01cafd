import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createHandClock } from './clock.ts'
import { createKillSwitch } from './kill-switch.ts'
import { openWorld } from './open-world.ts'
import { employees, GUEST_DOMAIN } from './tenant.ts'
import type { DirectoryUser } from './world-state.ts'

const ana: DirectoryUser = {
  id: 'aaaaaaaa-0000-4000-8000-000000000001',
  userPrincipalName: `ana.ruiz@${GUEST_DOMAIN}`,
  displayName: 'Ana Ruiz',
  mailNickname: 'ana.ruiz',
  onPremisesImmutableId: 'abcdefghijklmnopqrstuvwxyz',
  accountEnabled: true,
  userType: 'Member',
  assignedLicenses: [],
  createdDateTime: '2026-03-02T09:00:00Z',
  signInSessionsValidFromDateTime: '2026-03-02T09:00:00Z',
  properties: {},
  madeBy: 'test',
}
const basic = '3b555118-da6a-4418-894f-7df1e2096870'

test('each reader learns of a new person by its own clock', async () => {
  const clock = createHandClock()
  const world = await openWorld({
    clock,
    seed: 1,
    visibilityDelaysMs: { graph: [4_000, 4_000], signIn: [9_000, 9_000] },
  })
  await world.write((edit) => edit.saveUser(ana))
  assert.equal(world.truth.find(ana.id)?.displayName, 'Ana Ruiz')
  assert.equal(world.graphView().find(ana.id), undefined)
  clock.advance(4_000)
  assert.equal(world.graphView().find(ana.id)?.id, ana.id)
  assert.equal(world.signInView().find(ana.id), undefined)
  clock.advance(5_000)
  assert.equal(world.signInView().find(ana.id)?.id, ana.id)
})

test('a reader that lags keeps showing the version before', async () => {
  const clock = createHandClock()
  const world = await openWorld({
    clock,
    seed: 1,
    visibilityDelaysMs: { graph: [1_000, 1_000], signIn: [2_000, 2_000] },
  })
  await world.write((edit) => edit.saveUser(ana, true))
  await world.write((edit) => edit.saveUser({ ...ana, accountEnabled: false }))
  clock.advance(1_500)
  assert.equal(world.graphView().find(ana.id)?.accountEnabled, false)
  assert.equal(world.signInView().find(ana.id)?.accountEnabled, true)
})

test('seats are finite, and a deleted person frees one', async () => {
  const world = await openWorld({ clock: createHandClock(), seed: 1 })
  assert.deepEqual(world.seats(basic), { enabled: 10, consumed: 6, free: 4 })
  const licensed = { ...ana, assignedLicenses: [{ skuId: basic, disabledPlans: [] }] }
  await world.write((edit) => edit.saveUser(licensed))
  assert.equal(world.seats(basic)?.free, 3)
  world.scenarios.set('noSeats', true)
  assert.equal(world.seats(basic)?.free, 0)
  world.scenarios.set('noSeats', false)
  await world.write((edit) => edit.deleteUser(licensed))
  assert.equal(world.seats(basic)?.free, 4)
  assert.equal(world.seats('00000000-0000-4000-8000-000000000000'), undefined)
})

test('a deleted person can be restored under the same name', async () => {
  const world = await openWorld({ clock: createHandClock(), seed: 1 })
  await world.write((edit) => edit.saveUser(ana))
  const deleted = await world.write((edit) => edit.deleteUser(ana))
  assert.equal(deleted.userPrincipalName, `aaaaaaaa000040008000000000000001ana.ruiz@${GUEST_DOMAIN}`)
  assert.equal(world.truth.find(ana.id), undefined)
  assert.equal(world.truth.deleted().length, 1)
  const restored = await world.write((edit) => edit.restoreUser(deleted))
  assert.deepEqual(restored, ana)
})

test('a subdomain belongs to its root domain', async () => {
  const world = await openWorld({ clock: createHandClock(), seed: 1 })
  assert.equal(world.domainOf(`x@south.${GUEST_DOMAIN}`)?.name, GUEST_DOMAIN)
  assert.equal(world.domainOf('x@elsewhere.example'), undefined)
  assert.equal(world.domainOf(`x@not${GUEST_DOMAIN}`), undefined)
})

test('a world comes back as it was left, and makes new ids', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'))
  context.after(() => rm(folder, { recursive: true }))
  const options = { clock: createHandClock(), seed: 7, stateFile: join(folder, 'world.json') }
  const first = await openWorld(options)
  await Promise.all([first.write((edit) => edit.saveUser(ana)), ...employees.map((user) => first.write((edit) => edit.saveUser(user)))])
  const second = await openWorld(options)
  assert.deepEqual(second.truth.live(), first.truth.live())
  assert.notEqual(second.random.guid(), first.random.guid())
})

test('the kill switch strikes at exactly the commit it was set to', async () => {
  let deaths = 0
  const killSwitch = createKillSwitch(() => {
    deaths += 1
  })
  const world = await openWorld({ clock: createHandClock(), seed: 1, killSwitch })
  killSwitch.arm('before-commit', 2)
  await world.write((edit) => edit.saveUser(ana))
  assert.equal(deaths, 0)
  await world.write((edit) => edit.saveUser(ana))
  assert.equal(deaths, 1)
  await world.write((edit) => edit.saveUser(ana))
  assert.equal(deaths, 1)
})
