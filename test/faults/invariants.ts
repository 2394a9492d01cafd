import assert from 'node:assert/strict'
import type { JournalEntry } from '../../emulator/journal.ts'
import type { DirectoryUser } from '../../emulator/world-state.ts'
import type { Account } from '../../src/kernel/account.ts'
import type { TargetStage } from '../support/target-stage.ts'

/** Objects the organization made itself, as they are now. */
export const foreignObjects = ({ world }: TargetStage): readonly DirectoryUser[] =>
  structuredClone([...world.truth.live(), ...world.truth.deleted()].filter(({ madeBy }) => madeBy === 'administrator'))

/** Nobody has two accounts, alive or deleted, and no account is nobody's. */
export const assertOneAccountEach = (stage: TargetStage): void => {
  const made = [...stage.world.truth.live(), ...stage.world.truth.deleted()].filter(({ madeBy }) => madeBy !== 'administrator')
  const ids = made.map(({ onPremisesImmutableId }) => onPremisesImmutableId)
  assert.equal(new Set(ids).size, ids.length, 'two accounts of one identity')
  const known = new Set(stage.accounts.all().map(({ immutableId }) => immutableId))
  assert.deepEqual(
    ids.filter((id) => id === undefined || !known.has(id)),
    [],
    'an account without a row',
  )
}

/** Nobody has two seats, the books know of every seat that was given, and no cap or floor was passed. */
export const assertSeatsHold = (stage: TargetStage): void => {
  for (const user of stage.made()) assert.ok(user.assignedLicenses.length <= 1, `${user.userPrincipalName} holds two seats`)
  for (const { skuId, cap, floor } of stage.settings.licenses) {
    const consumed = stage.made().filter((user) => user.assignedLicenses.some((license) => license.skuId === skuId)).length
    assert.ok(consumed <= cap, `cap ${cap} of ${skuId} passed: ${consumed}`)
    assert.ok(stage.seats.held(stage.settings.name, skuId) >= consumed, `the book forgot a seat of ${skuId}`)
    if (consumed > 0) assert.ok((stage.world.seats(skuId)?.free ?? 0) >= floor, `floor ${floor} of ${skuId} passed`)
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const listIn = (body: unknown): readonly Readonly<Record<string, unknown>>[] =>
  isRecord(body) && Array.isArray(body['value']) ? body['value'].filter(isRecord) : []

interface Reading {
  readonly at: number
  readonly user: Readonly<Record<string, unknown>>
}

/** What was read of each account, by immutable ID. */
const readingsOf = (calls: readonly JournalEntry[]): ReadonlyMap<string, readonly Reading[]> =>
  Map.groupBy(
    calls.flatMap(({ method, path, status, at, responseBody }) => {
      const [user] = method === 'GET' && path === '/v1.0/users' && status === 200 ? listIn(responseBody) : []
      return user === undefined ? [] : [{ at, user }]
    }),
    ({ user }) => String(user['onPremisesImmutableId']),
  )

const isComplete = ({ user }: Reading, account: Account): boolean => {
  if (user['accountEnabled'] !== true) return false
  const licenses = user['assignedLicenses']
  const isLicensed = Array.isArray(licenses) && licenses.some((license) => isRecord(license) && license['skuId'] === account.license)
  return account.license === undefined || isLicensed
}

/** Before an account was ready it was read complete twice, a second apart, and the margin passed after that. */
export const assertObservedReady = (stage: TargetStage): void => {
  const read = readingsOf(stage.graphCalls())
  for (const account of stage.accounts.all().filter(({ readyAt }) => readyAt !== undefined)) {
    const deadline = (account.readyAt ?? 0) - stage.settings.settleMs
    const known = read.get(account.immutableId) ?? []
    const readings = known.filter((reading) => isComplete(reading, account) && reading.at <= deadline).map(({ at }) => at)
    assert.ok(readings.length >= 2, `${account.userId} was ready after ${readings.length} readings`)
    assert.ok(Math.max(...readings) - Math.min(...readings) >= 1_000, `${account.userId}: readings too close`)
  }
}

const processOf = ({ requestHeaders }: JournalEntry): string => requestHeaders['client-request-id']?.split('.')[0] ?? ''

interface Gate {
  readonly from: number
  readonly until: number
}

/** How many calls a process made before the moment Graph had asked it to wait for. What was on its way by then is none. */
export const callsTooEarly = (calls: readonly JournalEntry[]): number => {
  const gates = new Map<string, Gate>()
  let early = 0
  for (const entry of calls) {
    const gate = gates.get(processOf(entry))
    if (gate !== undefined && entry.at > gate.from && entry.at < gate.until) early += 1
    const until = entry.at + Number(entry.responseHeaders['retry-after']) * 1_000
    if (until > (gate?.until ?? 0)) gates.set(processOf(entry), { from: entry.at, until })
  }
  return early
}

/** Every account is ready, or waits or stopped with a reason. */
export const assertSettled = (stage: TargetStage): void => {
  for (const { userId, stage: standing, reason } of stage.accounts.all())
    assert.ok(
      standing === 'ready' || ((standing === 'waiting' || standing === 'stopped') && reason !== undefined),
      `${userId} hangs in ${standing}`,
    )
}
