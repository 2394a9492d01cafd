import type { EmulatorClock } from './clock.ts'
import { createKillSwitch, type KillSwitch } from './kill-switch.ts'
import { createRandom } from './random.ts'
import { usualDelaysMs, type VisibilityDelaysMs } from './replication.ts'
import { createScenarios } from './scenarios.ts'
import { createStateFile, memoryOnly } from './state-file.ts'
import { foundTenant } from './tenant.ts'
import { createWorld, type World } from './world.ts'
import type { WorldState } from './world-state.ts'

const KEY_BYTES = 32

export interface OpenWorldOptions {
  readonly clock: EmulatorClock
  readonly seed: number
  /** Where it is kept between runs; in memory only when left out. */
  readonly stateFile?: string
  readonly visibilityDelaysMs?: Partial<VisibilityDelaysMs>
  readonly killSwitch?: KillSwitch
}

/** The world as it was left, or a newly founded tenant. */
export const openWorld = async (options: OpenWorldOptions): Promise<World> => {
  const { clock, seed, stateFile } = options
  let state: WorldState | undefined
  const stateNow = (): WorldState => state ?? foundTenant('')
  const file = stateFile === undefined ? memoryOnly : createStateFile(stateFile, stateNow)
  state = (await file.read()) ?? foundTenant(createRandom(seed).bytes(KEY_BYTES).toString('base64'))
  state.runs += 1
  await file.save()
  return createWorld({
    state,
    clock,
    random: createRandom(seed + state.runs - 1),
    scenarios: createScenarios(),
    delaysMs: { ...usualDelaysMs, ...options.visibilityDelaysMs },
    file,
    killSwitch: options.killSwitch ?? createKillSwitch(() => undefined),
  })
}
