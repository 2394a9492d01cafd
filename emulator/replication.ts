import type { EmulatorClock } from './clock.ts'
import type { SeededRandom } from './random.ts'
import type { Scenarios } from './scenarios.ts'
import type { DirectoryUser, UserHistory, UserVersion } from './world-state.ts'

/** How long a write takes to reach each reader: at least, at most, in milliseconds. */
export interface VisibilityDelaysMs {
  readonly graph: readonly [number, number]
  readonly signIn: readonly [number, number]
}

/** What Microsoft's documents and people who wait for it report. */
export const usualDelaysMs: VisibilityDelaysMs = { graph: [3_000, 12_000], signIn: [5_000, 20_000] }

export const GRAPH_REPLICAS = 3

/** Decides when each reader sees a new version. */
export interface Replication {
  readonly version: (user: DirectoryUser | undefined, isSeenAtOnce: boolean) => UserVersion
}

export const createReplication = (world: {
  readonly clock: EmulatorClock
  readonly random: SeededRandom
  readonly scenarios: Scenarios
  readonly delaysMs: VisibilityDelaysMs
}): Replication => ({
  version: (user, isSeenAtOnce) => {
    const at = world.clock.now()
    const { graph, signIn } = world.delaysMs
    const slowGraphMs = world.scenarios.look('slowDirectory')?.delayMs ?? 0
    const slowSignInMs = world.scenarios.look('slowSignIn')?.delayMs ?? 0
    const graphAt = Array.from({ length: GRAPH_REPLICAS }, () => (isSeenAtOnce ? at : at + slowGraphMs + world.random.between(...graph)))
    const signInAt = isSeenAtOnce ? at : at + slowSignInMs + world.random.between(...signIn)
    return { at, graphAt, signInAt, ...(user === undefined ? {} : { user }) }
  },
})

/** The newest version a reader knows by now; undefined when it knows none, or knows that the person is gone. */
export const seenVersion = (history: UserHistory, isSeen: (version: UserVersion) => boolean): DirectoryUser | undefined =>
  history.versions.findLast(isSeen)?.user

/** The history without the versions that no reader can meet any more. */
export const pruned = (versions: readonly UserVersion[], now: number): readonly UserVersion[] => {
  const oldestNeeded = versions.findLastIndex((version) => version.signInAt <= now && version.graphAt.every((at) => at <= now))
  return oldestNeeded <= 0 ? versions : versions.slice(oldestNeeded)
}
