import assert from 'node:assert/strict'
import { createRandom, type SeededRandom } from '../../emulator/random.ts'
import type { ScenarioName } from '../../emulator/scenarios.ts'
import type { DirectoryUser } from '../../emulator/world-state.ts'
import type { Account } from '../../src/kernel/account.ts'
import { UsherError } from '../../src/kernel/errors.ts'
import type { AccountProgress, Candidate } from '../../src/provisioning/target.ts'
import { callsTooEarly, assertObservedReady, assertOneAccountEach, assertSeatsHold, assertSettled, foreignObjects } from './invariants.ts'
import { openProcess, type Process } from './process.ts'
import { BASIC, candidate, STANDARD } from '../support/provisioning.ts'
import { openStage, person, type TargetStage } from '../support/target-stage.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly processes: number
  readonly people: number
  /** How many drivers each person has, one per process at most. */
  readonly driversEach: number
  /** How likely each call to Graph goes wrong. */
  readonly faultRate: number
  readonly kinds?: string
  /** How often a process dies at a random moment, and how often one stands still for half a minute. */
  readonly kills?: number
  readonly freezes?: number
  /** How likely each unit of the books fails, done or not. */
  readonly bookFaultRate?: number
  /** How many troubles of other kinds come and go. */
  readonly troubles?: number
  /** Clocks of the processes differ by up to this much. */
  readonly skewMs?: number
  /** Seats the tenant has for the first and the second license; more than enough when left out. */
  readonly seats?: readonly [number, number]
  readonly visibilityMs?: readonly [number, number]
}

export interface History {
  readonly stage: TargetStage
  /** How many were told that they may go on, and how often. */
  readonly ready: ReadonlyMap<string, number>
  readonly deaths: number
}

const ALL_KINDS = '429 500 502 503 504 reset half hang'
/** How long things go wrong, and how long after that everything must have come right. */
const TROUBLE_MS = 180_000
const PEACE_MS = 1_800_000
const SWEEP_MS = 15_000
const SEAT_ROUNDS = 4
const SEAT_ROUND_MS = 600_000
const HALF_A_MINUTE_MS = 30_000

type Trouble = readonly [name: ScenarioName, options: Readonly<Record<string, number>>]

/** What else goes wrong for half a minute. */
const TROUBLES: readonly [Trouble, ...Trouble[]] = [
  ['throttled', {}],
  ['tokenRefused', { times: 5 }],
  ['tokenEndpointDown', {}],
  ['permissionLost', {}],
  ['concurrencyConflict', { times: 5 }],
  ['usageLocationLag', { delayMs: 20_000 }],
  ['graphHtml', {}],
  ['graphDown', {}],
]

const BEFORE_OR_AFTER = ['before', 'after'] as const
const GIVEN = ['Ana', 'Ben', 'Chi'] as const
const FAMILY = ['Ruiz', 'Okafor'] as const

/** Few names for many people, so that they want the same ones. */
const guest = (n: number, random: SeededRandom) => person(n, { given: random.pick(GIVEN), family: random.pick(FAMILY) })

const stranger = (n: number, name: string): DirectoryUser => ({
  id: `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`,
  userPrincipalName: `${name}@guests.contoso.example`,
  displayName: 'Somebody else',
  mailNickname: `somebody-${n}`,
  accountEnabled: true,
  userType: 'Member',
  onPremisesImmutableId: `somebody-${n}`,
  assignedLicenses: [],
  createdDateTime: '2025-01-01T00:00:00Z',
  signInSessionsValidFromDateTime: '2025-01-01T00:00:00Z',
  properties: {},
  madeBy: 'administrator',
})

const prepare = async (options: ChaosOptions, random: SeededRandom): Promise<TargetStage> => {
  const license = (skuId: string) => ({ skuId, cap: 10_000, floor: 0, disabledPlans: [] })
  const stage = await openStage({
    seed: options.seed,
    visibilityDelaysMs: { graph: options.visibilityMs ?? [0, 30_000], signIn: [0, 30_000] },
    settings: { licenses: [license(STANDARD), license(BASIC)] },
  })
  const [standard, basic] = options.seats ?? [10_000, 10_000]
  await stage.provideSeats(STANDARD, standard)
  await stage.provideSeats(BASIC, basic)
  await stage.world.write(({ saveUser }) => saveUser(stranger(1, `${random.pick(GIVEN)}.${random.pick(FAMILY)}`.toLowerCase()), true))
  const { seed, faultRate: rate, kinds = ALL_KINDS } = options
  stage.world.scenarios.set('randomFaults', true, { seed, rate, kinds })
  return stage
}

/** As a person who tries again when the database was not to be reached. */
const patiently = async (stage: TargetStage, process: Process, who: Candidate): Promise<AccountProgress> => {
  for (;;) {
    try {
      return await process.target.ensure({ ...who, reference: `${process.name}.${who.user.id}` })
    } catch (error) {
      if (!(error instanceof UsherError && error.code === 'storage_unavailable')) throw error
      await stage.clock.sleep(1_000)
    }
  }
}

/** Drives one person on one process until it is done or the process dies; gives up for the sweep as the real one does. */
const visit = async (stage: TargetStage, process: Process, who: Candidate, note: (who: Candidate) => void): Promise<void> => {
  const until = stage.clock.now() + TROUBLE_MS
  while (process.isAlive() && stage.clock.now() < until) {
    const died = new Promise<'died'>((resolve) => void stage.clock.sleep(TROUBLE_MS).then(() => resolve('died')))
    const progress = await Promise.race([patiently(stage, process, who), died])
    if (progress === 'died') return
    if (progress.kind === 'ready') note(who)
    if (progress.kind !== 'pending' || progress.nextAt - process.now() > 120_000) return
    await stage.clock.sleep(Math.max(1, progress.nextAt - process.now()))
  }
}

/** Plays one history: people arrive at several processes while Graph fails, processes die, stand still and are replaced. */
export const chaos = async (options: ChaosOptions): Promise<History> => {
  const random = createRandom(options.seed)
  const stage = await prepare(options, random)
  const foreign = foreignObjects(stage)
  const ready = new Map<string, number>()
  const note = ({ user }: Candidate): void => void ready.set(user.id, (ready.get(user.id) ?? 0) + 1)
  let isTrouble = true
  let opened = 0
  let deaths = 0
  const open = (): Process => {
    opened += 1
    const { skewMs = 0, bookFaultRate = 0 } = options
    const bookFault = () => (isTrouble && random.next() < bookFaultRate ? random.pick(BEFORE_OR_AFTER) : undefined)
    return openProcess(stage, { name: `p${opened}`, skewMs: random.between(-skewMs, skewMs), bookFault })
  }
  const processes = Array.from({ length: options.processes }, open)
  const pick = (): number => random.between(0, processes.length - 1)
  const people = Array.from({ length: options.people }, (_, n) => guest(n + 1, random))
  const arrive = async (who: Candidate): Promise<void> => {
    await stage.clock.sleep(random.between(0, HALF_A_MINUTE_MS))
    const process = processes[pick()]
    if (process !== undefined) await visit(stage, process, { ...who, arrivedAt: stage.clock.now() }, note)
  }
  const strike = async (what: 'kill' | 'freeze'): Promise<void> => {
    await stage.clock.sleep(random.between(0, TROUBLE_MS))
    const at = pick()
    if (what === 'freeze') return processes[at]?.freeze(HALF_A_MINUTE_MS)
    processes[at]?.kill()
    processes[at] = open()
    deaths += 1
  }
  const trouble = async (): Promise<void> => {
    await stage.clock.sleep(random.between(0, TROUBLE_MS))
    const [name, more] = random.pick(TROUBLES)
    stage.world.scenarios.set(name, true, name === 'throttled' ? { retryAfterSeconds: random.between(1, 300), times: 3 } : more)
    await stage.clock.sleep(HALF_A_MINUTE_MS)
    stage.world.scenarios.set(name, false)
  }
  const { kills = 0, freezes = 0, troubles = 0, driversEach } = options
  await stage.clock.run(async () => {
    const drivers = people.flatMap((user) => Array.from({ length: driversEach }, () => arrive(candidate(user))))
    await Promise.all([
      ...drivers,
      ...Array.from({ length: kills }, () => strike('kill')),
      ...Array.from({ length: freezes }, () => strike('freeze')),
      ...Array.from({ length: troubles }, trouble),
      stage.clock.sleep(TROUBLE_MS),
    ])
    stage.world.scenarios.set('randomFaults', false)
    isTrouble = false
    await sweepUp(
      stage,
      open(),
      people.map((user) => candidate(user)),
    )
  })
  assertHistory(stage, { foreign, isSkewed: (options.skewMs ?? 0) > 0 })
  return { stage, ready, deaths }
}

/** What upkeep does: takes up every account whose time has come, until none is under way, and a while longer for seats. */
const sweepUp = async (stage: TargetStage, process: Process, people: readonly Candidate[]): Promise<void> => {
  const until = stage.clock.now() + PEACE_MS
  const sweepThose = async (isWanted: (account: Account | undefined) => boolean): Promise<number> => {
    let count = 0
    for (const who of people) {
      if (!isWanted(await stage.accounts.find(who.user.id, stage.settings.name))) continue
      count += 1
      await process.target.ensure({ ...who, reference: `${process.name}.${who.user.id}` })
    }
    return count
  }
  while (stage.clock.now() < until && (await sweepThose(isUnderWay)) > 0) await stage.clock.sleep(SWEEP_MS)
  for (let round = 0; round < SEAT_ROUNDS; round += 1) {
    await stage.clock.sleep(SEAT_ROUND_MS)
    while ((await sweepThose((account) => isUnderWay(account) || isDueForSeat(account, stage.clock.now()))) > 0)
      await stage.clock.sleep(SWEEP_MS)
  }
}

const isUnderWay = (account: Account | undefined): boolean =>
  account === undefined || !(account.stage === 'ready' || account.stage === 'stopped' || account.reason === 'license_exhausted')

/** A seat may have seemed taken while nobody knew whether it was given. */
const isDueForSeat = (account: Account | undefined, now: number): boolean =>
  account?.reason === 'license_exhausted' && account.nextAttemptAt <= now

const assertHistory = (
  stage: TargetStage,
  { foreign, isSkewed }: { readonly foreign: readonly DirectoryUser[]; readonly isSkewed: boolean },
): void => {
  assertOneAccountEach(stage)
  assertSeatsHold(stage)
  // With clocks apart, moments of different processes cannot be compared.
  if (!isSkewed) assertObservedReady(stage)
  assertSettled(stage)
  assert.deepEqual(foreignObjects(stage), foreign, 'somebody else’s object was touched')
  assert.equal(callsTooEarly(stage.graphCalls()), 0, 'a call before Retry-After')
  assert.deepEqual(stage.schema().problems(), [])
}
