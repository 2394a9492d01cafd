import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person, type TargetStage } from '../../../test/support/target-stage.ts'

const LICENSE = 'POST /users/{id}/assignLicense'
const PATCH = 'PATCH /users/{id}'
const OFFICE_APPS = '094e7854-93fc-4d55-b2c0-3ab5369ebdc1'
const SHAREPOINT = 'c7699d2e-19aa-44de-8edf-1736da088ca1'

const arrive = (stage: TargetStage, more: { readonly attributes?: Readonly<Record<string, unknown>> } = {}) =>
  stage.clock.run(() => drive(stage.open(), candidate(person(1), more), stage))

const licensedTimes = (stage: TargetStage): number => stage.writes().filter((call) => call === LICENSE).length

test('licensed, yet answered 504: it is assigned again, and still is one seat', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  stage.world.scenarios.set('licensedBut504', true)
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.equal(stage.world.seats(STANDARD)?.consumed, 15)
  assert.equal(stage.made()[0]?.assignedLicenses.length, 1)
})

test('plans that are switched off in the settings are switched off in the license', async () => {
  const stage = await openStage({ settings: { licenses: [{ skuId: STANDARD, cap: 5, floor: 0, disabledPlans: [OFFICE_APPS] }] } })
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.deepEqual(stage.made()[0]?.assignedLicenses, [{ skuId: STANDARD, disabledPlans: [OFFICE_APPS] }])
})

test('plans that another one depends on cannot be: the account stops with a reason, at once', async () => {
  const stage = await openStage({ settings: { licenses: [{ skuId: STANDARD, cap: 5, floor: 0, disabledPlans: [SHAREPOINT] }] } })
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'license_conflict' })
  assert.equal(licensedTimes(stage), 1)
  assert.equal(stage.seats.held(stage.settings.name, STANDARD), 0, 'nobody sits there')
  const [event] = stage.accounts.events.filter(({ type }) => type === 'account_stopped')
  assert.match(String(event?.facts?.['requestId']), /^[0-9a-f-]{36}$/, 'Microsoft can be asked about it')
})

test('a license the tenant does not have: nobody is made for it, and the person is told that they wait', async () => {
  const stage = await openStage({
    settings: { licenses: [{ skuId: '11111111-2222-4333-8444-555555555555', cap: 5, floor: 0, disabledPlans: [] }] },
  })
  const progress = await stage.clock.run(() => stage.open().ensure(candidate(person(1))))
  assert.ok(progress.kind === 'pending')
  assert.equal(progress.reason, 'license_exhausted')
  assert.deepEqual(stage.writes(), [])
})

test('a usage location that spreads late is waited for, and not written again meanwhile', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('usageLocationLag', true, { delayMs: 8_000 })
  assert.equal((await arrive(stage)).kind, 'ready')
  assert.equal(stage.writes().includes(PATCH), false)
})

test('one that does not come is written again, and after minutes the account stops with a reason', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('usageLocationLag', true, { delayMs: 24 * 3_600_000 })
  assert.deepEqual(await arrive(stage), { kind: 'stopped', failure: 'license_location' })
  assert.equal(stage.writes().filter((call) => call === PATCH).length, 1)
  assert.ok(licensedTimes(stage) <= 45)
})

test('an imported account without a usage location gets the one of its row', async () => {
  const stage = await openStage()
  const imported = {
    id: '33333333-3333-4333-8333-333333333333',
    userPrincipalName: 'old.hand@guests.contoso.example',
    displayName: 'Old Hand',
    mailNickname: 'old.hand',
    accountEnabled: true,
    userType: 'Member',
    onPremisesImmutableId: 'OldHand-0001==',
    assignedLicenses: [],
    createdDateTime: '2020-01-01T00:00:00Z',
    signInSessionsValidFromDateTime: '2020-01-01T00:00:00Z',
    properties: {},
    madeBy: 'administrator',
  } as const
  await stage.world.write(({ saveUser }) => saveUser(imported, true))
  stage.accounts.put({
    userId: 'user-1',
    target: stage.settings.name,
    origin: 'imported',
    stage: 'intent',
    immutableId: imported.onPremisesImmutableId,
    userPrincipalName: imported.userPrincipalName,
    usageLocation: 'FR',
    attempts: 0,
    nextAttemptAt: 0,
    version: 1,
    reference: 'import',
    createdAt: 0,
  })
  const progress = await arrive(stage)
  assert.equal(progress.kind, 'ready')
  const user = stage.world.truth.find(imported.id)
  assert.equal(user?.usageLocation, 'FR')
  assert.deepEqual(
    user?.assignedLicenses.map(({ skuId }) => skuId),
    [STANDARD],
  )
  assert.equal(stage.made().length, 0, 'nobody was made')
  assert.equal(progress.kind === 'ready' && progress.subject.immutableId, imported.onPremisesImmutableId)
})

test('the license is used where the provider says the person is, when that is a country', async () => {
  for (const [claimed, used] of [
    ['FR', 'FR'],
    ['fr-CH', 'CH'],
    ['Atlantis', 'DE'],
    [undefined, 'DE'],
  ] as const) {
    const stage = await openStage({ settings: { usageLocation: { default: 'DE', fromAttribute: 'locale' } } })
    await arrive(stage, { attributes: claimed === undefined ? {} : { locale: claimed } })
    assert.equal(stage.made()[0]?.usageLocation, used)
  }
})
