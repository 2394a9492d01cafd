import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectoryUser } from '../../../emulator/world-state.ts'
import { memoryAccounts, memorySeats } from '../../../test/support/memory-books.ts'
import { candidate, drive, STANDARD } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'

const CREATE = 'POST /users'
const LICENSE = 'POST /users/{id}/assignLicense'

test('what is posted says who made it, and nothing of the person beyond their name', async () => {
  const stage = await openStage()
  const user = { ...person(1, { given: 'Anna-Lena', family: 'Müller' }), email: 'anna@private.example' }
  await stage.clock.run(() => drive(stage.open(), candidate(user), stage))
  const posted = stage.graphCalls().find(({ method, path }) => method === 'POST' && path === '/v1.0/users')
  const account = await stage.account(1)
  assert.ok(typeof posted?.requestBody === 'object' && posted.requestBody !== null)
  const { passwordProfile: _, ...body } = { passwordProfile: undefined, ...posted.requestBody }
  const { mailNickname, employeeType, ...rest } = { mailNickname: '', employeeType: '', ...body }
  assert.match(mailNickname, /^ext-[a-z2-7]{12}$/)
  assert.match(employeeType, /^usher:[a-z2-7]{13}$/)
  assert.deepEqual(rest, {
    accountEnabled: true,
    displayName: 'Anna-Lena Müller (external)',
    givenName: 'Anna-Lena',
    surname: 'Müller',
    userPrincipalName: 'anna.lena.muller@guests.contoso.example',
    onPremisesImmutableId: account?.immutableId,
    usageLocation: 'DE',
  })
  assert.equal(JSON.stringify(stage.graphCalls()).includes('private.example'), false)
  assert.deepEqual(stage.writes(), [CREATE, LICENSE])
})

test('created, yet answered 504: the same person is found and taken, not made again', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  stage.world.scenarios.set('createdBut504', true)
  const progress = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.equal(progress.kind, 'ready')
  assert.equal(stage.made().length, 1)
  assert.equal((await stage.account(1))?.userPrincipalName, 'guest1.ortega@guests.contoso.example', 'no other name was taken meanwhile')
  assert.ok(stage.accounts.events.some(({ type }) => type === 'account_adopted'))
  assert.ok(stage.writes().filter((call) => call === CREATE).length >= 2, 'the same was posted again')
})

test('a replica that never showed the conflicting object makes us stop with a reason, not take another name', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_600_000, 3_600_000] } })
  stage.world.scenarios.set('createdBut504', true)
  const progress = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), { ...stage, patienceMs: 3_600_000 }))
  assert.deepEqual(progress, { kind: 'stopped', failure: 'account_name_taken' })
  assert.equal(stage.made().length, 1)
  assert.equal(stage.made()[0]?.userPrincipalName, (await stage.account(1))?.userPrincipalName)
  assert.equal(stage.seats.held(stage.settings.name, STANDARD), 0, 'the seat is free again')
})

test('an object with our immutable ID and without our marker is nobody we know', async () => {
  const { stage, user } = await ourObject({ properties: {} })
  const progress = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.deepEqual(progress, { kind: 'stopped', failure: 'account_conflict' })
  assert.deepEqual(stage.writes(), [])
  assert.deepEqual(stage.world.truth.find(user.id), user)
})

/** A tenant in which the first person's object, changed so, has been for long, and books that do not know of it. */
const ourObject = async (changes: Partial<DirectoryUser>) => {
  const former = await openStage()
  await former.clock.run(() => drive(former.open(), candidate(person(1)), former))
  const [made] = former.made()
  assert.ok(made)
  const user = { ...made, ...changes }
  const stage = await openStage()
  await stage.world.write(({ saveUser }) => saveUser(user, true))
  return { stage, user }
}

test('an object of ours that somebody disabled before it was ever ready stays so', async () => {
  const { stage, user } = await ourObject({ accountEnabled: false })
  const progress = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.deepEqual(progress, { kind: 'stopped', failure: 'disabled_in_entra' })
  assert.deepEqual(stage.writes(), [])
  assert.deepEqual(stage.world.truth.find(user.id), user)
})

test('an object of ours that was moved to another domain is not taken as it is', async () => {
  const { stage } = await ourObject({ userPrincipalName: 'guest1.ortega@contoso.onmicrosoft.com' })
  const progress = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.deepEqual(progress, { kind: 'stopped', failure: 'changed_in_entra' })
  assert.deepEqual(stage.writes(), [])
})

test('two users of one identity: the second gets no row, and no account', async () => {
  const stage = await openStage()
  const target = stage.open()
  const one = person(1)
  await stage.clock.run(() => drive(target, candidate(one), stage))
  const progress = await stage.clock.run(() => drive(target, candidate({ ...one, id: 'user-2', names: { given: 'Other' } }), stage))
  assert.deepEqual(progress, { kind: 'stopped', failure: 'account_conflict' })
  assert.equal(stage.made().length, 1)
  assert.equal(await stage.account(2), undefined)
})

test('an object that another row drives is not taken', async () => {
  const stage = await openStage()
  const target = stage.open()
  await stage.clock.run(() => drive(target, candidate(person(1)), stage))
  const account = await stage.account(1)
  assert.ok(account?.objectId)
  stage.accounts.put({ ...account, userId: 'user-9', userPrincipalName: 'nine@guests.contoso.example', immutableId: 'nine' })
  const { objectId: _, readyAt: __, ...lost } = account
  stage.accounts.put({ ...lost, stage: 'intent' })
  const before = stage.writes().length
  assert.deepEqual(await stage.clock.run(() => drive(target, candidate(person(1)), stage)), {
    kind: 'stopped',
    failure: 'account_conflict',
  })
  assert.equal(stage.writes().length, before)
})

test('a row lost with the database: the object is taken again, with the name it has, and no second seat', async () => {
  const stage = await openStage()
  stage.world.scenarios.set('nameTaken', true)
  const first = await stage.clock.run(() => drive(stage.open(), candidate(person(1)), stage))
  assert.equal(first.kind, 'ready')
  const name = (await stage.account(1))?.userPrincipalName
  assert.match(name ?? '', /^guest1\.ortega\.[a-z2-7]{4}@/)
  await stage.provideSeats(STANDARD, 1, 0)
  const accounts = memoryAccounts()
  const seats = memorySeats()
  const before = stage.writes().length
  const again = await stage.clock.run(() => drive(stage.open({ accounts, seats }), candidate(person(1)), stage))
  assert.equal(again.kind, 'ready')
  assert.equal((await accounts.find('user-1', stage.settings.name))?.userPrincipalName, name)
  assert.equal(stage.writes().length, before, 'nothing had to be written')
  assert.equal(await seats.given(stage.settings.name, STANDARD), 1)
})
