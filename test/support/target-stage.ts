import { type OpenEmulator, openEmulator } from '../../emulator/emulator.ts'
import type { VisibilityDelaysMs } from '../../emulator/replication.ts'
import { GUEST_DOMAIN, TENANT_ID, USHER_CLIENT_ID } from '../../emulator/tenant.ts'
import { createRandom } from '../../emulator/random.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { Log, LogFields } from '../../src/kernel/log.ts'
import type { User } from '../../src/kernel/person.ts'
import type { Randomness } from '../../src/kernel/randomness.ts'
import { Secret } from '../../src/kernel/secret.ts'
import type { TargetSettings } from '../../src/kernel/settings.ts'
import type { AccountBook } from '../../src/provisioning/account-book.ts'
import type { AliasBook } from '../../src/provisioning/alias-book.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'
import type { Fetch } from '../../src/provisioning/graph/exchange.ts'
import { type GraphTarget, graphTarget } from '../../src/provisioning/graph/graph-target.ts'
import type { SeatBook } from '../../src/provisioning/seat-book.ts'
import { STANDARD, TARGET } from './provisioning.ts'
import { prepareTenant, TENANT_SECRET } from './emulated-tenant.ts'
import { graphSchemaLog, journaledExchange } from './graph-schema.ts'
import { inProcess } from './in-process.ts'
import { type JumpClock, jumpClock } from './jump-clock.ts'
import { memoryAccounts, memoryDigest, memorySeats } from './memory-books.ts'

export interface StageOptions {
  readonly seed?: number
  readonly settings?: Partial<TargetSettings>
  readonly visibilityDelaysMs?: Partial<VisibilityDelaysMs>
}

/** What one process has of its own: its network, books and name. All others are the stage's. */
export interface ProcessParts {
  readonly owner: string
  readonly fetch: Fetch
  readonly accounts: AccountBook
  readonly aliases: AliasBook
  readonly seats: SeatBook
  readonly clock: Clock
}

export interface LogLine extends LogFields {
  readonly event: string
}

const seededRandomness = (seed: number): Randomness => {
  const random = createRandom(seed)
  return { bytes: (length) => random.bytes(length) }
}

/** The `n`-th of the people who come in by themselves. Their names differ unless given. */
export const person = (n: number, names: User['names'] = { given: `Guest${n}`, family: 'Ortega' }): User => ({
  id: `user-${n}`,
  identity: { connection: 'google', issuer: 'https://accounts.google.example', subject: `subject-${n}` },
  names,
  emailVerified: true,
  blocked: false,
  createdAt: 0,
})

const settingsOf = ({ addresses }: OpenEmulator, more: Partial<TargetSettings> = {}): TargetSettings => ({
  name: TARGET,
  type: 'graph',
  tenant: TENANT_ID,
  clientId: USHER_CLIENT_ID,
  credential: { kind: 'secret', secret: new Secret(TENANT_SECRET) },
  cloud: 'local',
  addresses: { login: addresses.login, graph: addresses.graph },
  domain: GUEST_DOMAIN,
  userPrincipalName: 'name',
  protectedNames: [],
  usageLocation: { default: 'DE' },
  licenses: [{ skuId: STANDARD, cap: 1_000, floor: 0, disabledPlans: [] }],
  settleMs: 10_000,
  ...more,
})

/** What a test looks at, and changes, on Microsoft's side. */
const viewsOf = ({ world, journal }: OpenEmulator) => ({
  /** How many seats the tenant has paid for, and how many of them others sit on. */
  provideSeats: (skuId: string, enabled: number, heldByOthers = 0) =>
    world.write(({ state }) => {
      const sku = state.skus[skuId]
      if (sku !== undefined) state.skus[skuId] = { ...sku, enabled, heldByOthers }
    }),
  /** People in the directory whom nobody of the organization made. */
  made: () => world.truth.live().filter(({ madeBy }) => madeBy !== 'administrator'),
  graphCalls: () => journal.entries('graph'),
  /** Calls that ask for a change, as `METHOD path` with ids left out. */
  writes: () =>
    journal
      .entries('graph')
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path.replace(/^\/v1\.0/, '').replace(/[0-9a-f-]{36}/, '{id}')}`),
  /** Every exchange so far, held to Microsoft's schema. */
  schema: () => {
    const checked = graphSchemaLog()
    for (const entry of journal.entries('graph')) checked.check(journaledExchange(entry))
    return checked
  },
})

const keepLines = () => {
  const lines: LogLine[] = []
  const note = (event: string, fields: LogFields = {}): void => void lines.push({ event, ...fields })
  const log: Log = { info: note, warn: note, error: note }
  return { lines, log }
}

/** A tenant whose guest domain is federated, books in memory, and targets in front of them, all on one virtual clock. */
export const openStage = async (options: StageOptions = {}) => {
  const seed = options.seed ?? 1
  const clock: JumpClock = jumpClock()
  let die = (): void => undefined
  const emulator = await openEmulator({
    port: 4_000,
    clock,
    seed,
    usher: 'http://usher.localhost',
    allowedCalls,
    visibilityDelaysMs: options.visibilityDelaysMs ?? { graph: [0, 0], signIn: [0, 0] },
    journalLimit: Number.MAX_SAFE_INTEGER,
    die: () => die(),
  })
  await prepareTenant(emulator.world)
  const settings = settingsOf(emulator, options.settings)
  const { lines, log } = keepLines()
  const [accounts, seats, network] = [memoryAccounts(), memorySeats(), inProcess(emulator.fetch)]
  let processes = 0
  return {
    ...viewsOf(emulator),
    clock,
    emulator,
    world: emulator.world,
    settings,
    accounts,
    seats,
    lines,
    network,
    /** What happens when the emulator's kill switch strikes. */
    onDeath: (kill: () => void): void => {
      die = kill
    },
    /** One more process that shares the books. */
    open: (own: Partial<ProcessParts> = {}): GraphTarget => {
      processes += 1
      const shared = { fetch: network, accounts, aliases: accounts.aliases, seats, clock, settings, log, digest: memoryDigest() }
      return graphTarget({ owner: `process-${processes}`, ...shared, ...own, randomness: seededRandomness(seed * 1_000 + processes) })
    },
    /** The account of the `n`-th person. */
    account: (n: number) => accounts.find(`user-${n}`, TARGET),
  }
}

export type TargetStage = Awaited<ReturnType<typeof openStage>>
