import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountBook } from '../../src/provisioning/account-book.ts'
import { candidate, drive, STANDARD } from '../support/provisioning.ts'
import { seedsOf, withSeed } from '../support/seeds.ts'
import { openStage, person, type TargetStage } from '../support/target-stage.ts'
import { assertObservedReady, assertOneAccountEach, assertSeatsHold } from './invariants.ts'
import { openProcess } from './process.ts'

const DELAYS = { graph: [0, 6_000] } as const
/** From at once to all that a call may last. */
const LATENESS_MS = [50, 700, 3_000, 9_900] as const
const TWO_MINUTES_MS = 120_000

/** The stage as a process sees it whose k-th writing call is on its way for so long, and who dies as soon as it is sent. */
const withLateCall = (stage: TargetStage, { k, ms, sent }: { readonly k: number; readonly ms: number; readonly sent: () => void }) => {
  let writes = 0
  const network: TargetStage['network'] = async (url, init) => {
    const isWrite = init.method !== 'GET' && String(url).includes('/v1.0/')
    writes += isWrite ? 1 : 0
    if (!isWrite || writes !== k) return stage.network(url, init)
    sent()
    await stage.clock.sleep(ms)
    // Nobody takes it back who is dead.
    return stage.network(url, { ...init, signal: null })
  }
  let fence = 0
  const lease: AccountBook['lease'] = async (...args) => {
    const held = await stage.accounts.lease(...args)
    fence = held?.fence ?? fence
    return held
  }
  return { seen: { ...stage, network, accounts: { ...stage.accounts, lease } }, fence: () => fence }
}

/** Killed with a call on its way, the lease ended at once as by a start where there can be one server only. */
const survive = async (seed: number, k: number, ms: number): Promise<boolean> => {
  const stage = await openStage({ seed, visibilityDelaysMs: DELAYS })
  let die = (): void => undefined
  let isSent = false
  const sent = (): void => {
    isSent = true
    die()
  }
  const { seen, fence } = withLateCall(stage, { k, ms, sent })
  const victim = openProcess(seen, { name: 'victim' })
  die = victim.kill
  const who = candidate(person(1), { arrivedAt: stage.clock.now() })
  await stage.clock.run(async () => {
    void drive(victim.target, who, stage)
    while (!isSent && (await stage.account(1))?.stage !== 'ready') await stage.clock.sleep(10)
    if (!isSent) return
    await stage.accounts.release({ userId: who.user.id, target: stage.settings.name, fence: fence() })
    const heir = openProcess(stage, { name: 'heir' })
    assert.equal((await drive(heir.target, who, stage)).kind, 'ready')
    await stage.clock.sleep(TWO_MINUTES_MS)
  })
  assertOneAccountEach(stage)
  assertSeatsHold(stage)
  assertObservedReady(stage)
  assert.equal(stage.made().length, 1)
  assert.equal(stage.made()[0]?.assignedLicenses.length, 1)
  assert.equal(stage.seats.held(stage.settings.name, STANDARD), 1)
  assert.deepEqual(stage.schema().problems(), [])
  return isSent
}

for (const ms of LATENESS_MS)
  test(`a call of a dead process that arrives ${ms} ms late, while its heir is at work already, makes no second account and takes no second seat`, async (t) => {
    const seeds = seedsOf(3, 50)
    let deaths = 0
    for (const seed of seeds) {
      let k = 1
      while (await withSeed(seed, () => survive(seed, k, ms))) k += 1
      assert.ok(k > 2, `seed ${seed}: died only ${k - 1} times`)
      deaths += k - 1
    }
    t.diagnostic(`${deaths} deaths, seeds ${seeds.join(' ')}`)
  })
