import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type KillPoint, killPoints } from '../../emulator/kill-switch.ts'
import { startTenant, TENANT_SECRET } from '../support/emulated-tenant.ts'
import { journaledExchange, graphSchemaLog } from '../support/graph-schema.ts'
import { isLong } from '../support/seeds.ts'
import { STANDARD } from '../support/provisioning.ts'
import type { ProvisioningOrder } from './one-provisioning.ts'

const PROGRAM = fileURLToPath(new URL('one-provisioning.ts', import.meta.url))
const KILL_AT_COMMIT = new URL('../support/kill-at-commit.ts', import.meta.url).href
const START = Date.parse('2026-03-02T09:00:00Z')
/** Longer than any lease. */
const A_MINUTE_MS = 60_000

type Death = { readonly atCommit: string } | { readonly point: KillPoint; readonly k: number }

/** Early, in the middle and late. */
const SOME_DEATHS: readonly Death[] = [
  { atCommit: 'after 8' },
  { atCommit: 'before 17' },
  { point: 'after-commit', k: 1 },
  { point: 'holding-answer', k: 4 },
]

interface Outcome {
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

interface Run {
  readonly order: ProvisioningOrder
  /** `before N` or `after N`: dies there, see kill-at-commit.ts. */
  readonly atCommit?: string
  readonly onStart?: (child: ChildProcess) => void
}

const runOne = ({ order, atCommit, onStart }: Run): Promise<Outcome> => {
  const preload = atCommit === undefined ? [] : ['--import', KILL_AT_COMMIT]
  const child = spawn(process.execPath, [...preload, PROGRAM, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...(atCommit !== undefined && { USHER_TEST_COMMIT: atCommit }) },
  })
  onStart?.(child)
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve) => child.once('close', (_code, signal) => resolve({ signal, said })))
}

/** One whole first provisioning whose process is killed, and the next process on the same file. Answers whether it died. */
const survive = async (t: TestContext, death: Death): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-restart-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  let child: ChildProcess | undefined
  const emulator = await startTenant(t, { die: () => child?.kill('SIGKILL') })
  const order = {
    database: `sqlite:${join(folder, 'usher.db')}`,
    key: randomBytes(32).toString('base64'),
    addresses: { login: emulator.addresses.login, graph: emulator.addresses.graph },
    secret: TENANT_SECRET,
    start: START,
  }
  if ('point' in death) emulator.killSwitch.arm(death.point, death.k)
  const victim = await runOne({
    order,
    ...('atCommit' in death && { atCommit: death.atCommit }),
    onStart: (started) => {
      child = started
    },
  })
  emulator.killSwitch.arm('before-commit', Number.POSITIVE_INFINITY)
  const heir = await runOne({ order: { ...order, start: START + A_MINUTE_MS } })
  assert.equal(heir.signal, null)
  const { kind, seats } = JSON.parse(heir.said)
  assert.deepEqual({ kind, seats }, { kind: 'ready', seats: 1 })
  const made = [...emulator.world.truth.live(), ...emulator.world.truth.deleted()].filter(({ madeBy }) => madeBy !== 'administrator')
  assert.equal(made.length, 1)
  assert.equal(emulator.world.seats(STANDARD)?.consumed, 15)
  const schema = graphSchemaLog()
  for (const entry of emulator.journal.entries('graph')) schema.check(journaledExchange(entry))
  assert.deepEqual(schema.problems(), [])
  await emulator.close()
  return victim.signal === 'SIGKILL'
}

const inWords = (death: Death): string =>
  'atCommit' in death
    ? `${death.atCommit.replace(' ', ' commit ')}`
    : `when the directory is ${death.point.replace('-', ' ')} for time ${death.k}`

for (const death of SOME_DEATHS) {
  test(`kill -9 ${inWords(death)}: the next start finishes what was begun`, async (t) =>
    assert.equal(await survive(t, death), true, 'it was not even killed'))
}

/** Every k, until the process outlived it. */
const forEveryK = async (t: TestContext, deathAt: (k: number) => Death): Promise<void> => {
  let deaths = 0
  while (await survive(t, deathAt(deaths + 1))) deaths += 1
  assert.ok(deaths >= 2, `died ${deaths} times`)
  t.diagnostic(`${deaths} deaths`)
}

if (isLong) {
  for (const when of ['before', 'after'] as const)
    test(`kill -9 ${when} each commit of a whole first provisioning`, (t) => forEveryK(t, (k) => ({ atCommit: `${when} ${k}` })))
  for (const point of killPoints)
    test(`kill -9 each time the directory is ${point.replace('-', ' ')}`, (t) => forEveryK(t, (k) => ({ point, k })))
}
