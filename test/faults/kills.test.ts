import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type KillPoint, killPoints } from '../../emulator/kill-switch.ts'
import { candidate, drive, STANDARD } from '../support/provisioning.ts'
import { openStage, person, type TargetStage } from '../support/target-stage.ts'
import { seedsOf, withSeed } from '../support/seeds.ts'
import { assertObservedReady, assertOneAccountEach, assertSeatsHold, foreignObjects } from './invariants.ts'
import { openProcess, type Process } from './process.ts'

const FIRST_MINUTE_MS = 60_000
const CONVERGED_MS = 90_000
const DELAYS = { graph: [0, 6_000] } as const

/** One person arrives, their process dies, and another finishes what was begun. Answers whether the first one died. */
const survive = async (seed: number, arrange: (stage: TargetStage) => Process): Promise<boolean> => {
  const stage = await openStage({ seed, visibilityDelaysMs: DELAYS })
  const foreign = foreignObjects(stage)
  const victim = arrange(stage)
  const who = candidate(person(1), { arrivedAt: stage.clock.now() })
  await stage.clock.run(async () => {
    void drive(victim.target, who, stage)
    await stage.clock.sleep(FIRST_MINUTE_MS)
  })
  const isDead = !victim.isAlive()
  victim.kill()
  const heir = openProcess(stage, { name: 'heir' })
  const restarted = stage.clock.now()
  const progress = await stage.clock.run(() => drive(heir.target, who, stage))
  assert.equal(progress.kind, 'ready')
  assert.ok(stage.clock.now() - restarted <= CONVERGED_MS, `converged after ${stage.clock.now() - restarted} ms`)
  assertOneAccountEach(stage)
  assertSeatsHold(stage)
  assertObservedReady(stage)
  assert.equal(stage.made().length, 1)
  assert.equal(stage.seats.held(stage.settings.name, STANDARD), 1)
  assert.equal(await stage.seats.given(stage.settings.name, STANDARD), 1)
  assert.deepEqual(foreignObjects(stage), foreign)
  assert.deepEqual(stage.schema().problems(), [])
  return isDead
}

type Trial = (seed: number, k: number) => Promise<boolean>

/** Every k of a whole first provisioning, until the process outlived it; and that for every seed. */
const forEveryK = async (t: TestContext, what: string, trial: Trial): Promise<void> => {
  const seeds = seedsOf(1, 25)
  let deaths = 0
  for (const seed of seeds) {
    let k = 1
    while (await withSeed(seed, () => trial(seed, k))) k += 1
    assert.ok(k > 2, `seed ${seed}: died only ${k - 1} times`)
    deaths += k - 1
  }
  t.diagnostic(`${what}: ${deaths} deaths, seeds ${seeds.join(' ')}`)
}

for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each unit of the books, the account is finished by another process`, (t) =>
    forEveryK(t, `${when} a unit`, (seed, unit) =>
      survive(seed, (stage) => openProcess(stage, { name: 'victim', killAt: { unit, when } })),
    ))
}

const atPoint =
  (point: KillPoint, k: number) =>
  (stage: TargetStage): Process => {
    const victim = openProcess(stage, { name: 'victim' })
    stage.onDeath(victim.kill)
    stage.emulator.killSwitch.arm(point, k)
    return victim
  }

for (const point of killPoints) {
  test(`killed when the directory is ${point.replace('-', ' ')}, each time, the account is finished by another process`, (t) =>
    forEveryK(t, point, (seed, k) => survive(seed, atPoint(point, k))))
}
