import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GUEST_DOMAIN } from '../../../emulator/tenant.ts'
import type { DirectoryUser } from '../../../emulator/world-state.ts'
import { memoryDigest } from '../../../test/support/memory-books.ts'
import { candidate, drive } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'
import { deriveNames } from '../subject.ts'

const stranger = (more: Partial<DirectoryUser>): DirectoryUser => ({
  id: '11111111-1111-4111-8111-111111111111',
  userPrincipalName: `guest1.ortega@${GUEST_DOMAIN}`,
  displayName: 'Somebody else',
  mailNickname: 'somebody',
  accountEnabled: true,
  userType: 'Member',
  onPremisesImmutableId: 'somebody-else',
  assignedLicenses: [],
  createdDateTime: '2025-01-01T00:00:00Z',
  signInSessionsValidFromDateTime: '2025-01-01T00:00:00Z',
  properties: {},
  madeBy: 'administrator',
  ...more,
})

const add = (stage: TargetStage, ...people: readonly DirectoryUser[]) =>
  stage.world.write(({ saveUser }) => {
    for (const one of people) saveUser(one, true)
  })

const arrive = (stage: TargetStage) => stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))

test('a name somebody else was seen to hold: another one is taken, and they are left alone', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  await add(stage, stranger({}))
  const before = structuredClone(stage.world.truth.find(stranger({}).id))
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.match((await stage.account(1))?.userPrincipalName ?? '', /^guest1\.ortega\.[a-z2-7]{4}@guests\.contoso\.example$/)
  assert.equal(stage.made().length, 1)
  assert.deepEqual(stage.world.truth.find(stranger({}).id), before)
  assert.equal(
    stage.graphCalls().some(({ method, path }) => method !== 'GET' && path.includes(stranger({}).id)),
    false,
  )
})

test('a holder without any immutable ID is somebody else, too', async () => {
  const stage = await openStage()
  const { onPremisesImmutableId: _, ...cloudOnly } = stranger({})
  await add(stage, cloudOnly)
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.match((await stage.account(1))?.userPrincipalName ?? '', /\.[a-z2-7]{4}@/)
})

test('a name that is only an address of somebody else is taken for theirs once they were seen', async () => {
  const stage = await openStage()
  await add(
    stage,
    stranger({ userPrincipalName: `someone.else@${GUEST_DOMAIN}`, properties: { proxyAddresses: [`smtp:guest1.ortega@${GUEST_DOMAIN}`] } }),
  )
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.match((await stage.account(1))?.userPrincipalName ?? '', /\.[a-z2-7]{4}@/)
  assert.deepEqual(stage.schema().problems(), [])
})

test('when every proposal is somebody else’s, the account stops with a reason', async () => {
  const stage = await openStage()
  const who = person(1)
  const { userPrincipalNames } = deriveNames(memoryDigest().digest(stage.settings.tenant, who.identity), who.names, stage.settings)
  await add(
    stage,
    ...userPrincipalNames.map((userPrincipalName, n) =>
      stranger({ userPrincipalName, id: `11111111-1111-4111-8111-11111111111${n}`, onPremisesImmutableId: `other-${n}` }),
    ),
  )
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'account_name_taken' })
  assert.deepEqual(stage.made(), [])
})

test('two people of one name get one account each', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  const names = { given: 'Ana', family: 'Ruiz' }
  const target = stage.open()
  const outcomes = await stage.clock.run(() => Promise.all([1, 2, 3].map((n) => drive(target, candidate(person(n, names)), stage))))
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['ready', 'ready', 'ready'],
  )
  const taken = stage.made().map(({ userPrincipalName }) => userPrincipalName)
  assert.equal(new Set(taken).size, 3)
  assert.ok(taken.includes('ana.ruiz@guests.contoso.example'))
})
