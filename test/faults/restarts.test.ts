import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Death, everyDeath, inWords, startProgram } from '../support/death-row.ts'
import { startTenant, TENANT_SECRET } from '../support/emulated-tenant.ts'
import { journaledExchange, graphSchemaLog } from '../support/graph-schema.ts'
import { isLong } from '../support/seeds.ts'
import { STANDARD } from '../support/provisioning.ts'
import type { ProvisioningOrder } from './one-provisioning.ts'

const PROGRAM = fileURLToPath(new URL('one-provisioning.ts', import.meta.url))
const START = Date.parse('2026-03-02T09:00:00Z')
/** Longer than any lease. */
const A_MINUTE_MS = 60_000

/** Early, in the middle and late. */
const SOME_DEATHS: readonly Death[] = [
  { when: 'after', commit: 8 },
  { when: 'before', commit: 15 },
  { point: 'after-commit', k: 1 },
  { point: 'holding-answer', k: 4 },
]

const runOne = (order: ProvisioningOrder, death?: Death) => startProgram(PROGRAM, [JSON.stringify(order)], death)

/** One whole first provisioning whose process is killed, and the next process on the same file. Answers whether it died. */
const survive = async (t: TestContext, death: Death): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-restart-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  let die = (): void => undefined
  const emulator = await startTenant(t, { die: () => die() })
  const order = {
    database: `sqlite:${join(folder, 'usher.db')}`,
    key: randomBytes(32).toString('base64'),
    addresses: { login: emulator.addresses.login, graph: emulator.addresses.graph },
    secret: TENANT_SECRET,
    start: START,
  }
  if ('point' in death) emulator.killSwitch.arm(death.point, death.k)
  const victim = runOne(order, death)
  die = victim.kill
  const { signal } = await victim.ended
  emulator.killSwitch.arm('before-commit', Number.POSITIVE_INFINITY)
  const heir = await runOne({ ...order, start: START + A_MINUTE_MS }).ended
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
  return signal === 'SIGKILL'
}

for (const death of SOME_DEATHS)
  test(`kill -9 ${inWords(death)}: the next start finishes what was begun`, async (t) =>
    assert.equal(await survive(t, death), true, 'it was not even killed'))

if (isLong)
  for (const [name, deathAt] of Object.entries(everyDeath))
    test(`kill -9 ${name} of a whole first provisioning`, async (t) => {
      let deaths = 0
      while (await survive(t, deathAt(deaths + 1))) deaths += 1
      assert.ok(deaths >= 2, `died ${deaths} times`)
      t.diagnostic(`${deaths} deaths`)
    })
